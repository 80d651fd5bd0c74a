/* The server's heart: what clients send and what the HTTP API is asked. The input is a script: each
 * line is one call, its first character says which (see COMMANDS), the rest is the argument.
 * Signatures are put right where the script asks for it, so that what is behind them is reached. */
#include <stdio.h>

#include "fuzz.h"
#include "net/signature.h"
#include "server/hub.h"
#include "json/reader.h"
#include "json/writer.h"

enum { CLIENT_COUNT = 4, LONGEST_WAIT = 1000000, SOCKET_ID_MAX = 64, NOW = 1353088179 };

#define APP_KEY    "278d425bdf160c739803"
#define APP_SECRET "7ad3773142a6692b25b8"

typedef struct client {
    px_hub_connection connection; /* must be first */
    bool open;
    char socket_id[SOCKET_ID_MAX];
    size_t socket_id_len;
} client;

typedef struct world {
    test_allocator memory;
    px_hub *hub;
    uint64_t now;
    client clients[CLIENT_COUNT];
    client *current;
} world;

/* ---- The host ---- */

/* Takes the socket id out of the first message. */
static void learn_socket_id(client *c, px_slice text) {
    static const px_slice START = PX_LITERAL("{\\\"socket_id\\\":\\\"");
    for (size_t i = 0; i + START.len < text.len; i++) {
        px_slice rest = px_slice_after(text, i);
        if (!px_slice_starts_with(rest, START))
            continue;
        rest = px_slice_after(rest, START.len);
        px_slice id = fuzz_take(&rest, '\\');
        FUZZ_CHECK(id.len <= SOCKET_ID_MAX);
        memcpy(c->socket_id, id.ptr, id.len);
        c->socket_id_len = id.len;
        return;
    }
}

static void deliver(void *context, px_hub_connection *const *connections, size_t count,
                    px_message *message) {
    (void)context;
    FUZZ_CHECK(count > 0 && px_json_valid(px_message_text(message)));
    for (size_t i = 0; i < count; i++) {
        client *c = (client *)(void *)connections[i];
        FUZZ_CHECK(c->open);
        if (c->socket_id_len == 0)
            learn_socket_id(c, px_message_text(message));
    }
}

static void ping(void *context, px_hub_connection *connection) {
    (void)context;
    FUZZ_CHECK(((client *)(void *)connection)->open);
}

static void close_client(void *context, px_hub_connection *connection, uint16_t code,
                         px_slice reason) {
    (void)context;
    client *c = (client *)(void *)connection;
    FUZZ_CHECK(c->open && code >= 1000 && code < 5000 && reason.len <= 123);
    fuzz_touch(reason);
    c->open = false;
}

static void log_line(void *context, int level, px_slice line) {
    (void)context;
    FUZZ_CHECK(level >= 1 && level <= 4 && line.len > 0);
    fuzz_touch(line);
}

/* ---- Clients ---- */

static void choose(world *w, px_slice argument) {
    w->current = &w->clients[fuzz_number(argument, CLIENT_COUNT - 1)];
}

static void cut(world *w, px_slice argument) {
    (void)argument;
    px_hub_close_connection(w->hub, &w->current->connection);
    w->current->open = false;
}

static void open_client(world *w, px_slice argument) {
    if (w->current->open)
        cut(w, argument);
    px_slice key = fuzz_take(&argument, ' ');
    px_hub_open open = {.key = key.len ? key : PX_SLICE(APP_KEY), .protocol = PX_SLICE("7")};
    if (argument.len)
        open.protocol = fuzz_take(&argument, ' ');
    if (argument.len)
        open.origin = argument;
    *w->current = (client){.open = true};
    px_hub_open_connection(w->hub, &w->current->connection, &open);
}

static void message(world *w, px_slice text) {
    px_hub_message(w->hub, &w->current->connection, text);
}

static void activity(world *w, px_slice argument) {
    (void)argument;
    px_hub_activity(w->hub, &w->current->connection);
}

typedef struct member {
    px_slice name;
    px_slice value; /* empty: absent */
} member;

/* Sends an event with these data, and `auth` that signs the parts behind the socket id. */
static void send_signed(world *w, px_slice event, const member members[2], px_slice parts[5],
                        size_t count) {
    char auth[sizeof(APP_KEY) + PX_SIGNATURE_LENGTH] = APP_KEY ":";
    parts[0] = px_slice_of(w->current->socket_id, w->current->socket_id_len);
    FUZZ_CHECK(px_signature(PX_SLICE(APP_SECRET), parts, count, auth + sizeof(APP_KEY)) == PX_OK);
    px_buffer text;
    px_json_writer writer;
    px_buffer_init(&text, &test_malloc, 1 << 20);
    px_json_writer_init(&writer, &text);
    px_json_object_begin(&writer);
    px_json_member(&writer, PX_SLICE("event"), event);
    px_json_key(&writer, PX_SLICE("data"));
    px_json_object_begin(&writer);
    px_json_member(&writer, PX_SLICE("auth"), px_slice_of(auth, sizeof(auth)));
    for (size_t i = 0; i < 2; i++)
        if (members[i].value.len)
            px_json_member(&writer, members[i].name, members[i].value);
    px_json_object_end(&writer);
    px_json_object_end(&writer);
    FUZZ_CHECK(px_json_writer_finish(&writer) == PX_OK);
    message(w, px_buffer_slice(&text));
    px_buffer_free(&text);
}

/* Subscribes with a signature that is right: CHANNEL CHANNEL_DATA. */
static void subscribe(world *w, px_slice argument) {
    px_slice channel = fuzz_take(&argument, ' ');
    px_slice parts[5] = {[1] = PX_SLICE(":"), channel, PX_SLICE(":"), argument};
    const member members[] = {{PX_SLICE("channel"), channel}, {PX_SLICE("channel_data"), argument}};
    send_signed(w, PX_SLICE("pusher:subscribe"), members, parts, argument.len ? 5 : 3);
}

/* Signs in with a signature that is right: USER_DATA. */
static void sign_in(world *w, px_slice user_data) {
    px_slice parts[5] = {[1] = PX_SLICE("::user::"), user_data};
    const member members[] = {{PX_SLICE("user_data"), user_data}, {PX_SLICE("none"), PX_SLICE("")}};
    send_signed(w, PX_SLICE("pusher:signin"), members, parts, 3);
}

static void wait(world *w, px_slice argument) {
    uint64_t end = w->now + fuzz_number(argument, LONGEST_WAIT);
    uint64_t deadline;
    while ((deadline = px_hub_deadline(w->hub)) <= end) {
        w->now = deadline > w->now ? deadline : w->now;
        px_hub_tick(w->hub, w->now, NOW);
        FUZZ_CHECK(px_hub_deadline(w->hub) > w->now);
    }
    w->now = end;
    px_hub_tick(w->hub, w->now, NOW);
}

static void drain(world *w, px_slice argument) {
    px_hub_drain(w->hub, (uint32_t)fuzz_number(argument, 10000));
}

/* ---- The HTTP API ---- */

static void request(world *w, px_slice method, px_slice path, px_slice query, px_slice body) {
    px_http_request asked = {method, path, query, body};
    px_buffer answer;
    px_buffer_init(&answer, &test_malloc, 1 << 24);
    px_http_response response = {.body = &answer};
    px_hub_http(w->hub, &asked, &response);
    FUZZ_CHECK(response.status >= 200 && response.status < 600);
    FUZZ_CHECK(response.status != 500 || w->memory.fail_at);
    FUZZ_CHECK(answer.len == 0 || px_json_valid(px_buffer_slice(&answer)));
    px_buffer_free(&answer);
}

static void raw_request(world *w, px_slice argument) {
    px_slice method = fuzz_take(&argument, ' ');
    px_slice path = fuzz_take(&argument, ' ');
    px_slice query = fuzz_take(&argument, ' ');
    request(w, method, path, query, argument);
}

static void add(px_buffer *out, px_slice text) {
    FUZZ_CHECK(px_buffer_append(out, text) == PX_OK);
}

/* With a signature that is right: PATH EXTRA BODY. EXTRA stands behind the parameters of
 * authentication in the order of the alphabet, so its names should begin with b or later. */
static void signed_request(world *w, px_slice method, px_slice argument) {
    px_slice path = fuzz_take(&argument, ' ');
    px_slice extra = fuzz_take(&argument, ' ');
    px_buffer query;
    char md5[PX_MD5_LENGTH];
    char signature[PX_SIGNATURE_LENGTH];
    px_buffer_init(&query, &test_malloc, 1 << 20);
    add(&query, PX_SLICE("auth_key=" APP_KEY "&auth_timestamp=1353088179&auth_version=1.0"));
    if (argument.len) {
        FUZZ_CHECK(px_md5(argument, md5) == PX_OK);
        add(&query, PX_SLICE("&body_md5="));
        add(&query, px_slice_of(md5, sizeof(md5)));
    }
    if (extra.len) {
        add(&query, PX_SLICE("&"));
        add(&query, extra);
    }
    px_slice newline = PX_SLICE("\n");
    px_slice parts[] = {method, newline, path, newline, px_buffer_slice(&query)};
    FUZZ_CHECK(px_signature(PX_SLICE(APP_SECRET), parts, 5, signature) == PX_OK);
    add(&query, PX_SLICE("&auth_signature="));
    add(&query, px_slice_of(signature, sizeof(signature)));
    request(w, method, path, px_buffer_slice(&query), argument);
    px_buffer_free(&query);
}

static void signed_post(world *w, px_slice argument) {
    signed_request(w, PX_SLICE("POST"), argument);
}

static void signed_get(world *w, px_slice argument) {
    signed_request(w, PX_SLICE("GET"), argument);
}

/* The allocation that comes so many allocations later fails. */
static void fail_allocation(world *w, px_slice argument) {
    w->memory.fail_once = true;
    w->memory.fail_at = w->memory.calls + 1 + (size_t)fuzz_number(argument, 1000);
}

/* ---- The script ---- */

static const struct {
    char letter;
    void (*run)(world *w, px_slice argument);
} COMMANDS[] = {
    {'@', choose},      {'o', open_client}, {'x', cut},        {'m', message},
    {'s', subscribe},   {'y', activity},    {'w', wait},       {'D', drain},
    {'R', raw_request}, {'P', signed_post}, {'G', signed_get}, {'M', fail_allocation},
    {'u', sign_in},
};

static void run(world *w, px_slice line) {
    for (size_t i = 0; line.len && i < sizeof(COMMANDS) / sizeof(*COMMANDS); i++) {
        if (COMMANDS[i].letter != line.ptr[0])
            continue;
        fuzz_copy argument = fuzz_copy_of(px_slice_after(line, 1));
        COMMANDS[i].run(w, argument.bytes);
        fuzz_copy_free(&argument);
        break;
    }
    px_hub_stats stats;
    size_t open = 0;
    for (size_t i = 0; i < CLIENT_COUNT; i++)
        open += w->clients[i].open;
    px_hub_get_stats(w->hub, &stats);
    FUZZ_CHECK(stats.connections == open && px_hub_connection_count(w->hub) == open);
    FUZZ_CHECK(stats.channels <= stats.subscriptions);
    FUZZ_CHECK(stats.users <= open);
}

static void take_notice(void *context, const px_notice *notice) {
    (void)context;
    FUZZ_CHECK(px_json_valid(notice->event));
}

static void start(world *w) {
    static const uint64_t SEED[2] = {1, 2};
    px_hub_options options;
    px_app_options app;
    const char *why;
    test_allocator_init(&w->memory);
    px_hub_options_default(&options);
    px_app_options_default(&app);
    app.id = PX_SLICE("3");
    app.key = PX_SLICE(APP_KEY);
    app.secret = PX_SLICE(APP_SECRET);
    app.subscription_count = true;
    px_webhook_options webhook;
    px_webhook_options_default(&webhook);
    webhook.url = PX_SLICE("http://localhost/");
    app.webhooks = (px_webhook_list){&webhook, 1};
    app.cache_ttl = 60;
    app.max_cache_bytes = 2000;
    app.max_backend_events_per_second = 100;
    px_hub_host host = {deliver, ping, close_client, log_line, w, take_notice, NULL};
    FUZZ_CHECK(px_hub_new(&w->memory.allocator, &options, &host, SEED, w->now, NOW, &w->hub) ==
               PX_OK);
    FUZZ_CHECK(px_hub_add_app(w->hub, &app, &why) == PX_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    px_slice script = px_slice_of((const char *)data, size);
    static world w;
    w = (world){.now = 1000, .current = &w.clients[0]};
    start(&w);
    for (px_slice line; fuzz_next_line(&script, &line);)
        run(&w, line);
    px_hub_free(w.hub);
    FUZZ_CHECK(w.memory.live_blocks == 0 && w.memory.live_bytes == 0);
    return 0;
}
