/* The client engine's whole input surface. The input is a script: each line is one call, its first
 * character says which (see COMMANDS), the rest is the argument. Whatever happens, the engine must
 * ask for sensible things, keep its promises about slices, and give all memory back. */
#include "core/core.h"
#include "core/log_format.h"
#include "fuzz.h"
#include "json/reader.h"

enum { MAX_ACTIONS = 10000, LONGEST_WAIT = 1000000 };

typedef struct world {
    test_allocator memory;
    px_core *core;
    uint64_t now;
    px_id transport; /* the one opened last */
    px_id request;   /* the last REQUEST or AUTHORIZE */
    px_channel_id channel;
    px_slice input; /* a copy of the message being handled: events point into it */
} world;

/* ---- What the engine wants ---- */

/* A box is one of the key's if both begin with the same byte. */
static void take_box(world *w, const px_event *event) {
    const px_sealed *sealed = event->sealed;
    const unsigned char *key = px_core_channel_key(w->core, event->channel);
    FUZZ_CHECK(event->targets & PX_TO_CHANNEL && sealed->box.len >= PX_SEAL_OVERHEAD);
    FUZZ_CHECK(sealed->data_type <= PX_DATA_JSON);
    fuzz_touch(sealed->box);
    fuzz_touch(px_slice_of((const char *)sealed->nonce, sizeof(sealed->nonce)));
    if (!key || key[0] != (unsigned char)sealed->box.ptr[0])
        px_core_not_opened(w->core, event);
}

static void take_event(world *w, const px_event *event) {
    FUZZ_CHECK(event->targets != 0 && event->targets < 32);
    FUZZ_CHECK((event->data_type == PX_DATA_SEALED) == (event->sealed != NULL));
    if (event->sealed)
        take_box(w, event);
    fuzz_touch(event->name);
    fuzz_touch(event->channel_name);
    fuzz_touch(event->user_id);
    fuzz_touch(event->data);
    if (event->data_type == PX_DATA_JSON)
        FUZZ_CHECK(px_json_valid(event->data));
    if (event->data_type == PX_DATA_STRING) {
        px_slice text = {0};
        int result = px_core_event_text(w->core, event, &text);
        FUZZ_CHECK(result == PX_OK || w->memory.fail_at);
        if (result == PX_OK)
            fuzz_touch(text);
    }
    if (event->data_type == PX_DATA_MEMBER) {
        fuzz_touch(event->member.id);
        FUZZ_CHECK(event->member.info.len == 0 || px_json_valid(event->member.info));
    }
    if (event->data_type == PX_DATA_ERROR) {
        /* What others say may be empty; what the engine itself finds is explained. */
        bool found_by_engine =
            event->error.type == PX_ERROR_HANDSHAKE || event->error.type == PX_ERROR_PARSE;
        FUZZ_CHECK(event->error.message.len > 0 || !found_by_engine);
        fuzz_touch(event->error.message);
        fuzz_touch(event->error.data);
    }
}

static void take_request(world *w, const px_action *action) {
    /* What a script goes on talking about is what it receives. */
    if (action->as.request.kind != PX_REQUEST_SEND)
        w->request = action->id;
    if (action->as.request.kind == PX_REQUEST_SEND)
        FUZZ_CHECK(px_json_valid(action->as.request.body));
    fuzz_touch(action->as.request.url);
    fuzz_touch(action->as.request.url_end);
    FUZZ_CHECK(action->as.request.jsonp || !action->as.request.url_end.len);
    fuzz_touch(action->as.request.body);
    for (size_t i = 0; i < action->as.request.header_count; i++)
        FUZZ_CHECK(px_header_valid(action->as.request.headers[i].name,
                                   action->as.request.headers[i].value));
}

static void take_log_line(px_slice line) {
    px_buffer text;
    FUZZ_CHECK(px_json_valid(line));
    px_buffer_init(&text, &test_malloc, 8 * line.len + 64);
    FUZZ_CHECK(px_log_format_line(line, PX_LOG_FORMAT_CLASSIC, &text) == PX_OK);
    px_buffer_free(&text);
}

static void take_action(world *w, const px_action *action) {
    switch (action->type) {
    case PX_ACTION_OPEN:
        FUZZ_CHECK(action->id != 0 && action->id != w->transport);
        fuzz_touch(action->as.open.url);
        w->transport = action->id;
        break;
    case PX_ACTION_SEND:
        FUZZ_CHECK(action->id != 0);
        FUZZ_CHECK(px_json_valid(action->as.send.message));
        break;
    case PX_ACTION_CLOSE:
        FUZZ_CHECK(action->as.close.reason.len <= 123);
        break;
    case PX_ACTION_REQUEST:
        take_request(w, action);
        break;
    case PX_ACTION_AUTHORIZE:
        w->request = action->id;
        fuzz_touch(action->as.authorize.channel_name);
        fuzz_touch(action->as.authorize.socket_id);
        break;
    case PX_ACTION_USER:
        FUZZ_CHECK(!action->as.user.signed_in || px_json_valid(action->as.user.data));
        break;
    case PX_ACTION_STATE:
        FUZZ_CHECK(action->as.state.previous != action->as.state.current);
        FUZZ_CHECK(px_state_name(action->as.state.current).len > 0);
        break;
    case PX_ACTION_EVENT:
        take_event(w, &action->as.event);
        break;
    case PX_ACTION_LOG:
        take_log_line(action->as.log.line);
        break;
    default:
        break;
    }
}

static void drain(world *w) {
    px_action action;
    size_t count = 0;
    while (px_core_next(w->core, &action)) {
        FUZZ_CHECK(++count < MAX_ACTIONS);
        take_action(w, &action);
    }
}

/* ---- What happens to it ---- */

static void connect(world *w, px_slice argument) {
    (void)argument;
    px_core_connect(w->core);
}

static void disconnect(world *w, px_slice argument) {
    (void)argument;
    px_core_disconnect(w->core);
}

static void subscribe(world *w, px_slice name) {
    px_channel_id channel;
    if (px_core_subscribe(w->core, name, &channel) == PX_OK) {
        FUZZ_CHECK(channel != 0 && px_core_find_channel(w->core, name) == channel);
        w->channel = channel;
    }
}

static void unsubscribe(world *w, px_slice name) {
    px_core_unsubscribe(w->core, name);
}

static void signin(world *w, px_slice argument) {
    (void)argument;
    (void)!px_core_signin(w->core);
}

static void switch_cluster(world *w, px_slice argument) {
    px_slice key = fuzz_take(&argument, ' ');
    (void)!px_core_switch(w->core, key, argument);
}

static void trigger(world *w, px_slice argument) {
    px_slice event = fuzz_take(&argument, ' ');
    (void)!px_core_trigger(w->core, w->channel, event, argument);
}

static void send_event(world *w, px_slice argument) {
    px_slice event = fuzz_take(&argument, ' ');
    px_slice channel = fuzz_take(&argument, ' ');
    (void)!px_core_send_event(w->core, event, argument, channel);
}

static void opened(world *w, px_slice argument) {
    (void)argument;
    px_core_transport_opened(w->core, w->transport);
}

static void message(world *w, px_slice text) {
    px_core_transport_message(w->core, w->transport, text);
}

static void closed(world *w, px_slice argument) {
    uint16_t code = (uint16_t)fuzz_number(fuzz_take(&argument, ' '), UINT16_MAX);
    px_core_transport_closed(w->core, w->transport, code ? code : 1006, argument, code != 0,
                             code ? 0 : PX_ERR_STATE, argument);
}

static void answer(world *w, px_slice argument) {
    int status = (int)fuzz_number(fuzz_take(&argument, ' '), 999);
    px_core_request_done(w->core, w->request, status, argument, 0, argument);
}

/* A piece of an HTTP transport; "|" is the end of a line. */
static void progress(world *w, px_slice argument) {
    int status = (int)fuzz_number(fuzz_take(&argument, ' '), 999);
    fuzz_copy piece = fuzz_copy_of(argument);
    for (size_t i = 0; i < argument.len; i++)
        if (piece.block[i] == '|')
            piece.block[i] = '\n';
    px_core_request_progress(w->core, w->request, status, piece.bytes);
    drain(w);
    fuzz_copy_free(&piece);
}

static void changed(world *w, px_slice argument) {
    (void)argument;
    px_core_network_changed(w->core);
}

static void authorized(world *w, px_slice argument) {
    px_authorization given = {.auth = fuzz_take(&argument, ' ')};
    if (argument.len)
        given.channel_data = given.user_data = given.shared_secret = argument;
    (void)!px_core_authorized(w->core, w->request, &given);
}

static void authorize_with(world *w, px_slice argument) {
    px_header param = {.name = fuzz_take(&argument, '=')};
    param.value = argument;
    (void)!px_core_authorize_with(w->core, w->request, &param, 1, &param, 1);
}

static void authorize_failed(world *w, px_slice argument) {
    int status = (int)fuzz_number(fuzz_take(&argument, ' '), 999);
    px_core_authorize_failed(w->core, w->request, status, argument);
}

static void online(world *w, px_slice argument) {
    (void)argument;
    px_core_network_online(w->core);
}

static void offline(world *w, px_slice argument) {
    (void)argument;
    px_core_network_offline(w->core);
}

static void wait(world *w, px_slice argument) {
    uint64_t end = w->now + fuzz_number(argument, LONGEST_WAIT);
    uint64_t deadline;
    size_t at_once = 0;
    while ((deadline = px_core_deadline(w->core)) <= end) {
        /* What is due is done. It may bring about a pause that was drawn to last 0 ms. */
        at_once = deadline > w->now ? 0 : at_once + 1;
        FUZZ_CHECK(at_once < 4);
        w->now = deadline > w->now ? deadline : w->now;
        px_core_tick(w->core, w->now);
        drain(w);
    }
    w->now = end;
    px_core_tick(w->core, w->now);
}

/* The allocation that comes so many allocations later fails. */
static void fail_allocation(world *w, px_slice argument) {
    w->memory.fail_once = true;
    w->memory.fail_at = w->memory.calls + 1 + (size_t)fuzz_number(argument, 1000);
}

static const struct {
    char letter;
    void (*run)(world *w, px_slice argument);
} COMMANDS[] = {
    {'c', connect},          {'d', disconnect},     {'+', subscribe},       {'-', unsubscribe},
    {'>', trigger},          {'!', send_event},     {'o', opened},          {'m', message},
    {'x', closed},           {'r', answer},         {'a', authorized},      {'A', authorize_with},
    {'F', authorize_failed}, {'n', online},         {'f', offline},         {'w', wait},
    {'u', signin},           {'s', switch_cluster}, {'M', fail_allocation}, {'p', progress},
    {'N', changed},
};

/* ---- What it says about itself ---- */

static void look_at_members(const world *w, px_channel_id channel) {
    size_t cursor = 0;
    size_t count = 0;
    for (px_member member; px_core_next_member(w->core, channel, &cursor, &member); count++) {
        px_member same;
        fuzz_touch(member.id);
        fuzz_touch(member.info);
        FUZZ_CHECK(px_core_member(w->core, channel, member.id, &same));
        FUZZ_CHECK(px_slice_equal(same.id, member.id));
    }
    FUZZ_CHECK(count <= px_core_member_count(w->core, channel) + 1);
}

static void look(const world *w) {
    FUZZ_CHECK(!px_core_is_live(w->core) || px_core_state(w->core) == PX_STATE_CONNECTED);
    fuzz_touch(px_core_socket_id(w->core));
    size_t cursor = 0;
    for (px_channel_id id; (id = px_core_next_channel(w->core, &cursor)) != 0;) {
        px_channel_info info;
        FUZZ_CHECK(px_core_channel_info(w->core, id, &info));
        FUZZ_CHECK(px_core_find_channel(w->core, info.name) == id);
        FUZZ_CHECK(!info.subscribed || px_core_state(w->core) == PX_STATE_CONNECTED);
        look_at_members(w, id);
    }
}

static void run(world *w, px_slice line) {
    for (size_t i = 0; line.len && i < sizeof(COMMANDS) / sizeof(*COMMANDS); i++) {
        if (COMMANDS[i].letter != line.ptr[0])
            continue;
        fuzz_copy argument = fuzz_copy_of(px_slice_after(line, 1));
        COMMANDS[i].run(w, argument.bytes);
        drain(w);
        look(w);
        fuzz_copy_free(&argument);
        return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint64_t SEED[2] = {1, 2};
    px_slice script = px_slice_of((const char *)data, size);
    world w = {.now = 1000};
    test_allocator_init(&w.memory);
    px_options options = {.key = PX_SLICE("key"), .encryption = true, .log_level = PX_LOG_DEBUG};
    options.ask_authorization = size > 0 && memchr("AC", data[0], 2);
    options.auth_batch = size > 0 && memchr("BC", data[0], 2);
    options.ask_user_authentication = options.ask_authorization;
    options.plain = size > 1 && data[1] == 'p';
    static const px_slice fallbacks[] = {PX_LITERAL("xhr_streaming"), PX_LITERAL("xhr_polling"),
                                         PX_LITERAL("sockjs"), PX_LITERAL("sockjs")};
    options.sockjs_client = size > 2 && data[2] == '4';
    for (size_t i = 0; size > 2 && i < sizeof(fallbacks) / sizeof(*fallbacks); i++)
        if (data[2] == '1' + (int)i)
            options.enabled_transports = (px_slices){&fallbacks[i], 1, true};
    options.enable_stats = size > 3 && memchr("sj", data[3], 2) ? PX_CHOICE_YES : PX_CHOICE_ABSENT;
    options.stats_transport = size > 3 && data[3] == 'j' ? PX_SLICE("jsonp") : PX_SLICE("xhr");
    FUZZ_CHECK(px_core_new(&w.memory.allocator, &options, SEED, w.now, &w.core) == PX_OK);
    px_slice line;
    for (fuzz_next_line(&script, &line); fuzz_next_line(&script, &line);)
        run(&w, line);
    px_core_free(w.core);
    FUZZ_CHECK(w.memory.live_blocks == 0 && w.memory.live_bytes == 0);
    return 0;
}
