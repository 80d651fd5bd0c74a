#include "transcript_world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "transcript_box.h"
#include "transcript_match.h"
#include "transcript_options.h"
#include "transcript_print.h"
#include "transcript_text.h"

/* An engine that wants its next tick at once this often is stuck. */
static const unsigned max_rounds = 1000;

void transcript_world_init(transcript_world *world) {
    *world = (transcript_world){
        .now = TRANSCRIPT_START,
        .connections.noun = "connection",
        .requests.noun = "request",
    };
    transcript_option(world, PX_SLICE("key KEY"));
    transcript_option(world, PX_SLICE("clientVersion 1.0"));
    test_allocator_init(&world->memory);
}

void transcript_world_free(transcript_world *world) {
    if (world->core)
        px_core_free(world->core);
    for (size_t i = 0; i < world->output_count; i++)
        free(world->outputs[i].text);
    free(world->outputs);
    if (world->memory.live_blocks)
        transcript_fail(world, "the client leaks %zu blocks, %zu bytes", world->memory.live_blocks,
                        world->memory.live_bytes);
}

void transcript_fail(transcript_world *world, const char *format, ...) {
    if (world->failure[0])
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(world->failure, sizeof world->failure, format, arguments);
    va_end(arguments);
}

static void fail_to_create(transcript_world *world, int result) {
    char reason[256] = "";
    px_buffer text;
    transcript_text_init(&text);
    transcript_add(&text, "%s", transcript_result_name(result));
    if (px_options_check(&world->options, reason, sizeof reason) != PX_OK)
        transcript_add(&text, ": %s", reason);
    transcript_output_add(world,
                          (transcript_output){.mark = '=', .text = transcript_text_take(&text)});
}

void transcript_world_create(transcript_world *world) {
    static const uint64_t seed[2] = {0x5eed, 0xfeed};
    if (world->core)
        return;
    int result =
        px_core_new(&world->memory.allocator, &world->options, seed, world->now, &world->core);
    if (result != PX_OK)
        fail_to_create(world, result);
    else
        transcript_options_spoil(world);
}

/* ---- Outputs ---- */

void transcript_output_add(transcript_world *world, transcript_output output) {
    transcript_output *outputs =
        realloc(world->outputs, (world->output_count + 1) * sizeof *outputs);
    if (!outputs)
        abort();
    world->outputs = outputs;
    outputs[world->output_count++] = output;
}

transcript_output *transcript_output_peek(transcript_world *world) {
    return world->output_taken < world->output_count ? &world->outputs[world->output_taken] : NULL;
}

void transcript_output_take(transcript_world *world) {
    world->output_taken++;
}

void transcript_world_result(transcript_world *world, int result) {
    if (result == PX_OK)
        return;
    px_buffer text;
    transcript_text_init(&text);
    transcript_add(&text, "%s", transcript_result_name(result));
    transcript_output_add(world,
                          (transcript_output){.mark = '=', .text = transcript_text_take(&text)});
}

/* ---- Connections and requests ---- */

static size_t alive_count(const transcript_peers *peers) {
    size_t alive = 0;
    for (size_t i = 0; i < peers->count; i++)
        alive += peers->items[i].alive;
    return alive;
}

transcript_peer *transcript_world_peer(transcript_world *world, transcript_peers *peers,
                                       uint64_t number) {
    if (number >= 1 && number <= peers->count)
        return &peers->items[number - 1];
    size_t alive = alive_count(peers);
    if (number == 0 && alive == 1)
        for (size_t i = peers->count; i-- > 0;)
            if (peers->items[i].alive)
                return &peers->items[i];
    if (world->lenient)
        return NULL;
    if (number)
        transcript_fail(world, "there is no %s %llu", peers->noun, (unsigned long long)number);
    else if (alive == 0)
        transcript_fail(world, "there is no %s", peers->noun);
    else
        transcript_fail(world, "%zu %ss are open: say which, by its number", alive, peers->noun);
    return NULL;
}

/* The newest with this id; NULL: none. */
static transcript_peer *find_peer(transcript_peers *peers, px_id id) {
    for (size_t i = peers->count; i-- > 0;)
        if (peers->items[i].id == id)
            return &peers->items[i];
    return NULL;
}

static transcript_peer *add_peer(transcript_world *world, transcript_peers *peers, px_id id) {
    if (id == 0)
        transcript_fail(world, "a %s has the id 0", peers->noun);
    transcript_peer *peer = find_peer(peers, id);
    if (peer && peer->alive)
        transcript_fail(world, "a living %s's id is used again", peers->noun);
    if (peers->count == TRANSCRIPT_PEERS_MAX) {
        transcript_fail(world, "more than %d %ss", TRANSCRIPT_PEERS_MAX, peers->noun);
        return NULL;
    }
    peer = &peers->items[peers->count++];
    *peer = (transcript_peer){.id = id, .alive = true};
    return peer;
}

static transcript_peer *living_peer(transcript_world *world, transcript_peers *peers, px_id id,
                                    const char *deed) {
    transcript_peer *peer = find_peer(peers, id);
    if (!peer || !peer->alive)
        transcript_fail(world, "the client %s a %s that is not open", deed, peers->noun);
    return peer;
}

/* An application that was asked and gave parameters makes the question a request: same number. */
static transcript_peer *request_peer(transcript_world *world, px_id id) {
    transcript_peer *asked = find_peer(&world->requests, id);
    if (!asked)
        return add_peer(world, &world->requests, id);
    asked->alive = true;
    asked->asked = false;
    return asked;
}

/* ---- Channels ---- */

void transcript_world_channel_add(transcript_world *world, px_channel_id id, px_slice name) {
    for (size_t i = 0; i < world->channel_count; i++)
        if (world->channels[i].id == id) {
            if (!px_slice_equal(world->channels[i].name, name))
                transcript_fail(world, "two channels have the same id");
            return;
        }
    if (world->channel_count == TRANSCRIPT_CHANNELS_MAX)
        transcript_fail(world, "more than %d channels", TRANSCRIPT_CHANNELS_MAX);
    else
        world->channels[world->channel_count++] = (transcript_channel){id, name};
}

px_channel_id transcript_world_channel(const transcript_world *world, px_slice name) {
    for (size_t i = world->channel_count; i-- > 0;)
        if (px_slice_equal(world->channels[i].name, name))
            return world->channels[i].id;
    return 0;
}

/* The name the application knows the channel by. */
static px_slice known_name(transcript_world *world, px_channel_id id) {
    for (size_t i = 0; i < world->channel_count; i++)
        if (world->channels[i].id == id)
            return world->channels[i].name;
    transcript_fail(world, "an action is about a channel that the application does not know");
    return PX_SLICE("?");
}

static void check_gone(transcript_world *world, px_channel_id id) {
    px_channel_info info;
    if (px_core_channel_info(world->core, id, &info))
        transcript_fail(world, "a channel is said to be gone, but it is not");
}

/* Boxes that can't be opened are told at once, before any handler of the application runs. */
static void open_box(transcript_world *world, const px_event *event) {
    px_slice text;
    if (!(event->targets & PX_TO_CHANNEL) || !event->sealed)
        transcript_fail(world, "an event with a box does not go to a channel");
    else if (!transcript_box_open(world->core, event, &text))
        px_core_not_opened(world->core, event);
}

/* What goes to a channel's bindings must tell the channel, by its id and by its name. */
static void check_event(transcript_world *world, const px_event *event) {
    if (event->data_type == PX_DATA_SEALED)
        open_box(world, event);
    if (event->targets & PX_TO_CHANNEL &&
        !px_slice_equal(known_name(world, event->channel), event->channel_name))
        transcript_fail(world, "an event tells the id of one channel and the name of another");
}

static void check_question(transcript_world *world, const px_action *action) {
    px_channel_id channel = action->as.authorize.channel;
    px_slice name = channel ? known_name(world, channel) : PX_SLICE("");
    if (!px_slice_equal(name, action->as.authorize.channel_name))
        transcript_fail(world, "a question tells the id of one channel, the name of another");
}

/* Each sign-in that has begun ends; nobody is told as gone who was not there. */
static void check_user(transcript_world *world, const px_action *action) {
    bool begins = !action->as.user.done;
    bool goes = action->as.user.done && !action->as.user.signed_in;
    if (begins == world->user_told && (begins || goes))
        transcript_fail(world, "a sign-in begins twice, or ends without a beginning");
    if (action->as.user.signed_in && !world->user_told)
        transcript_fail(world, "somebody is signed in without a sign-in");
    world->user_told = !goes;
}

/* ---- Actions ---- */

/* Keeps the books, and says which connection or request the action is about (NULL: none). */
static transcript_peer *account(transcript_world *world, const px_action *action) {
    transcript_peer *peer = NULL;
    switch (action->type) {
    case PX_ACTION_OPEN:
        return add_peer(world, &world->connections, action->id);
    case PX_ACTION_SEND:
        peer = living_peer(world, &world->connections, action->id, "sends on");
        if (peer && !peer->opened)
            transcript_fail(world, "the client sends before the connection has opened");
        return peer;
    case PX_ACTION_CLOSE:
        return living_peer(world, &world->connections, action->id, "closes");
    case PX_ACTION_REQUEST:
        peer = request_peer(world, action->id);
        if (peer)
            peer->kind = action->as.request.kind;
        return peer;
    case PX_ACTION_AUTHORIZE:
        check_question(world, action);
        peer = add_peer(world, &world->requests, action->id);
        if (peer) {
            peer->asked = true;
            peer->kind = action->as.authorize.kind;
        }
        return peer;
    case PX_ACTION_CANCEL:
        return living_peer(world, &world->requests, action->id, "cancels");
    case PX_ACTION_STATE:
        if (action->as.state.previous != world->state)
            transcript_fail(world, "a state change does not start from the previous state");
        if (action->as.state.current == action->as.state.previous)
            transcript_fail(world, "a state change changes nothing");
        world->state = action->as.state.current;
        return NULL;
    case PX_ACTION_EVENT:
        check_event(world, &action->as.event);
        return NULL;
    case PX_ACTION_CHANNEL_GONE:
        check_gone(world, action->as.channel_gone.channel);
        return NULL;
    case PX_ACTION_USER:
        check_user(world, action);
        return NULL;
    case PX_ACTION_STORE:
    case PX_ACTION_LOG:
        return NULL;
    }
    transcript_fail(world, "an action of an unknown type");
    return NULL;
}

static transcript_output note(transcript_world *world, const px_action *action) {
    transcript_output output = {.mark = transcript_action_mark(action->type)};
    transcript_peer *peer = account(world, action);
    if (peer) {
        bool connection = peer >= world->connections.items &&
                          peer < world->connections.items + TRANSCRIPT_PEERS_MAX;
        transcript_peers *peers = connection ? &world->connections : &world->requests;
        output.number = (size_t)(peer - peers->items) + 1;
        output.ambiguous = alive_count(peers) > 1;
        if (action->type == PX_ACTION_CLOSE || action->type == PX_ACTION_CANCEL)
            peer->alive = false;
    }
    px_buffer text;
    transcript_text_init(&text);
    transcript_print_action(world->core, action, &text);
    if (action->type == PX_ACTION_CHANNEL_GONE)
        transcript_add_slice(&text, known_name(world, action->as.channel_gone.channel));
    if (action->type == PX_ACTION_CANCEL && peer && peer->kind == PX_REQUEST_STATS)
        transcript_add(&text, " statistics");
    output.text = transcript_text_take(&text);
    return output;
}

/* Does what the handlers of the application would do on this output, while it is delivered. */
static void run_reactions(transcript_world *world, const transcript_output *output) {
    for (size_t i = 0; i < world->reaction_count; i++) {
        transcript_reaction *reaction = &world->reactions[i];
        if (!reaction->command.len || !transcript_output_matches(output, reaction->output))
            continue;
        px_slice command = reaction->command;
        reaction->command = PX_SLICE("");
        world->react(world, command);
    }
}

void transcript_world_drain(transcript_world *world) {
    px_action action;
    while (!world->failure[0] && px_core_next(world->core, &action)) {
        if (action.type == PX_ACTION_STORE && !world->stores)
            continue;
        transcript_output output = note(world, &action);
        if (output.mark == '|' && !world->logs) {
            free(output.text);
            continue;
        }
        transcript_output_add(world, output);
        run_reactions(world, &output);
    }
    /* Without memory for the action, the engine tells it when there is some again. */
    if (!world->memory.fail_at && world->state != px_core_state(world->core))
        transcript_fail(world, "the state changed without an action that says so");
}

/* ---- Time ---- */

void transcript_world_settle(transcript_world *world) {
    transcript_world_drain(world);
    for (unsigned round = 0; px_core_deadline(world->core) <= world->now; round++) {
        if (round == max_rounds)
            transcript_fail(world, "the client never rests: its next deadline is always now");
        if (world->failure[0])
            return;
        px_core_tick(world->core, world->now);
        transcript_world_drain(world);
    }
}

void transcript_world_advance(transcript_world *world, uint64_t until) {
    while (!world->failure[0] && px_core_deadline(world->core) <= until) {
        world->now = px_core_deadline(world->core);
        transcript_world_settle(world);
    }
    size_t done = world->output_count;
    world->now = until;
    px_core_tick(world->core, world->now);
    transcript_world_settle(world);
    if (world->output_count != done)
        transcript_fail(world, "the client acts at a time that its deadline did not name");
}

void transcript_world_advance_to_output(transcript_world *world, uint64_t until) {
    while (!world->failure[0] && !transcript_output_peek(world) && world->now < until) {
        uint64_t deadline = px_core_deadline(world->core);
        transcript_world_advance(world, deadline < until ? deadline : until);
    }
}
