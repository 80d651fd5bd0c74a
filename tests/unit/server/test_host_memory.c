/* What an idle subscribed connection costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <sys/resource.h>

#include "host_peer.h"

enum { WARM_UP = 100, CONNECTIONS = 1000, MAX_BYTES_EACH = 2048, SPARE_DESCRIPTORS = 100 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif

/* The largest size of this process so far, in bytes. */
static size_t peak(void) {
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return (size_t)usage.ru_maxrss * 1024;
}

static bool raise_descriptors(rlim_t wanted) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max < wanted)
        return false;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static void open_all(int port, test_peer *peers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        peers[i] = peer_open(port);
        peer_subscribe(&peers[i], "c");
        free(peers[i].bytes); /* not what is measured */
        peers[i].bytes = NULL;
        peers[i].len = 0;
    }
}

static void idle_connections_are_cheap(void **state) {
    (void)state;
#ifdef IS_SANITIZED
    skip();
#endif
    static test_peer peers[WARM_UP + CONNECTIONS];
    if (!raise_descriptors(2 * (WARM_UP + CONNECTIONS) + SPARE_DESCRIPTORS))
        skip();
    test_server server;
    test_server_start(&server, NULL);
    open_all(server.port, peers, WARM_UP);
    size_t before = peak();
    open_all(server.port, peers + WARM_UP, CONNECTIONS);
    size_t each = (peak() - before) / CONNECTIONS;
    print_message("%zu bytes for each connection\n", each);
    assert_in_range(each, 1, MAX_BYTES_EACH);
    for (size_t i = 0; i < WARM_UP + CONNECTIONS; i++)
        peer_close(&peers[i]);
    test_server_stop(&server);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idle_connections_are_cheap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
