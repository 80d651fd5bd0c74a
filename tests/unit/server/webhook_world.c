#include "webhook_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "json/reader.h"

static void log_line(void *context, int level, px_slice line) {
    test_webhooks *world = context;
    assert_in_range(level, 1, 4);
    snprintf(world->lines[world->line_count++ % 64], sizeof world->lines[0], "%d %.*s", level,
             (int)line.len, line.ptr);
}

static void changed(void *context, size_t lane, const px_webhook_backlog *backlog) {
    test_webhooks *world = context;
    if (lane == 0)
        world->backlog = *backlog;
}

px_webhook_options test_webhook(const char *url) {
    px_webhook_options made;
    px_webhook_options_default(&made);
    made.url = px_slice_of_text(url);
    return made;
}

px_app_options test_webhook_app(const char *id, const px_webhook_options *webhooks, size_t count) {
    px_app_options app;
    px_app_options_default(&app);
    app.id = px_slice_of_text(id);
    app.key = PX_SLICE(TEST_KEY);
    app.secret = PX_SLICE(TEST_SECRET);
    app.webhooks = (px_webhook_list){webhooks, count};
    return app;
}

void test_webhooks_start(test_webhooks *world, const px_app_options *apps, size_t count,
                         const px_webhook_limits *limits) {
    static const uint64_t SEED[2] = {1, 2};
    static const px_webhook_limits DEFAULTS = {10000, 16777216};
    *world = (test_webhooks){.now_ms = 1000};
    test_allocator_init(&world->memory);
    const px_webhook_queue_host host = {log_line, changed, world};
    assert_int_equal(px_webhook_queue_new(&world->memory.allocator, limits ? limits : &DEFAULTS,
                                          &host, SEED, &world->queue),
                     PX_OK);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(px_webhook_queue_add_app(world->queue, &apps[i]), PX_OK);
}

void test_webhooks_stop(test_webhooks *world) {
    px_webhook_queue_free(world->queue);
    assert_int_equal(world->memory.live_blocks, 0);
    assert_int_equal(world->memory.live_bytes, 0);
}

static px_webhook_time time_of(const test_webhooks *world) {
    return (px_webhook_time){world->now_ms, TEST_UNIX + world->now_ms};
}

void test_webhooks_put(test_webhooks *world, const char *app, const char *channel, unsigned n) {
    char event[128];
    int len = snprintf(event, sizeof event,
                       "{\"name\":\"client_event\",\"channel\":\"%s\",\"n\":%u}", channel, n);
    px_notice notice = {px_slice_of_text(app), PX_WEBHOOK_CLIENT_EVENT, px_slice_of_text(channel),
                        px_slice_of(event, (size_t)len)};
    px_webhook_queue_put(world->queue, &notice, time_of(world));
}

void test_webhooks_put_kind(test_webhooks *world, const char *app, px_webhook_kind kind,
                            const char *channel) {
    char event[128];
    int len =
        snprintf(event, sizeof event, "{\"name\":\"%.*s\",\"channel\":\"%s\"}",
                 (int)px_webhook_kind_names[kind].len, px_webhook_kind_names[kind].ptr, channel);
    px_notice notice = {px_slice_of_text(app), kind, px_slice_of_text(channel),
                        px_slice_of(event, (size_t)len)};
    px_webhook_queue_put(world->queue, &notice, time_of(world));
}

void test_webhooks_expect(test_webhooks *world, size_t lane, const char *body) {
    char expected[4096];
    size_t len = strlen(body);
    assert_true(len < sizeof expected);
    for (size_t i = 0; i <= len; i++)
        expected[i] = body[i] == '\'' ? '"' : body[i];
    assert_true(px_webhook_queue_next(world->queue, world->now_ms, &world->request));
    const px_webhook_request *request = &world->request;
    if (!px_slice_equal(request->body, px_slice_of(expected, len)))
        fail_msg("got      %.*s\nexpected %s", (int)request->body.len, request->body.ptr, expected);
    assert_int_equal(request->lane, lane);
    assert_true(px_json_valid(request->body));
    assert_true(px_slice_equal(request->key, PX_SLICE(TEST_KEY)));
    assert_true(px_signature_verify(PX_SLICE(TEST_SECRET), &request->body, 1, request->signature));
}

void test_webhooks_expect_nothing(test_webhooks *world) {
    assert_false(px_webhook_queue_next(world->queue, world->now_ms, &world->request));
    assert_true(px_webhook_queue_deadline(world->queue) > world->now_ms);
}

void test_webhooks_answer(test_webhooks *world, size_t lane, int status) {
    px_webhook_queue_answered(world->queue, lane, status, "nobody was there", world->now_ms);
}

void test_webhooks_pass(test_webhooks *world, uint64_t ms) {
    world->now_ms += ms;
}

bool test_webhooks_said(const test_webhooks *world, const char *text) {
    for (size_t i = 0; i < 64; i++)
        if (strstr(world->lines[i], text))
            return true;
    return false;
}
