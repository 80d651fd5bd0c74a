/* A stream to a port that does not answer: it is knocked at again; and one that does is left alone. The
 * clock is the test's. */
#include "driver/clock.h"
#include "driver/stream.h"

#include "memory.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* It stands in for the library's. */
static uint64_t now = 1000;

uint64_t px_clock_ms(void) {
    return now;
}

uint64_t px_clock_unix_ms(void) {
    return 1700000000000 + now;
}

typedef struct fixture {
    test_allocator memory;
    px_loop *loop;
    px_multi *multi;
    px_stream stream;
    int listener;
    int filler; /* the connection that fills the listener's queue; -1: none */
    uint16_t port;
    int connected; /* how often it was told */
    CURLcode code;
} fixture;

static fixture *world;

static void on_connected(px_stream *stream, CURLcode code) {
    (void)stream;
    world->connected++;
    world->code = code;
}

static void on_ready(px_stream *stream, unsigned events) {
    (void)stream;
    (void)events;
}

static uint16_t local_port(int fd) {
    struct sockaddr_in address;
    socklen_t len = sizeof address;
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    return ntohs(address.sin_port);
}

/* The queue takes one connection; while it waits there, packets of others are dropped. */
static void listen_somewhere(bool full) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    world->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(world->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(world->listener, 0), 0);
    world->port = local_port(world->listener);
    world->filler = -1;
    if (!full)
        return;
    address.sin_port = htons(world->port);
    world->filler = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(world->filler, (struct sockaddr *)&address, sizeof address), 0);
}

static void open_stream(const char *scheme) {
    static const px_route route = {.proxy = {.url = ""}};
    char url[64];
    snprintf(url, sizeof url, "%s://127.0.0.1:%d/", scheme, world->port);
    px_stream_init(&world->stream, world->multi, on_connected, on_ready);
    assert_int_equal(px_stream_open(&world->stream, url, &route), PX_OK);
    assert_int_equal(px_loop_turn(world->loop, 0), PX_OK);
}

static int set_up(void **state) {
    world = *state = test_calloc(1, sizeof *world);
    test_allocator_init(&world->memory);
    return px_loop_new(&world->memory.allocator, NULL, &world->loop) ||
           px_multi_join(world->loop, &world->multi);
}

static int tear_down(void **state) {
    px_stream_close(&world->stream);
    px_multi_leave(world->multi);
    px_loop_free(world->loop);
    close(world->listener);
    if (world->filler >= 0)
        close(world->filler);
    size_t left = world->memory.live_blocks;
    test_free(*state);
    return left == 0 ? 0 : -1;
}

static void pass(uint64_t ms) {
    now += ms;
    assert_int_equal(px_loop_turn(world->loop, 0), PX_OK);
    assert_int_equal(px_loop_turn(world->loop, 0), PX_OK); /* libcurl begins in a turn of its own */
}

static curl_socket_t the_socket(void) {
    const px_knock *knock = &world->stream.knock;
    assert_int_not_equal(knock->opened, 0);
    return knock->sockets[(knock->opened - 1) % PX_KNOCK_SOCKETS].fd;
}

static void turn_until_connected(void) {
    for (int turns = 0; !world->connected && turns < 1000; turns++)
        assert_int_equal(px_loop_turn(world->loop, 10), PX_OK);
    assert_int_equal(world->connected, 1);
}

static void knocks_again(void **state) {
    (void)state;
    listen_somewhere(true);
    open_stream("http");
    uint16_t first = local_port(the_socket());
    pass(PX_KNOCK_MS - 1);
    assert_int_equal(local_port(the_socket()), first);
    pass(1);
    uint16_t second = local_port(the_socket());
    assert_int_not_equal(second, first);
    pass(PX_KNOCK_MS - 1);
    assert_int_equal(local_port(the_socket()), second);
    /* The path is back: the next knock is heard. */
    close(accept(world->listener, NULL, NULL));
    pass(1);
    turn_until_connected();
    assert_int_equal(world->code, CURLE_OK);
    pass(10 * PX_KNOCK_MS);
    assert_int_equal(world->connected, 1);
}

static void leaves_slow_tls_alone(void **state) {
    (void)state;
    listen_somewhere(false);
    open_stream("https");
    struct pollfd writable = {.fd = the_socket(), .events = POLLOUT};
    assert_int_equal(poll(&writable, 1, 10000), 1);
    uint16_t first = local_port(the_socket());
    for (int i = 0; i < 5; i++)
        pass(PX_KNOCK_MS);
    assert_int_equal(local_port(the_socket()), first);
    assert_int_equal(world->connected, 0);
}

static void is_closed_while_it_waits(void **state) {
    (void)state;
    listen_somewhere(true);
    open_stream("http");
    px_stream_close(&world->stream);
    pass(PX_KNOCK_MS);
    assert_int_equal(world->connected, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(knocks_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leaves_slow_tls_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(is_closed_while_it_waits, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
