/* What happens when peers do not take what is sent to them, and what idle ones cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host_peer.h"
#include "output_memory.h"
#include "server/host_output.h"

/* ---- The queue ---- */

typedef struct pipe_ends {
    px_host_socket in;
    int out;
} pipe_ends;

static pipe_ends make_pipe(void) {
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
    return (pipe_ends){{.fd = fds[0]}, fds[1]};
}

static void add(px_host_output *output, uint32_t number, size_t len) {
    static char filler[1 << 20];
    const px_slice parts[] = {px_slice_of((const char *)&number, sizeof number),
                              px_slice_of(filler, len)};
    px_message *message = px_output_message(&output_pool.allocator, parts, 2);
    assert_non_null(message);
    assert_int_equal(px_output_add(output, message), PX_OK);
    px_message_release(message);
}

/* More than the socket holds, of every size, arrives whole and in order. */
static void everything_arrives_in_order(void **state) {
    (void)state;
    enum { COUNT = 3000 };
    pipe_ends pipe = make_pipe();
    px_host_output output;
    px_output_init(&output, &output_pool.allocator);
    size_t total = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        add(&output, i, i % 1000);
        total += sizeof i + i % 1000;
        if (i % 100 == 50)
            assert_int_not_equal(px_output_write(&output, &pipe.in, output_joined),
                                 PX_WRITTEN_FAILED);
    }
    assert_int_equal(px_output_write(&output, &pipe.in, output_joined), PX_WRITTEN_SOME);
    char *got = malloc(total + 1);
    size_t len = 0;
    while (len < total) {
        ssize_t part = recv(pipe.out, got + len, total + 1 - len, 0);
        if (part > 0)
            len += (size_t)part;
        if (output.count > 0)
            assert_int_not_equal(px_output_write(&output, &pipe.in, output_joined),
                                 PX_WRITTEN_FAILED);
    }
    assert_int_equal(output.bytes, 0);
    for (uint32_t i = 0, at = 0; i < COUNT; at += (uint32_t)sizeof i + i % 1000, i++)
        assert_memory_equal(got + at, &i, sizeof i);
    free(got);
    px_output_free(&output);
    px_socket_close(&pipe.in);
    close(pipe.out);
}

static void dropping_keeps_what_is_partly_out(void **state) {
    (void)state;
    enum { LARGE = 1 << 20 };
    pipe_ends pipe = make_pipe();
    px_host_output output;
    px_output_init(&output, &output_pool.allocator);
    add(&output, 0, LARGE);
    assert_int_equal(px_output_write(&output, &pipe.in, output_joined), PX_WRITTEN_SOME);
    assert_true(output.written > 0);
    add(&output, 1, 100);
    add(&output, 2, 100);
    px_output_drop(&output);
    assert_int_equal(output.count, 1);
    assert_int_equal(output.bytes, sizeof(uint32_t) + LARGE - output.written);
    add(&output, 3, 0);
    assert_int_equal(output.bytes, 2 * sizeof(uint32_t) + LARGE - output.written);
    px_output_free(&output);
    px_socket_close(&pipe.in);
    close(pipe.out);
}

static void dropping_leaves_nothing_that_has_not_begun(void **state) {
    (void)state;
    px_host_output output;
    px_output_init(&output, &output_pool.allocator);
    for (uint32_t i = 0; i < 10; i++)
        add(&output, i, 10);
    px_output_drop(&output);
    assert_int_equal(output.count, 0);
    assert_int_equal(output.bytes, 0);
    px_output_free(&output);
}

static void a_broken_connection_is_told(void **state) {
    (void)state;
    pipe_ends pipe = make_pipe();
    px_host_output output;
    px_output_init(&output, &output_pool.allocator);
    close(pipe.out);
    add(&output, 1, 1);
    assert_int_equal(px_output_write(&output, &pipe.in, output_joined), PX_WRITTEN_FAILED);
    px_output_free(&output);
    px_socket_close(&pipe.in);
}

/* ---- Slow consumers ---- */

static void set_small_backlog(px_server_options *options) {
    options->max_backlog = 65536;
}

static const char *filler(void) {
    static char text[8001];
    memset(text, 'x', sizeof text - 1);
    return text;
}

/* How many connections the status page counts. */
static long count_connections(int port) {
    static const char MARK[] = "<dt>Connections</dt><dd>";
    test_peer peer;
    assert_int_equal(
        peer_request(port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", &peer), 200);
    const char *count = strstr(peer.bytes, MARK);
    assert_non_null(count);
    long value = strtol(count + strlen(MARK), NULL, 10);
    peer_close(&peer);
    return value;
}

/* One subscriber reads nothing, one reads everything: the first is closed with 4100 and finds whole
 * frames only; the second gets every message. */
static void a_slow_consumer_is_closed_and_others_are_not(void **state) {
    (void)state;
    test_server server;
    test_server_start(&server, set_small_backlog);
    test_peer slow = peer_open(server.port);
    test_peer witness = peer_open(server.port);
    peer_subscribe(&slow, "c");
    peer_subscribe(&witness, "c");
    int published = 0;
    while (count_connections(server.port) == 2) {
        assert_int_equal(peer_publish(server.port, "c", "e", filler()), 200);
        peer_expect(&witness, "\"event\":\"e\"");
        assert_true(++published < 10000);
    }
    int received = 0;
    peer_frame frame;
    while (peer_next_frame(&slow, &frame) && strstr(frame.text, "\"event\":\"e\""))
        received++;
    assert_true(received < published);
    assert_non_null(strstr(frame.text, "\"event\":\"pusher:error\",\"data\":{\"code\":4100"));
    peer_expect_close(&slow, 4100);
    assert_int_equal(server.slow_lines, 1); /* the operator was told before */
    assert_int_equal(peer_publish(server.port, "c", "last", "x"), 200);
    peer_expect(&witness, "\"event\":\"last\"");
    peer_close(&slow);
    peer_close(&witness);
    test_server_stop(&server);
}

static void set_small_backlog_and_patience(px_server_options *options) {
    set_small_backlog(options);
    options->close_timeout_ms = 50;
}

/* Answers that nobody takes count too; and who takes not even the close frame is cut. */
static void a_flood_of_pings_is_cut(void **state) {
    (void)state;
    test_server server;
    test_server_start(&server, set_small_backlog_and_patience);
    test_peer peer = peer_open(server.port);
    char pings[131 * 64];
    for (size_t i = 0; i < 64; i++) {
        memset(pings + i * 131, 0, 131);
        pings[i * 131] = (char)0x89;
        pings[i * 131 + 1] = (char)(0x80 | 125);
    }
    while (peer_try_send(&peer, px_slice_of(pings, sizeof pings)))
        ;
    assert_int_equal(count_connections(server.port), 0);
    peer_close(&peer);
    test_server_stop(&server);
}

/* One call that sends more than the backlog may hold does no harm to who takes it. */
static void a_burst_is_not_slowness(void **state) {
    (void)state;
    enum { CHANNELS = 14 };
    test_server server;
    test_server_start(&server, set_small_backlog);
    test_peer peer = peer_open(server.port);
    char body[12000];
    int len = snprintf(body, sizeof body, "{\"name\":\"e\",\"data\":\"%s\",\"channels\":[\"c0\"",
                       filler());
    peer_subscribe(&peer, "c0");
    for (int i = 1; i < CHANNELS; i++) {
        char name[16];
        snprintf(name, sizeof name, "c%d", i);
        peer_subscribe(&peer, name);
        len += snprintf(body + len, sizeof body - (size_t)len, ",\"%s\"", name);
    }
    snprintf(body + len, sizeof body - (size_t)len, "]}");
    assert_int_equal(peer_post(server.port, "/apps/app-id/events", body), 200);
    for (int i = 0; i < CHANNELS; i++)
        peer_expect(&peer, "\"event\":\"e\"");
    peer_close(&peer);
    test_server_stop(&server);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_arrives_in_order),
        cmocka_unit_test(dropping_keeps_what_is_partly_out),
        cmocka_unit_test(dropping_leaves_nothing_that_has_not_begun),
        cmocka_unit_test(a_broken_connection_is_told),
        cmocka_unit_test(a_slow_consumer_is_closed_and_others_are_not),
        cmocka_unit_test(a_flood_of_pings_is_cut),
        cmocka_unit_test(a_burst_is_not_slowness),
    };
    return cmocka_run_group_tests(tests, output_set_up, output_tear_down);
}
