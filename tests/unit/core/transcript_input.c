#include "transcript_input.h"

#include <string.h>

#include "memory.h"
#include "pusher/error.h"
#include "transcript_look.h"
#include "transcript_options.h"
#include "transcript_text.h"

/* ---- What the application does ---- */

static void do_connect(transcript_world *world, px_slice rest) {
    (void)rest;
    px_core_connect(world->core);
}

static void do_disconnect(transcript_world *world, px_slice rest) {
    (void)rest;
    px_core_disconnect(world->core);
}

static void do_subscribe(transcript_world *world, px_slice name) {
    px_channel_id channel = 0;
    int result = px_core_subscribe(world->core, name, &channel);
    transcript_world_result(world, result);
    if (result == PX_OK)
        transcript_world_channel_add(world, channel, name);
}

static void do_unsubscribe(transcript_world *world, px_slice name) {
    px_core_unsubscribe(world->core, name);
}

static void do_trigger(transcript_world *world, px_slice rest) {
    px_channel_id channel = transcript_world_channel(world, transcript_word(&rest));
    px_slice event = transcript_word(&rest);
    transcript_world_result(world, px_core_trigger(world->core, channel, event, rest));
}

/* send EVENT CHANNEL DATA; the channel "-" is none. */
static void do_send(transcript_world *world, px_slice rest) {
    px_slice event = transcript_word(&rest);
    px_slice channel = transcript_word(&rest);
    if (px_slice_equal(channel, PX_SLICE("-")))
        channel = PX_SLICE("");
    transcript_world_result(world, px_core_send_event(world->core, event, rest, channel));
}

/* switch KEY CLUSTER; "-" is an empty one */
static void do_switch(transcript_world *world, px_slice rest) {
    px_slice key = transcript_word(&rest);
    if (px_slice_equal(key, PX_SLICE("-")))
        key = PX_SLICE("");
    if (px_slice_equal(rest, PX_SLICE("-")))
        rest = PX_SLICE("");
    transcript_world_result(world, px_core_switch(world->core, key, rest));
}

static void do_signin(transcript_world *world, px_slice rest) {
    (void)rest;
    transcript_world_result(world, px_core_signin(world->core));
}

static void do_raw(transcript_world *world, px_slice message) {
    transcript_world_result(world, px_core_send(world->core, message));
}

static void do_level(transcript_world *world, px_slice rest) {
    uint64_t level = 0;
    if (transcript_number(&rest, &level) && level >= 1 && level <= 3)
        px_core_set_log_level(world->core, (px_log_level)level);
    else
        transcript_fail(world, "a level is 1, 2 or 3");
}

static void do_online(transcript_world *world, px_slice rest) {
    (void)rest;
    px_core_network_online(world->core);
}

static void do_offline(transcript_world *world, px_slice rest) {
    (void)rest;
    px_core_network_offline(world->core);
}

static void do_changed(transcript_world *world, px_slice rest) {
    (void)rest;
    px_core_network_changed(world->core);
}

/* restore KEY DATA */
static void do_restore(transcript_world *world, px_slice rest) {
    px_slice key = transcript_word(&rest);
    px_core_restore(world->core, key, rest);
}

static void do_clock(transcript_world *world, px_slice rest) {
    uint64_t unix_ms = 0;
    if (transcript_number(&rest, &unix_ms))
        px_core_set_wall_clock(world->core, unix_ms);
    else
        transcript_fail(world, "the wall clock shows milliseconds");
}

/* The question that a line answers: "#2 " in front says which. */
static transcript_peer *asked(transcript_world *world, px_slice *rest) {
    uint64_t number = 0;
    if (transcript_skip(rest, "#") && transcript_number(rest, &number))
        transcript_skip(rest, " ");
    transcript_peer *request = transcript_world_peer(world, &world->requests, number);
    /* Without memory, other requests may be there than the transcript knows. */
    return request && (request->asked || !world->lenient) ? request : NULL;
}

/* authorize KEY:SIGNATURE [CHANNEL_DATA or USER_DATA or secret SHARED_SECRET] */
static void do_authorize(transcript_world *world, px_slice rest) {
    transcript_peer *request = asked(world, &rest);
    if (!request)
        return;
    px_authorization answer = {.auth = transcript_word(&rest)};
    if (request->kind == PX_REQUEST_USER_AUTHENTICATION)
        answer.user_data = rest;
    else if (transcript_skip(&rest, "secret "))
        answer.shared_secret = rest;
    else if (rest.len)
        answer.channel_data = rest;
    int result = px_core_authorized(world->core, request->id, &answer);
    transcript_world_result(world, result);
    if (result == PX_OK)
        request->alive = false;
}

/* deny STATUS MESSAGE */
static void do_deny(transcript_world *world, px_slice rest) {
    transcript_peer *request = asked(world, &rest);
    uint64_t status = 0;
    if (!request)
        return;
    transcript_number(&rest, &status);
    transcript_skip(&rest, " ");
    request->alive = false;
    px_core_authorize_failed(world->core, request->id, (int)status, rest);
}

/* provide NAME=VALUE... [NAME: VALUE]...: parameters, then headers, for the engine's request. */
static void do_provide(transcript_world *world, px_slice rest) {
    px_header params[8];
    px_header headers[8];
    size_t param_count = 0;
    size_t header_count = 0;
    transcript_peer *request = asked(world, &rest);
    if (!request)
        return;
    while (rest.len && rest.ptr[0] != '[' && param_count < 8)
        params[param_count++] = transcript_pair(transcript_word(&rest), '=');
    while (transcript_skip(&rest, "[") && header_count < 8) {
        const char *end = memchr(rest.ptr, ']', rest.len);
        size_t len = end ? (size_t)(end - rest.ptr) : rest.len;
        headers[header_count++] = transcript_pair(px_slice_of(rest.ptr, len), ':');
        rest = px_slice_after(rest, end ? len + 1 : len);
        transcript_skip(&rest, " ");
    }
    request->alive = false;
    int result = px_core_authorize_with(world->core, request->id, params, param_count, headers,
                                        header_count);
    if (result != PX_OK)
        request->alive = true;
    transcript_world_result(world, result);
}

/* when OUTPUT do COMMAND */
static void do_when(transcript_world *world, px_slice rest) {
    static const px_slice separator = PX_LITERAL(" do ");
    size_t split = 0;
    while (split < rest.len && !px_slice_starts_with(px_slice_after(rest, split), separator))
        split++;
    if (split == rest.len || world->reaction_count == TRANSCRIPT_REACTIONS_MAX) {
        transcript_fail(world, "'when' needs: OUTPUT do COMMAND (at most %d times)",
                        TRANSCRIPT_REACTIONS_MAX);
        return;
    }
    world->reactions[world->reaction_count++] = (transcript_reaction){
        .output = px_slice_of(rest.ptr, split),
        .command = px_slice_after(rest, split + separator.len),
    };
}

static void do_create(transcript_world *world, px_slice rest) {
    (void)world; /* made before any line */
    (void)rest;
}

typedef struct verb {
    const char *name;
    void (*run)(transcript_world *world, px_slice rest);
} verb;

static const verb application_verbs[] = {
    {"create", do_create},
    {"connect", do_connect},
    {"disconnect", do_disconnect},
    {"subscribe", do_subscribe},
    {"trigger", do_trigger},
    {"send", do_send},
    {"unsubscribe", do_unsubscribe},
    {"online", do_online},
    {"offline", do_offline},
    {"changed", do_changed},
    {"restore", do_restore},
    {"clock", do_clock},
    {"authorize", do_authorize},
    {"deny", do_deny},
    {"provide", do_provide},
    {"when", do_when},
    {"raw", do_raw},
    {"signin", do_signin},
    {"switch", do_switch},
    {"level", do_level},
};

/* True when the line starts with one of the verbs. */
static bool run_verb(transcript_world *world, px_slice line, const verb *verbs, size_t count) {
    px_slice rest = line;
    px_slice name = transcript_word(&rest);
    for (size_t i = 0; i < count; i++) {
        if (!px_slice_equal(name, px_slice_of_text(verbs[i].name)))
            continue;
        verbs[i].run(world, rest);
        return true;
    }
    return false;
}

static void run_command(transcript_world *world, px_slice line) {
    if (!run_verb(world, line, application_verbs,
                  sizeof application_verbs / sizeof *application_verbs))
        transcript_fail(world, "not a line of a transcript");
}

/* ---- What the network says ---- */

/* The engine must not look at a message any more once its actions are carried out: the page goes.
 */
static void deliver(transcript_world *world, px_id id, px_slice message) {
    test_guarded guarded = test_guard(message);
    px_core_transport_message(world->core, id, guarded.bytes);
    transcript_world_drain(world);
    test_unguard(&guarded);
}

/* answer STATUS BODY, or answer none MESSAGE */
static void answer(transcript_world *world, uint64_t number, px_slice rest) {
    transcript_peer *request = transcript_world_peer(world, &world->requests, number);
    uint64_t status = 0;
    px_slice message = PX_SLICE("");
    px_slice body = PX_SLICE("");
    if (!request)
        return;
    if (transcript_skip(&rest, "none"))
        message = rest;
    else if (!transcript_number(&rest, &status))
        transcript_fail(world, "an answer needs a status, or 'none'");
    transcript_skip(status ? &rest : &message, " ");
    if (status)
        body = rest;
    request->alive = false;
    test_guarded guarded = test_guard(body);
    px_core_request_done(world->core, request->id, (int)status, guarded.bytes, 0, message);
    transcript_world_drain(world);
    test_unguard(&guarded);
}

/* The bytes of a piece: "⏎" is the end of a line, "h×2048" is 2048 times the letter h. */
static void unfold(px_slice written, px_buffer *bytes) {
    uint64_t times;
    transcript_text_init(bytes);
    while (written.len) {
        px_slice rest = px_slice_after(written, 1);
        if (transcript_skip(&written, "⏎")) {
            transcript_add_byte(bytes, '\n', 1);
        } else if (transcript_skip(&rest, "×") && transcript_number(&rest, &times)) {
            transcript_add_byte(bytes, written.ptr[0], times);
            written = rest;
        } else {
            transcript_add_byte(bytes, written.ptr[0], 1);
            written = px_slice_after(written, 1);
        }
    }
}

/* Without a number a piece is of the only request that gets pieces. */
static transcript_peer *receiver(transcript_world *world, uint64_t number) {
    transcript_peer *found = NULL;
    for (size_t i = 0; number == 0 && i < world->requests.count; i++) {
        transcript_peer *request = &world->requests.items[i];
        if (!request->alive || request->kind != PX_REQUEST_RECEIVE)
            continue;
        if (found)
            return transcript_world_peer(world, &world->requests, number);
        found = request;
    }
    return found ? found : transcript_world_peer(world, &world->requests, number);
}

/* piece STATUS BYTES */
static void progress(transcript_world *world, uint64_t number, px_slice rest) {
    const transcript_peer *request = receiver(world, number);
    uint64_t status;
    px_buffer bytes;
    if (!request)
        return;
    if (!transcript_number(&rest, &status))
        transcript_fail(world, "a piece needs a status");
    transcript_skip(&rest, " ");
    unfold(rest, &bytes);
    test_guarded guarded = test_guard(px_buffer_slice(&bytes));
    px_core_request_progress(world->core, request->id, (int)status, guarded.bytes);
    transcript_world_drain(world);
    test_unguard(&guarded);
    px_buffer_free(&bytes);
}

/* "< opened", "< answer ...", "< piece ...", "< message" */
static void hear(transcript_world *world, px_slice rest) {
    uint64_t number = 0;
    transcript_number(&rest, &number);
    transcript_skip(&rest, " ");
    if (transcript_skip(&rest, "answer ")) {
        answer(world, number, rest);
        return;
    }
    if (transcript_skip(&rest, "piece ")) {
        progress(world, number, rest);
        return;
    }
    transcript_peer *connection = transcript_world_peer(world, &world->connections, number);
    if (!connection)
        return;
    if (!px_slice_equal(rest, PX_SLICE("opened"))) {
        deliver(world, connection->id, rest);
        return;
    }
    connection->opened = true;
    px_core_transport_opened(world->core, connection->id);
}

/* "! close CODE REASON", "! refused MESSAGE", "! reset MESSAGE" */
static void lose(transcript_world *world, px_slice rest) {
    uint64_t number = 0;
    uint64_t code = 1006;
    transcript_number(&rest, &number);
    transcript_skip(&rest, " ");
    transcript_peer *connection = transcript_world_peer(world, &world->connections, number);
    if (!connection)
        return;
    px_slice how = transcript_word(&rest);
    int result = PUSHER_OK;
    px_slice reason = PX_SLICE("");
    px_slice message = PX_SLICE("");
    if (px_slice_equal(how, PX_SLICE("close")) && transcript_number(&rest, &code)) {
        transcript_skip(&rest, " ");
        reason = rest;
    } else {
        result = px_slice_equal(how, PX_SLICE("refused")) ? PUSHER_ERR_CONNECT : PUSHER_ERR_CLOSED;
        message = rest;
    }
    connection->alive = false;
    px_core_transport_closed(world->core, connection->id, (uint16_t)code, reason, code != 1006,
                             result, message);
}

/* ---- Time ---- */

static const char time_syntax[] =
    "time is written as 500ms, 2s, until 10s (not in the past), 2s asleep, or 0ms to 2s";

static bool milliseconds(px_slice *rest, uint64_t *time) {
    if (!transcript_number(rest, time))
        return false;
    if (transcript_skip(rest, "ms"))
        return true;
    *time *= 1000;
    return transcript_skip(rest, "s");
}

/* "500ms", "2s", "until 10s", "2s asleep", "0ms to 1000ms" */
static void pass_time(transcript_world *world, px_slice rest) {
    uint64_t start = transcript_skip(&rest, "until ") ? TRANSCRIPT_START : world->now;
    uint64_t least;
    uint64_t most;
    if (!milliseconds(&rest, &least)) {
        transcript_fail(world, "%s", time_syntax);
    } else if (rest.len == 0 && start + least >= world->now) {
        transcript_world_advance(world, start + least);
    } else if (px_slice_equal(rest, PX_SLICE(" asleep"))) {
        world->now = start + least;
        px_core_tick(world->core, world->now);
    } else if (transcript_skip(&rest, " to ") && milliseconds(&rest, &most)) {
        transcript_world_advance_to_output(world, start + most);
        if (!world->lenient && !transcript_output_peek(world))
            transcript_fail(world, "the client did nothing in this time");
        else if (!world->lenient && world->now < start + least)
            transcript_fail(world, "the client did something after %llu ms already",
                            (unsigned long long)(world->now - start));
    } else {
        transcript_fail(world, "%s", time_syntax);
    }
}

/* ---- Any line ---- */

static void do_option(transcript_world *world, px_slice rest) {
    if (world->core)
        transcript_fail(world, "options come before everything else");
    else
        transcript_option(world, rest);
}

static void do_without(transcript_world *world, px_slice rest) {
    transcript_without_option(world, rest);
}

static void do_logs(transcript_world *world, px_slice rest) {
    (void)rest;
    world->logs = true;
}

static void do_stores(transcript_world *world, px_slice rest) {
    (void)rest;
    world->stores = true;
}

static const verb preparations[] = {
    {"option", do_option},
    {"without", do_without},
    {"logs", do_logs},
    {"stores", do_stores},
};

void transcript_input(transcript_world *world, px_slice line) {
    if (run_verb(world, line, preparations, sizeof preparations / sizeof *preparations))
        return;
    transcript_world_create(world);
    if (!world->core) {
        if (!transcript_output_peek(world) && !world->lenient)
            transcript_fail(world, "there is no client");
        return;
    }
    world->react = run_command;
    px_core_tick(world->core, world->now);
    px_slice rest = px_slice_after(line, 1);
    switch (line.ptr[0]) {
    case '<':
        hear(world, rest);
        break;
    case '!':
        lose(world, rest);
        break;
    case '+':
        pass_time(world, rest);
        break;
    case '?':
        transcript_skip(&rest, " ");
        transcript_look(world, rest);
        break;
    default:
        run_command(world, line);
    }
    if (!world->failure[0])
        transcript_world_settle(world);
}
