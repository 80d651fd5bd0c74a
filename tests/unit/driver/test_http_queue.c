/* Requests on the loop: pieces as they come, lanes, kept connections, and owners that end them in
 * the middle. */
#include "certificates.h"
#include "driver/http_queue.h"

#include "driver/clock.h"
#include "driver/memory.h"
#include "patience.h"
#include "peer.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { PATIENCE_MS = 10000 };

enum { GO_ON, CANCEL, FREE };

typedef struct test_world {
    test_peer *peer;
    px_loop *loop;
    px_multi *multi;
    px_http_queue queue;
    px_route route;
    char url[64];
    sem_t told; /* posted for each piece */
    char journal[4096];
    size_t bytes; /* of all pieces */
    int done;
    int result;   /* of the last that was done */
    int on_piece; /* GO_ON, CANCEL or FREE */
} test_world;

static void note(test_world *world, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t len = strlen(world->journal);
    if (len < sizeof world->journal - 1)
        vsnprintf(world->journal + len, sizeof world->journal - len, format, arguments);
    va_end(arguments);
}

static void on_piece(void *owner, uint32_t id, int status, px_slice piece) {
    test_world *world = owner;
    world->bytes += piece.len;
    if (piece.len < 64)
        note(world, "%u %d [%.*s] ", (unsigned)id, status, (int)piece.len, piece.ptr);
    sem_post(&world->told);
    if (world->on_piece == CANCEL)
        px_http_queue_cancel(&world->queue, id);
    else if (world->on_piece == FREE)
        px_http_queue_free(&world->queue);
}

static void on_done(void *owner, uint32_t id, const px_http_reply *reply) {
    test_world *world = owner;
    world->done++;
    world->result = reply->failure.result;
    note(world, "%u done %d %d [%.*s] ", (unsigned)id, reply->status, reply->failure.result,
         (int)reply->body.len, reply->body.len ? reply->body.data : "");
}

static const px_http_events events = {on_piece, on_done};

static void begin_tls(test_world *world, test_script script, const char *certificate,
                      const char *key) {
    memset(world, 0, sizeof *world);
    sem_init(&world->told, 0, 0);
    world->peer = test_peer_start(script, world, certificate, key);
    world->route.tls.ca_file = certificate;
    world->route.proxy.url = "";
    snprintf(world->url, sizeof world->url, "%s://127.0.0.1:%u/x", certificate ? "https" : "http",
             test_peer_port(world->peer));
    assert_int_equal(px_loop_new(&px_malloc_allocator, NULL, &world->loop), PX_OK);
    assert_int_equal(px_multi_join(world->loop, &world->multi), PX_OK);
    px_http_queue_init(&world->queue, world->multi, &events, world);
}

static void begin(test_world *world, test_script script) {
    begin_tls(world, script, NULL, NULL);
}

static void end(test_world *world) {
    px_http_queue_free(&world->queue);
    px_multi_leave(world->multi);
    px_loop_free(world->loop);
    test_peer_stop(world->peer);
    sem_destroy(&world->told);
}

static void start(test_world *world, uint32_t id, px_http_lane lane, bool streams) {
    px_http_call_options options = {.url = px_slice_of_text(world->url),
                                    .route = &world->route,
                                    .timeout_ms = PX_HTTP_NO_TIMEOUT};
    assert_int_equal(px_http_queue_start(&world->queue, id, lane, streams, &options), PX_OK);
}

static void await(test_world *world, const char *text) {
    uint64_t deadline = px_clock_ms() + (uint64_t)test_patience_ms(PATIENCE_MS);
    while (!strstr(world->journal, text)) {
        if (px_clock_ms() >= deadline)
            fail_msg("waited in vain for \"%s\"; the journal is: %s", text, world->journal);
        assert_int_equal(px_loop_turn(world->loop, 100), PX_OK);
    }
}

/* ---- Scripts of the peer ---- */

static bool send_chunk(test_connection *connection, const char *text) {
    char chunk[256];
    snprintf(chunk, sizeof chunk, "%zx\r\n%s\r\n", strlen(text), text);
    return test_send_text(connection, chunk);
}

static bool begin_chunks(test_connection *connection) {
    return test_read_request(connection) &&
           test_send_text(connection, "HTTP/1.1 202 Ok\r\nTransfer-Encoding: chunked\r\n\r\n");
}

/* Sends the next piece only when the one before was told: nothing on the way may keep it. */
static void step_by_step(test_connection *connection, void *context) {
    test_world *world = context;
    if (!begin_chunks(connection))
        return;
    for (const char *text = "abc"; *text; text++) {
        if (!send_chunk(connection, (char[]){*text, '\0'}))
            return;
        sem_wait(&world->told);
    }
    test_send_text(connection, "0\r\n\r\n");
    test_hold(connection);
}

static sem_t peer_saw_the_end;

static void talk_until_cut(test_connection *connection, void *context) {
    (void)context;
    if (begin_chunks(connection) && send_chunk(connection, "piece"))
        test_hold(connection);
    sem_post(&peer_saw_the_end);
}

static void talk_and_break_off(test_connection *connection, void *context) {
    (void)context;
    if (begin_chunks(connection))
        send_chunk(connection, "piece");
}

enum { MUCH = 3 << 20 };

static void send_much(test_connection *connection, void *context) {
    (void)context;
    static const char zeros[65536];
    char head[128];
    snprintf(head, sizeof head, "HTTP/1.1 200 Ok\r\nContent-Length: %d\r\n\r\n", (int)MUCH);
    while (test_read_request(connection) && test_send_text(connection, head)) {
        for (size_t sent = 0; sent < MUCH; sent += sizeof zeros) {
            if (!test_send(connection, zeros, sizeof zeros))
                return;
        }
    }
}

/* Never answers a GET of /slow; everything else at once. */
static void answer_some(test_connection *connection, void *context) {
    (void)context;
    while (test_read_request(connection)) {
        if (strncmp(test_request(connection), "GET /slow ", 10) == 0)
            test_hold(connection);
        else if (!test_send_text(connection, "HTTP/1.1 200 Ok\r\nContent-Length: 2\r\n\r\nok"))
            return;
    }
}

/* Answers one request, and leaves after the next. */
static void answer_once(test_connection *connection, void *context) {
    (void)context;
    if (test_read_request(connection) &&
        test_send_text(connection, "HTTP/1.1 200 Ok\r\nContent-Length: 2\r\n\r\nok"))
        test_read_request(connection);
}

/* ---- Tests ---- */

static void tells_each_piece_as_it_comes(void **state) {
    (void)state;
    test_world world;
    begin(&world, step_by_step);
    start(&world, 7, PX_HTTP_TRANSPORT, true);
    await(&world, "done");
    assert_string_equal(world.journal, "7 202 [a] 7 202 [b] 7 202 [c] 7 done 202 0 [] ");
    end(&world);
}

static void tells_each_piece_over_tls(void **state) {
    (void)state;
    char certificate[64], key[64];
    snprintf(certificate, sizeof certificate, "%s/self.pem", test_certificates);
    snprintf(key, sizeof key, "%s/self.key", test_certificates);
    test_world world;
    begin_tls(&world, step_by_step, certificate, key);
    start(&world, 7, PX_HTTP_TRANSPORT, true);
    await(&world, "done");
    assert_string_equal(world.journal, "7 202 [a] 7 202 [b] 7 202 [c] 7 done 202 0 [] ");
    end(&world);
}

static void tells_of_a_stream_that_breaks_off(void **state) {
    (void)state;
    test_world world;
    begin(&world, talk_and_break_off);
    start(&world, 1, PX_HTTP_TRANSPORT, true);
    await(&world, "done");
    assert_string_equal(world.journal, "1 202 [piece] 1 done 0 -26 [] ");
    end(&world);
}

static void has_no_limit_for_streams(void **state) {
    (void)state;
    test_world world;
    begin(&world, send_much);
    start(&world, 1, PX_HTTP_TRANSPORT, true);
    await(&world, "1 done 200 0");
    assert_int_equal(world.bytes, MUCH);
    start(&world, 2, PX_HTTP_TRANSPORT, false);
    await(&world, "2 done 0 -2");
    end(&world);
}

/* Both ends of it: nothing is told any more, and the peer sees the connection go. */
static void ends_inside_a_piece(void **state) {
    (void)state;
    for (int way = CANCEL; way <= FREE; way++) {
        test_world world;
        sem_init(&peer_saw_the_end, 0, 0);
        begin(&world, talk_until_cut);
        world.on_piece = way;
        start(&world, 1, PX_HTTP_TRANSPORT, true);
        start(&world, 2, PX_HTTP_AUTHORIZATION, false); /* goes with FREE */
        await(&world, "[piece]");
        if (way == CANCEL)
            px_http_queue_cancel(&world.queue, 2);
        sem_wait(&peer_saw_the_end);
        assert_int_equal(px_loop_turn(world.loop, 0), PX_OK);
        assert_string_equal(world.journal, "1 202 [piece] ");
        end(&world);
        sem_destroy(&peer_saw_the_end);
    }
}

static void transports_do_not_wait_for_authorizations(void **state) {
    (void)state;
    test_world world;
    begin(&world, answer_some);
    const char *fast = world.url;
    char slow[64];
    snprintf(slow, sizeof slow, "http://127.0.0.1:%u/slow", test_peer_port(world.peer));
    px_http_call_options options = {.url = px_slice_of_text(slow), .route = &world.route};
    for (uint32_t id = 1; id <= 20; id++)
        assert_int_equal(
            px_http_queue_start(&world.queue, id, PX_HTTP_AUTHORIZATION, false, &options), PX_OK);
    options.url = px_slice_of_text(fast);
    assert_int_equal(px_http_queue_start(&world.queue, 100, PX_HTTP_AUTHORIZATION, false, &options),
                     PX_OK);
    start(&world, 101, PX_HTTP_TRANSPORT, true);
    start(&world, 102, PX_HTTP_BACKGROUND, false);
    await(&world, "101 done 200 0 []");
    await(&world, "102 done 200 0 [ok]");
    assert_null(strstr(world.journal, "100 done"));
    /* Those that wait go first to last, and any of them may be dropped. */
    for (uint32_t id = 1; id <= 20; id++)
        px_http_queue_cancel(&world.queue, 21 - id);
    px_http_queue_cancel(&world.queue, 4711);
    await(&world, "100 done 200 0 [ok]");
    end(&world);
}

static void keeps_connections(void **state) {
    (void)state;
    enum { POLLS = 100 };
    test_world world;
    begin(&world, answer_some);
    for (int i = 0; i < POLLS; i++) {
        world.journal[0] = '\0';
        start(&world, 1, PX_HTTP_TRANSPORT, true);  /* a poll */
        start(&world, 2, PX_HTTP_TRANSPORT, false); /* and what is sent meanwhile */
        await(&world, "1 done 200 0");
        await(&world, "2 done 200 0");
    }
    assert_int_equal(world.done, 2 * POLLS);
    assert_in_range(test_peer_count(world.peer), 1, 2);
    end(&world);
}

/* What was on its way in the answer is lost, and what was sent may have arrived: nobody may try to hide
 * that. */
static void repeats_nothing_that_was_cut(void **state) {
    (void)state;
    for (int streams = 0; streams <= 1; streams++) {
        test_world world;
        begin(&world, answer_once);
        start(&world, 1, PX_HTTP_TRANSPORT, streams);
        await(&world, "1 done 200 0");
        start(&world, 2, PX_HTTP_TRANSPORT, streams);
        await(&world, "2 done 0");
        assert_int_equal(world.result, PX_ERR_CLOSED);
        end(&world);
    }
}

/* Through a proxy that gets plain requests each has a connection of its own. */
static void expects_proxies_to_hang_up(void **state) {
    (void)state;
    enum { POLLS = 10 };
    test_world world;
    char proxy[64];
    begin(&world, answer_once);
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", test_peer_port(world.peer));
    world.route.proxy.url = proxy;
    for (int i = 0; i < POLLS; i++) {
        world.journal[0] = '\0';
        start(&world, 1, PX_HTTP_TRANSPORT, true);
        await(&world, "1 done 200 0");
        start(&world, 2, PX_HTTP_TRANSPORT, false);
        await(&world, "2 done 200 0");
    }
    assert_int_equal(test_peer_count(world.peer), 2 * POLLS);
    end(&world);
}

static void refuses_what_http_does_not_allow(void **state) {
    (void)state;
    test_world world;
    begin(&world, answer_some);
    const px_header header = {PX_LITERAL("X"), PX_LITERAL("a\r\nb")};
    px_http_call_options options = {.url = px_slice_of_text(world.url),
                                    .route = &world.route,
                                    .headers = &header,
                                    .header_count = 1};
    assert_int_equal(px_http_queue_start(&world.queue, 1, PX_HTTP_TRANSPORT, true, &options),
                     PX_OK);
    assert_int_equal(px_http_queue_start(&world.queue, 2, PX_HTTP_TRANSPORT, true, &options),
                     PX_OK);
    start(&world, 3, PX_HTTP_TRANSPORT, false);
    await(&world, "1 done 0 -3");
    await(&world, "2 done 0 -3");
    await(&world, "3 done 200 0 [ok]");
    end(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_each_piece_as_it_comes),
        cmocka_unit_test(tells_each_piece_over_tls),
        cmocka_unit_test(tells_of_a_stream_that_breaks_off),
        cmocka_unit_test(has_no_limit_for_streams),
        cmocka_unit_test(ends_inside_a_piece),
        cmocka_unit_test(transports_do_not_wait_for_authorizations),
        cmocka_unit_test(keeps_connections),
        cmocka_unit_test(repeats_nothing_that_was_cut),
        cmocka_unit_test(expects_proxies_to_hang_up),
        cmocka_unit_test(refuses_what_http_does_not_allow),
    };
    return cmocka_run_group_tests(tests, test_make_certificates, test_remove_certificates);
}
