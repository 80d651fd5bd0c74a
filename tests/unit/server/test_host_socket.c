/* The bytes of one connection through TLS: however they are cut on the way, and when the socket
 * takes no more. Both ends live in this thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "output_memory.h"
#include "server/host_dev_certificate.h"
#include "server/host_output.h"
#include "tls_peer.h"

enum { ROOM = 65536 };

/* The client: its TLS writes into memory, and the test carries the bytes to the socket. */
typedef struct ends {
    px_host_tls *tls;
    px_host_socket server;
    SSL_CTX *context;
    SSL *client;
    int client_fd;
} ends;

static void carry_to_client(ends *both) {
    char bytes[ROOM];
    ssize_t got;
    while ((got = recv(both->client_fd, bytes, sizeof bytes, 0)) > 0)
        BIO_write(SSL_get_rbio(both->client), bytes, (int)got);
}

static px_slice take_from_client(ends *both, char bytes[ROOM]) {
    int len = BIO_read(SSL_get_wbio(both->client), bytes, ROOM);
    return px_slice_of(bytes, len > 0 ? (size_t)len : 0);
}

/* What came out; the status must be `expected`. */
static size_t read_server(ends *both, char bytes[ROOM], px_socket_status expected) {
    size_t len = 0;
    assert_int_equal(px_socket_read(&both->server, bytes, ROOM, &len), expected);
    return len;
}

/* `early`: so many of the client's first bytes were read before TLS began. */
static ends make_ends(size_t early) {
    char why[256];
    char bytes[ROOM];
    int fds[2];
    ends both = {0};
    px_dev_certificate made;
    assert_int_equal(px_dev_certificate_make(PX_SLICE(""), time(NULL), &made, why, sizeof why),
                     PX_OK);
    assert_int_equal(px_tls_new(&made.certificate, &both.tls, why, sizeof why), PX_OK);
    px_dev_certificate_free(&made);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
    both.client_fd = fds[1];
    both.context = SSL_CTX_new(TLS_client_method());
    both.client = SSL_new(both.context);
    SSL_set_bio(both.client, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(both.client);
    assert_int_equal(SSL_do_handshake(both.client), -1);
    px_slice hello = take_from_client(&both, bytes);
    px_slice first = px_slice_of(hello.ptr, early < hello.len ? early : hello.len);
    assert_int_equal(px_socket_open(&both.server, fds[0], both.tls, first), PX_OK);
    px_slice rest = px_slice_after(hello, first.len);
    if (rest.len > 0)
        assert_int_equal(send(both.client_fd, rest.ptr, rest.len, 0), rest.len);
    return both;
}

/* Sends the client's bytes in pieces of `step`; the server reads after each. What comes out of it
 * goes into `out`. */
static size_t feed(ends *both, size_t step, char *out) {
    char bytes[ROOM];
    size_t len = 0;
    px_slice rest = take_from_client(both, bytes);
    do {
        size_t part = step < rest.len ? step : rest.len;
        if (part > 0)
            assert_int_equal(send(both->client_fd, rest.ptr, part, 0), part);
        rest = px_slice_after(rest, part);
        len += read_server(both, out + len, PX_SOCKET_GOES_ON);
    } while (rest.len > 0);
    carry_to_client(both);
    return len;
}

static void shake_hands(ends *both, size_t step) {
    char out[ROOM];
    while (SSL_do_handshake(both->client) != 1)
        assert_int_equal(feed(both, step, out), 0);
    assert_int_equal(feed(both, step, out), 0);
    assert_true(px_socket_is_ready(&both->server));
}

static void free_ends(ends *both) {
    px_socket_close(&both->server);
    SSL_free(both->client);
    SSL_CTX_free(both->context);
    px_tls_free(both->tls);
    close(both->client_fd);
}

static void bytes_may_come_in_any_pieces(void **state) {
    (void)state;
    char out[2 * ROOM];
    for (size_t step = 1; step <= 64; step += step < 8 ? 1 : 14) {
        ends both = make_ends(step * 40);
        shake_hands(&both, step);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(SSL_write(both.client, "one", 3), 3);
            assert_int_equal(SSL_write(both.client, "two", 3), 3);
        }
        assert_int_equal(feed(&both, step, out), 18);
        assert_memory_equal(out, "onetwoonetwoonetwo", 18);
        free_ends(&both);
    }
}

/* All of what one system call brought comes out at once: nothing is forgotten inside of TLS while
 * the descriptor has nothing more to tell. */
static void nothing_stays_behind(void **state) {
    (void)state;
    enum { COUNT = 300 };
    char out[ROOM];
    char bytes[ROOM];
    ends both = make_ends(0);
    shake_hands(&both, ROOM);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(SSL_write(both.client, "0123456789", 10), 10);
    px_slice records = take_from_client(&both, bytes);
    assert_int_equal(send(both.client_fd, records.ptr, records.len, 0), records.len);
    assert_int_equal(read_server(&both, out, PX_SOCKET_GOES_ON), COUNT * 10);
    assert_int_equal(read_server(&both, out, PX_SOCKET_GOES_ON), 0);
    free_ends(&both);
}

/* The last bytes and the end arrive together. */
static void the_end_comes_behind_the_bytes(void **state) {
    (void)state;
    char out[ROOM];
    char bytes[ROOM];
    ends both = make_ends(0);
    shake_hands(&both, ROOM);
    assert_int_equal(SSL_write(both.client, "bye", 3), 3);
    SSL_shutdown(both.client);
    px_slice records = take_from_client(&both, bytes);
    assert_int_equal(send(both.client_fd, records.ptr, records.len, 0), records.len);
    assert_int_equal(read_server(&both, out, PX_SOCKET_ENDED), 3);
    free_ends(&both);
}

static void an_end_without_farewell_is_an_end(void **state) {
    (void)state;
    char out[ROOM];
    ends both = make_ends(0);
    shake_hands(&both, ROOM);
    shutdown(both.client_fd, SHUT_WR);
    assert_int_equal(read_server(&both, out, PX_SOCKET_ENDED), 0);
    free_ends(&both);
    both = make_ends(0);
    shutdown(both.client_fd, SHUT_WR);
    (void)read_server(&both, out, PX_SOCKET_GOES_ON);
    assert_int_equal(read_server(&both, out, PX_SOCKET_BROKEN), 0);
    assert_non_null(px_socket_failure(&both.server));
    free_ends(&both);
}

static void a_changed_byte_is_noticed(void **state) {
    (void)state;
    char out[ROOM];
    char bytes[ROOM];
    ends both = make_ends(0);
    shake_hands(&both, ROOM);
    assert_int_equal(SSL_write(both.client, "bye", 3), 3);
    px_slice record = take_from_client(&both, bytes);
    bytes[record.len - 1] ^= 1;
    assert_int_equal(send(both.client_fd, record.ptr, record.len, 0), record.len);
    assert_int_equal(read_server(&both, out, PX_SOCKET_BROKEN), 0);
    free_ends(&both);
}

/* ---- Output ---- */

static void add(px_host_output *output, uint32_t number, size_t len) {
    static char filler[100000];
    const px_slice parts[] = {px_slice_of((const char *)&number, sizeof number),
                              px_slice_of(filler, len)};
    px_message *message = px_output_message(&output_pool.allocator, parts, 2);
    assert_non_null(message);
    assert_int_equal(px_output_add(output, message), PX_OK);
    px_message_release(message);
}

static size_t read_client(ends *both, char *out, size_t size) {
    size_t len = 0;
    int got;
    carry_to_client(both);
    while (len < size && (got = SSL_read(both->client, out + len, (int)(size - len))) > 0)
        len += (size_t)got;
    return len;
}

/* More than the socket holds, of every size, arrives whole and in order. */
static void output_arrives_in_order(void **state) {
    (void)state;
    enum { COUNT = 3000 };
    ends both = make_ends(0);
    shake_hands(&both, ROOM);
    px_host_output output;
    px_output_init(&output, &output_pool.allocator);
    size_t total = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        size_t len = i % 500 == 0 ? 100000 : i % 1000;
        add(&output, i, len);
        total += sizeof i + len;
        if (i % 100 == 50)
            assert_int_not_equal(px_output_write(&output, &both.server, output_joined),
                                 PX_WRITTEN_FAILED);
    }
    assert_int_equal(px_output_write(&output, &both.server, output_joined), PX_WRITTEN_SOME);
    char *got = malloc(total + 1);
    for (size_t len = 0; len < total;) {
        len += read_client(&both, got + len, total + 1 - len);
        assert_int_not_equal(px_output_write(&output, &both.server, output_joined),
                             PX_WRITTEN_FAILED);
    }
    assert_int_equal(output.bytes, 0);
    for (uint32_t i = 0, at = 0; i < COUNT; i++) {
        assert_memory_equal(got + at, &i, sizeof i);
        at += (uint32_t)sizeof i + (i % 500 == 0 ? 100000 : i % 1000);
    }
    free(got);
    px_output_free(&output);
    free_ends(&both);
}

/* TLS has made a record of messages that the full socket did not take. They can't be dropped. */
static void dropping_keeps_what_tls_has_promised(void **state) {
    (void)state;
    enum { COUNT = 20000, LEN = 96 };
    static char got[(LEN + 4) * (COUNT + 1)];
    ends both = make_ends(0);
    shake_hands(&both, ROOM);
    px_host_output output;
    px_output_init(&output, &output_pool.allocator);
    for (uint32_t i = 0; i < COUNT; i++)
        add(&output, i, LEN);
    assert_int_equal(px_output_write(&output, &both.server, output_joined), PX_WRITTEN_SOME);
    assert_in_range(output.promised, 1, PX_TLS_RECORD_SIZE);
    px_output_drop(&output);
    assert_in_range(output.count, 1, PX_TLS_RECORD_SIZE / (LEN + 4) + 2);
    add(&output, UINT32_MAX, LEN);
    size_t len = 0;
    while (output.count > 0) {
        len += read_client(&both, got + len, sizeof got - len);
        assert_int_not_equal(px_output_write(&output, &both.server, output_joined),
                             PX_WRITTEN_FAILED);
    }
    len += read_client(&both, got + len, sizeof got - len);
    assert_int_equal(len % (LEN + 4), 0);
    uint32_t last;
    memcpy(&last, got + len - (LEN + 4), sizeof last);
    assert_int_equal(last, UINT32_MAX);
    for (uint32_t i = 0; i < len / (LEN + 4) - 1; i++)
        assert_memory_equal(got + i * (LEN + 4), &i, sizeof i);
    px_output_free(&output);
    free_ends(&both);
}

static void a_broken_connection_is_an_error(void **state) {
    (void)state;
    ends both = make_ends(0);
    shake_hands(&both, ROOM);
    px_host_output output;
    px_output_init(&output, &output_pool.allocator);
    add(&output, 1, 1);
    close(both.client_fd);
    both.client_fd = -1;
    assert_int_equal(px_output_write(&output, &both.server, output_joined), PX_WRITTEN_FAILED);
    px_output_free(&output);
    free_ends(&both);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_may_come_in_any_pieces),
        cmocka_unit_test(nothing_stays_behind),
        cmocka_unit_test(the_end_comes_behind_the_bytes),
        cmocka_unit_test(an_end_without_farewell_is_an_end),
        cmocka_unit_test(a_changed_byte_is_noticed),
        cmocka_unit_test(output_arrives_in_order),
        cmocka_unit_test(dropping_keeps_what_tls_has_promised),
        cmocka_unit_test(a_broken_connection_is_an_error),
    };
    return cmocka_run_group_tests(tests, output_set_up, output_tear_down);
}
