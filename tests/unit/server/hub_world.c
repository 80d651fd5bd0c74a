#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "net/signature.h"
#include "server/channel_name.h"
#include "json/reader.h"

enum { MAX_TEXT = 256 * 1024, MAX_RECORD = 64 * 1024 * 1024 };

/* ---- Texts ---- */

/* Formats, with ' as "; the result lives until the second next call. */
static px_slice format_text(const char *format, va_list arguments) {
    static char texts[2][MAX_TEXT];
    static int turn;
    char *text = texts[turn ^= 1];
    int len = vsnprintf(text, MAX_TEXT, format, arguments);
    assert_in_range(len, 0, MAX_TEXT - 1);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    return px_slice_of(text, (size_t)len);
}

static px_slice quoted(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    px_slice text = format_text(format, arguments);
    va_end(arguments);
    return text;
}

static void assert_slices_equal(px_slice actual, px_slice expected) {
    if (px_slice_equal(actual, expected))
        return;
    fail_msg("got      %.*s\nexpected %.*s", (int)actual.len, actual.ptr, (int)expected.len,
             expected.ptr);
}

/* ---- The host ---- */

static void record(test_client *client, px_slice text) {
    assert_int_equal(px_buffer_append(&client->received, text), PX_OK);
    assert_int_equal(px_buffer_append_byte(&client->received, '\n'), PX_OK);
}

static void host_deliver(void *context, px_hub_connection *const *connections, size_t count,
                         px_message *message) {
    test_world *world = context;
    world->deliver_calls++;
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        test_client *client = (test_client *)(void *)connections[i];
        assert_false(client->is_closed);
        client->message_count++;
        if (!world->is_recording)
            continue;
        assert_true(px_json_valid(px_message_text(message)));
        record(client, px_message_text(message));
    }
}

static void host_ping(void *context, px_hub_connection *connection) {
    (void)context;
    ((test_client *)(void *)connection)->pings++;
}

static void host_close(void *context, px_hub_connection *connection, uint16_t code,
                       px_slice reason) {
    (void)context;
    test_client *client = (test_client *)(void *)connection;
    assert_false(client->is_closed);
    assert_null(connection->app);
    assert_in_range(reason.len, 1, 123);
    client->is_closed = true;
    client->close_code = code;
}

static void host_log(void *context, int level, px_slice line) {
    (void)context;
    assert_in_range(level, 1, 4);
    assert_true(line.len > 0);
}

static void host_notice(void *context, const px_notice *notice) {
    test_world *world = context;
    assert_true(px_slice_equal(notice->app_id, PX_SLICE(TEST_ID)));
    assert_true(px_json_valid(notice->event));
    assert_int_equal(px_buffer_append(&world->notices, notice->event), PX_OK);
    assert_int_equal(px_buffer_append_byte(&world->notices, '\n'), PX_OK);
}

/* ---- The world ---- */

px_app_options world_app(void) {
    px_app_options app;
    px_app_options_default(&app);
    app.id = PX_SLICE(TEST_ID);
    app.key = PX_SLICE(TEST_KEY);
    app.secret = PX_SLICE(TEST_SECRET);
    return app;
}

void world_start(test_world *world, const px_app_options *app, const px_hub_options *options) {
    static const uint64_t SEED[2] = {0x0123456789abcdef, 0xfedcba9876543210};
    *world = (test_world){.is_recording = true, .now_ms = 1000};
    test_allocator_init(&world->memory);
    px_buffer_init(&world->body, &test_malloc, MAX_RECORD);
    px_buffer_init(&world->notices, &test_malloc, MAX_RECORD);
    px_hub_host host = {host_deliver, host_ping, host_close, host_log, world, host_notice, NULL};
    px_hub_options default_options;
    px_app_options default_app = world_app();
    px_hub_options_default(&default_options);
    const char *why;
    assert_int_equal(px_hub_new(&world->memory.allocator, options ? options : &default_options,
                                &host, SEED, world->now_ms, TEST_TIME, &world->hub),
                     PX_OK);
    assert_int_equal(px_hub_add_app(world->hub, app ? app : &default_app, &why), PX_OK);
}

void world_stop(test_world *world) {
    px_hub_free(world->hub);
    px_buffer_free(&world->body);
    px_buffer_free(&world->notices);
    assert_int_equal(world->memory.live_blocks, 0);
    assert_int_equal(world->memory.live_bytes, 0);
}

void world_pass(test_world *world, uint64_t ms) {
    uint64_t end = world->now_ms + ms;
    uint64_t deadline;
    while ((deadline = px_hub_deadline(world->hub)) <= end) {
        assert_true(deadline > world->now_ms);
        world->now_ms = deadline;
        px_hub_tick(world->hub, deadline, TEST_TIME);
    }
    world->now_ms = end;
    px_hub_tick(world->hub, end, TEST_TIME);
}

static px_slice unread_notices(const test_world *world) {
    return px_slice_after(px_buffer_slice(&world->notices), world->notices_read);
}

void world_expect_notice(test_world *world, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    px_slice expected = format_text(format, arguments);
    va_end(arguments);
    px_slice unread = unread_notices(world);
    const char *end = unread.len > 0 ? memchr(unread.ptr, '\n', unread.len) : NULL;
    px_slice next = px_slice_of(unread.ptr, end ? (size_t)(end - unread.ptr) : 0);
    assert_slices_equal(next, expected);
    world->notices_read += next.len + 1;
}

void world_expect_no_notice(const test_world *world) {
    assert_slices_equal(unread_notices(world), px_slice_of("", 0));
}

/* ---- Clients ---- */

void client_open_as(test_world *world, test_client *client, const px_hub_open *open) {
    static const char START[] =
        "{\"event\":\"pusher:connection_established\",\"data\":\"{\\\"socket_id\\\":\\\"";
    *client = (test_client){.pings = 0};
    px_buffer_init(&client->received, &test_malloc, MAX_RECORD);
    px_hub_open_connection(world->hub, &client->connection, open);
    px_slice first = px_buffer_slice(&client->received);
    if (!px_slice_starts_with(first, px_slice_of(START, sizeof(START) - 1)))
        return;
    px_slice id = px_slice_after(first, sizeof(START) - 1);
    size_t len = (size_t)((const char *)memchr(id.ptr, '\\', id.len) - id.ptr);
    assert_in_range(len, 3, sizeof(client->socket_id) - 1);
    memcpy(client->socket_id, id.ptr, len);
    const char *end = memchr(first.ptr, '\n', first.len);
    client->read = (size_t)(end - first.ptr) + 1;
}

void client_open(test_world *world, test_client *client) {
    px_hub_open open = {.key = PX_SLICE(TEST_KEY), .protocol = PX_SLICE("7")};
    client_open_as(world, client, &open);
}

void client_cut(test_world *world, test_client *client) {
    px_hub_close_connection(world->hub, &client->connection);
    assert_null(client->connection.app);
    px_buffer_free(&client->received);
}

void client_send(test_world *world, test_client *client, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    px_slice text = format_text(format, arguments);
    va_end(arguments);
    px_hub_message(world->hub, &client->connection, text);
}

static px_slice next_message(test_client *client) {
    px_slice rest = px_slice_after(px_buffer_slice(&client->received), client->read);
    const char *end = rest.len ? memchr(rest.ptr, '\n', rest.len) : NULL;
    if (!end)
        return px_slice_of("(nothing)", 9);
    size_t len = (size_t)(end - rest.ptr);
    client->read += len + 1;
    return px_slice_of(rest.ptr, len);
}

void client_expect(test_client *client, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    px_slice expected = format_text(format, arguments);
    va_end(arguments);
    assert_slices_equal(next_message(client), expected);
}

void client_expect_nothing(test_client *client) {
    assert_slices_equal(next_message(client), PX_SLICE("(nothing)"));
}

/* With the quotes in `text` as they are. */
static void expect_error_event(test_client *client, int code, const char *text) {
    char code_text[16] = "null", expected[4096];
    if (code)
        (void)snprintf(code_text, sizeof(code_text), "%d", code);
    (void)snprintf(expected, sizeof(expected),
                   "{\"event\":\"pusher:error\",\"data\":{\"code\":%s,\"message\":\"%s\"}}",
                   code_text, text);
    assert_slices_equal(next_message(client), px_slice_of_text(expected));
}

void client_expect_error(test_client *client, int code, const char *text) {
    expect_error_event(client, code, text);
    client_expect_nothing(client);
    assert_false(client->is_closed);
}

void client_expect_close(test_client *client, int code, const char *text) {
    expect_error_event(client, code, text);
    client_expect_nothing(client);
    assert_true(client->is_closed);
    assert_int_equal(client->close_code, code);
}

void client_expect_refusal(test_client *client, const char *channel, const char *type, int status,
                           int code, const char *text) {
    char expected[4096];
    (void)snprintf(
        expected, sizeof(expected),
        "{\"event\":\"pusher:subscription_error\",\"channel\":\"%s\",\"data\":{\"type\":\"%s\","
        "\"error\":\"%s\",\"status\":%d}}",
        channel, type, text, status);
    assert_slices_equal(next_message(client), px_slice_of_text(expected));
    client_expect_error(client, code, text);
}

void client_clear(test_client *client) {
    px_buffer_clear(&client->received);
    client->read = 0;
}

/* ---- Signatures ---- */

static const char *auth_of(const px_slice *parts, size_t count) {
    static char auth[sizeof(TEST_KEY) + PX_SIGNATURE_LENGTH + 1] = TEST_KEY ":";
    assert_int_equal(px_signature(PX_SLICE(TEST_SECRET), parts, count, auth + sizeof(TEST_KEY)),
                     PX_OK);
    return auth;
}

const char *test_auth(const test_client *client, const char *channel, const char *channel_data) {
    const px_slice parts[] = {px_slice_of_text(client->socket_id), PX_SLICE(":"),
                              px_slice_of_text(channel), PX_SLICE(":"),
                              px_slice_of_text(channel_data)};
    return auth_of(parts, channel_data ? 5 : 3);
}

const char *test_signin_auth(const test_client *client, const char *user_data) {
    const px_slice parts[] = {px_slice_of_text(client->socket_id), PX_SLICE("::user::"),
                              px_slice_of_text(user_data)};
    return auth_of(parts, 3);
}

/* ---- Subscribing and signing in ---- */

/* JSON inside a JSON string. */
static const char *escaped(const char *text) {
    static char out[MAX_TEXT / 4];
    size_t len = 0;
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            out[len++] = '\\';
        out[len++] = *text;
        assert_in_range(len, 0, sizeof(out) - 3);
    }
    out[len] = '\0';
    return out;
}

void client_ask_to_join(test_world *world, test_client *client, const char *channel,
                        const char *channel_data) {
    char data[MAX_TEXT / 8] = "";
    if (channel_data) {
        px_slice text = quoted("%s", channel_data);
        memcpy(data, text.ptr, text.len + 1);
    }
    const char *signed_data = channel_data ? data : NULL;
    bool is_private = px_channel_traits(px_slice_of_text(channel)) & PX_CHANNEL_PRIVATE;
    client_send(world, client,
                "{'event':'pusher:subscribe','data':{'channel':'%s','auth':'%s'%s%s%s}}", channel,
                is_private ? test_auth(client, channel, signed_data) : "",
                channel_data ? ",'channel_data':'" : "", channel_data ? escaped(data) : "",
                channel_data ? "'" : "");
}

void client_join(test_world *world, test_client *client, const char *channel,
                 const char *channel_data) {
    client_ask_to_join(world, client, channel, channel_data);
    px_slice expected = quoted(
        "{'event':'pusher_internal:subscription_succeeded','channel':'%s','data':'", channel);
    px_slice answer = next_message(client);
    assert_slices_equal(
        px_slice_of(answer.ptr, answer.len < expected.len ? answer.len : expected.len), expected);
    assert_true(channel_data ||
                px_slice_equal(px_slice_after(answer, expected.len), PX_SLICE("{}\"}")));
}

void client_ask_to_sign_in(test_world *world, test_client *client, const char *user_data) {
    px_slice data = quoted("%s", user_data);
    client_send(world, client, "{'event':'pusher:signin','data':{'auth':'%s','user_data':'%s'}}",
                test_signin_auth(client, data.ptr), escaped(data.ptr));
}

void client_expect_signed_in(test_client *client, const char *user_data) {
    char data[MAX_TEXT / 8];
    px_slice once = px_slice_of_text(escaped(quoted("%s", user_data).ptr));
    memcpy(data, once.ptr, once.len + 1);
    client_expect(client, "{'event':'pusher:signin_success','data':'{\\'user_data\\':\\'%s\\'}'}",
                  escaped(data));
}

void client_sign_in(test_world *world, test_client *client, const char *user_data) {
    client_ask_to_sign_in(world, client, user_data);
    client_expect_signed_in(client, user_data);
    client_expect_nothing(client);
}

/* ---- The HTTP API ---- */

void world_request_raw(test_world *world, const char *method, const char *path, const char *query,
                       const char *body) {
    px_http_request request = {px_slice_of_text(method), px_slice_of_text(path),
                               px_slice_of_text(query), quoted("%s", body)};
    px_http_response response = {.status = 0, .body = &world->body};
    px_hub_http(world->hub, &request, &response);
    assert_string_equal(response.content_type, "application/json");
    world->status = response.status;
    world->allow = response.allow;
    world->retry_after = response.retry_after;
}

/* One name=value each, so that they can be sorted. */
static int by_text(const void *left, const void *right) {
    return strcmp(*(char *const *)left, *(char *const *)right);
}

void world_request_as(test_world *world, const char *key, const char *secret, const char *method,
                      const char *path, const char *query, const char *body) {
    char all[8192], text[2 * sizeof(all)], md5[PX_MD5_LENGTH + 1] = "",
                                                               hex[PX_SIGNATURE_LENGTH + 1] = "";
    char *params[256];
    size_t count = 0;
    px_slice content = quoted("%s", body);
    assert_int_equal(px_md5(content, md5), PX_OK);
    (void)snprintf(all, sizeof(all), "auth_key=%s&auth_timestamp=%d&auth_version=1.0%s%s%s%s", key,
                   TEST_TIME, content.len ? "&body_md5=" : "", content.len ? md5 : "",
                   *query ? "&" : "", query);
    char copy[sizeof(all)];
    memcpy(copy, all, sizeof(all));
    for (char *param = strtok(copy, "&"); param; param = strtok(NULL, "&"))
        params[count++] = param;
    qsort(params, count, sizeof(params[0]), by_text);
    int len = snprintf(text, sizeof(text), "%s\n%s\n", method, path);
    for (size_t i = 0; i < count; i++)
        len += snprintf(text + len, sizeof(text) - (size_t)len, "%s%s", i ? "&" : "", params[i]);
    px_slice to_sign = {text, (size_t)len};
    assert_int_equal(px_signature(px_slice_of_text(secret), &to_sign, 1, hex), PX_OK);
    (void)snprintf(text, sizeof(text), "%s&auth_signature=%s", all, hex);
    world_request_raw(world, method, path, text, body);
}

void world_request(test_world *world, const char *method, const char *path, const char *query,
                   const char *body) {
    world_request_as(world, TEST_KEY, TEST_SECRET, method, path, query, body);
}

void world_expect(const test_world *world, int status, const char *body) {
    px_slice expected = quoted("%s", body);
    assert_slices_equal(px_buffer_slice(&world->body), expected);
    assert_int_equal(world->status, status);
}

void world_expect_error(const test_world *world, int status, const char *text) {
    char body[4096];
    (void)snprintf(body, sizeof(body), "{\"error\":\"%s\",\"code\":%d}", text, status);
    assert_slices_equal(px_buffer_slice(&world->body), px_slice_of_text(body));
    assert_int_equal(world->status, status);
}
