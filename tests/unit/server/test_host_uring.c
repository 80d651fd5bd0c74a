/* Sending to many sockets at once, also where the system refuses. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "server/host_uring.h"
#include "server/host_uring_choice.h"

#ifdef PX_HAS_URING

/* ---- The system: this takes the place of libc's function ---- */

static long refused_call; /* fails with this error once */
static int refusal;
static bool is_slow; /* the system takes one request at a time */

long syscall(long number, ...) {
    va_list list;
    long a[6] = {0};
    size_t count = number == SYS_io_uring_enter ? 6 : number == SYS_io_uring_setup ? 2 : 3;
    va_start(list, number);
    for (size_t i = 0; i < count; i++)
        a[i] = va_arg(list, long);
    va_end(list);
    if (number == refused_call) {
        refused_call = 0;
        errno = refusal;
        return -1;
    }
    long (*real)(long, ...) = (long (*)(long, ...))(uintptr_t)dlsym(RTLD_NEXT, "syscall");
    if (number == SYS_io_uring_enter && is_slow)
        return real(number, a[0], 1L, 1L, a[3], a[4], a[5]);
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void refuse(long call, int error) {
    refused_call = call;
    refusal = error;
}

/* ---- Sockets ---- */

enum { SOCKETS = PX_URING_MAX };

static px_uring *uring;
static int ours[SOCKETS], theirs[SOCKETS];
static px_sending sendings[SOCKETS];
static char texts[SOCKETS][16];

static int set_up(void **state) {
    (void)state;
    uring = px_uring_new();
    for (size_t i = 0; i < SOCKETS; i++) {
        int fds[2];
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
            return -1;
        for (size_t k = 0; k < 2; k++)
            if (fcntl(fds[k], F_SETFL, O_NONBLOCK) != 0)
                return -1;
        ours[i] = fds[0];
        theirs[i] = fds[1];
        snprintf(texts[i], sizeof texts[i], "text %zu", i);
        sendings[i] = (px_sending){ours[i], px_slice_of_text(texts[i]), 99};
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    px_uring_free(uring);
    for (size_t i = 0; i < SOCKETS; i++) {
        close(ours[i]);
        close(theirs[i]);
    }
    refused_call = 0;
    is_slow = false;
    return 0;
}

/* A kernel or a container that forbids it makes no test. */
static void need_uring(void) {
    if (!uring)
        skip();
}

static void expect_arrived(size_t first, size_t count) {
    char bytes[16];
    for (size_t i = first; i < first + count; i++) {
        assert_int_equal(sendings[i].sent, strlen(texts[i]));
        assert_int_equal(recv(theirs[i], bytes, sizeof bytes, 0), (ssize_t)strlen(texts[i]));
        assert_memory_equal(bytes, texts[i], strlen(texts[i]));
    }
}

static void expect_nothing(size_t first, size_t count) {
    char byte;
    for (size_t i = first; i < first + count; i++) {
        assert_int_equal(sendings[i].sent, 0);
        assert_int_equal(recv(theirs[i], &byte, 1, 0), -1);
    }
}

/* ---- What it does ---- */

static void everything_arrives(void **state) {
    (void)state;
    need_uring();
    for (int round = 0; round < 5; round++) { /* around the ring, and beyond */
        px_uring_send(uring, sendings, SOCKETS);
        expect_arrived(0, SOCKETS);
        px_uring_send(uring, sendings, 3);
        expect_arrived(0, 3);
    }
}

static void each_socket_takes_what_it_can(void **state) {
    (void)state;
    need_uring();
    static char large[4 << 20];
    close(theirs[2]); /* and no SIGPIPE, which would end the test */
    theirs[2] = -1;
    sendings[1].bytes = px_slice_of(large, sizeof large);
    px_uring_send(uring, sendings, 4);
    assert_in_range(sendings[1].sent, 1, sizeof large - 1);
    assert_int_equal(sendings[2].sent, 0);
    expect_arrived(0, 1);
    expect_arrived(3, 1);
    px_uring_send(uring, sendings, 2); /* the second is full now */
    assert_int_equal(sendings[1].sent, 0);
    expect_arrived(0, 1);
}

static void what_is_refused_is_not_sent(void **state) {
    (void)state;
    need_uring();
    static const int ERRORS[] = {EAGAIN, EBUSY, ENOMEM, EPERM};
    for (size_t i = 0; i < sizeof ERRORS / sizeof *ERRORS; i++) {
        refuse(SYS_io_uring_enter, ERRORS[i]);
        px_uring_send(uring, sendings, 10);
        expect_nothing(0, 10);
        px_uring_send(uring, sendings + 10, 2); /* only these, and not what was left */
        expect_arrived(10, 2);
        expect_nothing(0, 10);
    }
}

static void a_signal_is_no_refusal(void **state) {
    (void)state;
    need_uring();
    refuse(SYS_io_uring_enter, EINTR);
    px_uring_send(uring, sendings, SOCKETS);
    expect_arrived(0, SOCKETS);
}

static void the_system_may_take_one_at_a_time(void **state) {
    (void)state;
    need_uring();
    is_slow = true;
    px_uring_send(uring, sendings, SOCKETS);
    expect_arrived(0, SOCKETS);
}

static void who_has_none_is_told(void **state) {
    (void)state;
    static const int ERRORS[] = {ENOSYS, EPERM, ENOMEM};
    for (size_t i = 0; i < sizeof ERRORS / sizeof *ERRORS; i++) {
        refuse(SYS_io_uring_setup, ERRORS[i]);
        assert_null(px_uring_new());
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everything_arrives, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_socket_takes_what_it_can, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_refused_is_not_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_signal_is_no_refusal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_system_may_take_one_at_a_time, set_up, tear_down),
        cmocka_unit_test(who_has_none_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

static void there_is_none(void **state) {
    (void)state;
    px_sending sending = {0, PX_SLICE("x"), 1};
    assert_null(px_uring_new());
    px_uring_send(NULL, &sending, 1);
    assert_int_equal(sending.sent, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
