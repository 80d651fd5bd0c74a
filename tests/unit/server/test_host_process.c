/* A server in a process of its own: signals, running out of file descriptors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host_peer.h"

typedef struct process {
    pid_t pid;
    int port;
    FILE *log; /* its lines of level 1 and 2 */
} process;

static void write_line(void *context, int level, px_slice line) {
    FILE *out = context;
    if (level <= 2)
        fprintf(out, "%.*s\n", (int)line.len, line.ptr);
    fflush(out);
}

enum { UNLIMITED = 0, NOT_PERMITTED = 97 };

static void run_child(FILE *out, rlim_t descriptors) {
    px_server_options options = test_server_options();
    px_server *server;
    char why[PX_SERVER_ERROR_SIZE];
    char address[PX_SERVER_ADDRESS_SIZE];
    struct rlimit limit = {descriptors, descriptors};
    options.handle_signals = true;
    options.log = write_line;
    options.log_context = out;
    if (descriptors != UNLIMITED && setrlimit(RLIMIT_NOFILE, &limit) != 0)
        _exit(NOT_PERMITTED);
    if (px_server_new(&options, &server, why, sizeof why) != PX_OK)
        _exit(99);
    px_server_address(server, 0, address);
    fprintf(out, "%s\n", strrchr(address, ':') + 1);
    fflush(out);
    int result = px_server_run(server);
    px_server_free(server);
    _exit(result == PX_OK ? 0 : 98);
}

static process start_child(rlim_t descriptors) {
    int fds[2];
    char line[256];
    assert_int_equal(pipe(fds), 0);
    process made = {.pid = fork()};
    assert_true(made.pid >= 0);
    if (made.pid == 0) {
        close(fds[0]);
        run_child(fdopen(fds[1], "w"), descriptors);
    }
    close(fds[1]);
    made.log = fdopen(fds[0], "r");
    if (!fgets(line, sizeof line, made.log)) {
        int status;
        assert_int_equal(waitpid(made.pid, &status, 0), made.pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), NOT_PERMITTED);
        fclose(made.log);
        skip(); /* valgrind has these limits for itself */
    }
    made.port = (int)strtol(line, NULL, 10);
    return made;
}

/* Ends it and returns its exit status. */
static int end_child(process *child, int signal_number) {
    int status = 0;
    kill(child->pid, signal_number);
    assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void signals_end_it(void **state) {
    (void)state;
    static const int SIGNALS[] = {SIGTERM, SIGINT};
    for (size_t i = 0; i < 2; i++) {
        process child = start_child(UNLIMITED);
        test_peer peer = peer_open(child.port);
        assert_int_equal(kill(child.pid, SIGNALS[i]), 0);
        peer_expect(&peer, "4200");
        peer_expect_close(&peer, 4200);
        peer_close(&peer);
        assert_int_equal(end_child(&child, 0), 0);
        fclose(child.log);
    }
}

static long cpu_ms(void) {
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_CHILDREN, &usage), 0);
    return (long)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           (long)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

/* More clients than descriptors: some wait, while the server rests and does not ask the system for
 * them again and again. All are served in the end, and one line says why. */
static void running_out_of_descriptors_is_survived(void **state) {
    (void)state;
    enum { CLIENTS = 80, STARVING_MS = 600 };
    char line[256];
    long cpu_before = cpu_ms();
    process child = start_child(40);
    test_peer peers[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        peers[i] = peer_connect(child.port);
        peer_send_text(&peers[i], "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    struct pollfd last = {.fd = peers[CLIENTS - 1].fd, .events = POLLIN};
    assert_int_equal(poll(&last, 1, STARVING_MS), 0);
    for (int i = 0; i < CLIENTS; i++) {
        assert_int_equal(peer_answer(&peers[i]), 200);
        peer_close(&peers[i]);
    }
    assert_int_equal(end_child(&child, SIGTERM), 0);
    assert_in_range(cpu_ms() - cpu_before, 0, STARVING_MS / 2);
    assert_non_null(fgets(line, sizeof line, child.log));
    assert_non_null(strstr(line, "raise the limit of open files"));
    assert_null(fgets(line, sizeof line, child.log));
    fclose(child.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_end_it),
        cmocka_unit_test(running_out_of_descriptors_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
