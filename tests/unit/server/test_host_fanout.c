/* One event for many subscribers, on real sockets: in which parts it is written, in which order it
 * arrives, and what it costs. The server is in this thread, so that its turns can be looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host_peer.h"
#include "server/heap.h"
#include "server/host.h"

enum { SUBSCRIBERS = 400, PUBLISHERS = 24, MAX_TURNS = 100000, MAX_BYTES = 65536 };

/* ---- The server's heap: this definition takes the place of the one in src/server/heap.c ---- */

static size_t allocations;

static void *resize(void *context, void *ptr, size_t old_size, size_t new_size) {
    (void)context;
    (void)old_size;
    if (new_size > 0) {
        allocations++;
        return realloc(ptr, new_size);
    }
    free(ptr);
    return NULL;
}

const px_allocator px_heap = {resize, NULL};

/* ---- The server and its peers ---- */

static px_server *server;
static int subscribers[SUBSCRIBERS];
static int publishers[PUBLISHERS];

static void turn(void) {
    assert_int_equal(px_host_turn(server, false), PX_OK);
}

static int connect_peer(void) {
    char text[PX_SERVER_ADDRESS_SIZE];
    assert_true(px_server_address(server, 0, text));
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)atoi(strchr(text, ':') + 1)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void send_all(int fd, const char *bytes, size_t len) {
    assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
}

/* What is there, at most MAX_BYTES; NUL behind it. */
static size_t receive(int fd, char *bytes) {
    ssize_t got = recv(fd, bytes, MAX_BYTES, MSG_DONTWAIT);
    bytes[got > 0 ? got : 0] = '\0';
    return got > 0 ? (size_t)got : 0;
}

/* The server turns until the text comes. */
static void expect(int fd, const char *text) {
    char bytes[MAX_BYTES + 1];
    for (int i = 0; i < MAX_TURNS; i++) {
        size_t len = receive(fd, bytes);
        for (size_t at = 0; at + strlen(text) <= len; at++)
            if (memcmp(bytes + at, text, strlen(text)) == 0)
                return;
        turn();
    }
    fail_msg("%s does not come", text);
}

static void send_subscription(int fd, const char *channel) {
    static const uint8_t MASK[4] = {1, 2, 3, 4};
    char text[128];
    int len = snprintf(text, sizeof text,
                       "{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\"%s\"}}", channel);
    px_buffer frame;
    px_buffer_init(&frame, &px_heap, MAX_BYTES);
    assert_int_equal(px_ws_encode(&frame, PX_WS_TEXT, px_slice_of(text, (size_t)len), MASK), PX_OK);
    send_all(fd, frame.data, frame.len);
    px_buffer_free(&frame);
}

static int subscribe(void) {
    static const char HANDSHAKE[] = "GET /app/app-key?protocol=7 HTTP/1.1\r\nHost: h\r\n"
                                    "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                    "Sec-WebSocket-Version: 13\r\n"
                                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    int fd = connect_peer();
    send_all(fd, HANDSHAKE, sizeof HANDSHAKE - 1);
    send_subscription(fd, "news");
    expect(fd, "subscription_succeeded");
    return fd;
}

static void publish_to(int fd, const char *channel, const char *data) {
    char body[256], target[PEER_TARGET_SIZE], request[1024];
    snprintf(body, sizeof body, "{\"name\":\"e\",\"channel\":\"%s\",\"data\":\"%s\"}", channel,
             data);
    peer_sign("/apps/app-id/events", body, target);
    int len = snprintf(request, sizeof request,
                       "POST %s HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n\r\n%s", target,
                       strlen(body), body);
    send_all(fd, request, (size_t)len);
}

static void publish(int fd, const char *data) {
    publish_to(fd, "news", data);
}

static void finish_turns(void) {
    for (int i = 0; px_host_is_behind(server); i++) {
        assert_true(i < MAX_TURNS);
        turn();
    }
}

static bool has_answer(int fd) {
    char bytes[MAX_BYTES + 1];
    return receive(fd, bytes) > 0 && strncmp(bytes, "HTTP/1.1 200", 12) == 0;
}

static int start(bool io_uring) {
    static const px_slice ANY_PORT = PX_LITERAL("127.0.0.1:0");
    px_server_options options;
    char why[PX_SERVER_ERROR_SIZE];
    px_server_options_default(&options);
    options.listen = (px_name_list){&ANY_PORT, 1};
    options.io_uring = io_uring;
    if (px_server_new(&options, &server, why, sizeof why) != PX_OK)
        return -1;
    for (size_t i = 0; i < SUBSCRIBERS; i++)
        subscribers[i] = subscribe();
    for (size_t i = 0; i < PUBLISHERS; i++) {
        static const char REQUEST[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
        publishers[i] = connect_peer();
        send_all(publishers[i], REQUEST, sizeof REQUEST - 1);
        expect(publishers[i], "HTTP/1.1 ");
    }
    finish_turns();
    return 0;
}

static int with_io_uring(void **state) {
    (void)state;
    return start(true);
}

static int without_io_uring(void **state) {
    (void)state;
    return start(false);
}

static int tear_down(void **state) {
    (void)state;
    for (size_t i = 0; i < SUBSCRIBERS; i++)
        close(subscribers[i]);
    for (size_t i = 0; i < PUBLISHERS; i++)
        close(publishers[i]);
    px_server_free(server);
    return 0;
}

/* ---- In parts ---- */

static size_t count_served(void) {
    char byte;
    size_t served = 0;
    for (size_t i = 0; i < SUBSCRIBERS; i++)
        served += recv(subscribers[i], &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 1;
    return served;
}

/* The subscriber has got exactly these, in order. */
static void expect_data_at(int fd, const char *const *data, size_t count) {
    char bytes[MAX_BYTES + 1];
    receive(fd, bytes);
    const char *at = bytes;
    for (size_t k = 0; k < count; k++) {
        at = strstr(at, "\"data\":\"");
        assert_non_null(at);
        at += strlen("\"data\":\"");
        assert_memory_equal(at, data[k], strlen(data[k]));
    }
    assert_null(strstr(at, "\"data\":\""));
}

static void expect_data(const char *const *data, size_t count) {
    for (size_t i = 0; i < SUBSCRIBERS; i++)
        expect_data_at(subscribers[i], data, count);
}

static void a_broadcast_does_not_keep_others_waiting(void **state) {
    (void)state;
    static const char *const DATA[] = {"first", "second"};
    publish(publishers[0], DATA[0]);
    turn();
    assert_true(has_answer(publishers[0]));
    size_t served = count_served();
    assert_in_range(served, 1, SUBSCRIBERS / 2);
    assert_true(px_host_is_behind(server));

    publish(publishers[1], DATA[1]); /* answered before the first has arrived everywhere */
    turn();
    assert_true(has_answer(publishers[1]));
    assert_in_range(count_served(), served + 1, SUBSCRIBERS - 1);

    finish_turns();
    expect_data(DATA, 2);
}

/* The more input there is, the more is written between: nobody can hold up what others wait for. */
static void input_does_not_outrun_output(void **state) {
    (void)state;
    const char *data[PUBLISHERS];
    for (size_t i = 0; i < PUBLISHERS; i++) {
        data[i] = "x";
        publish(publishers[i], data[i]);
    }
    turn();
    size_t answered = 0;
    for (size_t i = 0; i < PUBLISHERS; i++)
        answered += has_answer(publishers[i]);
    assert_true(answered > 0);
    size_t served = count_served();
    assert_true(served >= 8 * answered);
    for (int i = 0; answered < PUBLISHERS || px_host_is_behind(server); i++) {
        assert_true(i < MAX_TURNS);
        turn();
        for (size_t k = 0; k < PUBLISHERS; k++)
            answered += has_answer(publishers[k]);
    }
    expect_data(data, PUBLISHERS);
}

/* What neighbours in the queue wait for differs: each gets its own. */
static void each_gets_what_is_for_it(void **state) {
    (void)state;
    static const char *const BOTH[] = {"first", "second", "third"}, *const NEWS[] = {"first",
                                                                                     "third"};
    for (size_t i = 0; i < SUBSCRIBERS; i += 2) {
        send_subscription(subscribers[i], "sport");
        expect(subscribers[i], "subscription_succeeded");
    }
    publish_to(publishers[0], "news", BOTH[0]);
    publish_to(publishers[1], "sport", BOTH[1]);
    publish_to(publishers[2], "news", BOTH[2]);
    for (size_t answered = 0; answered < 3;) {
        turn();
        for (size_t i = 0; i < 3; i++)
            answered += has_answer(publishers[i]);
    }
    finish_turns();
    for (size_t i = 0; i < SUBSCRIBERS; i++)
        expect_data_at(subscribers[i], i % 2 == 0 ? BOTH : NEWS, i % 2 == 0 ? 3 : 2);
}

/* ---- The cost ---- */

static void forget(void) {
    char bytes[MAX_BYTES + 1];
    for (size_t i = 0; i < SUBSCRIBERS; i++)
        while (receive(subscribers[i], bytes) > 0)
            ;
}

/* From the request to the sockets, with the answer: of so many events at a time. */
static size_t allocations_of(size_t events) {
    size_t before = allocations;
    for (size_t i = 0; i < events; i++)
        publish(publishers[i], "some text");
    size_t answered = 0;
    for (int turns = 0; answered < events || px_host_is_behind(server); turns++) {
        assert_true(turns < MAX_TURNS);
        turn();
        for (size_t i = 0; i < events; i++)
            answered += has_answer(publishers[i]);
    }
    size_t made = allocations - before;
    forget();
    return made;
}

/* Sanitizers have pools that keep nothing. */
static bool keeps_memory(void) {
    px_free(&server->pool.allocator, px_alloc(&server->pool.allocator, 16384), 16384);
    size_t before = allocations;
    px_free(&server->pool.allocator, px_alloc(&server->pool.allocator, 16384), 16384);
    return allocations == before;
}

static void events_need_no_allocation(void **state) {
    (void)state;
    if (!keeps_memory())
        skip();
    server->pool.trim_at_ms = UINT64_MAX; /* however slow the machine is */
    allocations_of(PUBLISHERS);
    allocations_of(1);
    assert_int_equal(allocations_of(1), 0);
    assert_int_equal(allocations_of(PUBLISHERS), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broadcast_does_not_keep_others_waiting),
        cmocka_unit_test(input_does_not_outrun_output),
        cmocka_unit_test(each_gets_what_is_for_it),
        cmocka_unit_test(events_need_no_allocation),
    };
    return cmocka_run_group_tests_name("with io_uring", tests, with_io_uring, tear_down) +
           cmocka_run_group_tests_name("without", tests, without_io_uring, tear_down);
}
