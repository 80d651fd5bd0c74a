/* A stopwatch for programs: prints how many milliseconds after its start a command has printed its
 * first line or, with --accepts, taken a connection. The command, which it ends then, has processor 0
 * for itself.
 *
 *     bench_stopwatch [--accepts PORT] COMMAND [ARGUMENT...]
 */
#define _DEFAULT_SOURCE
#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { START_WITHIN_MS = 30000, LOOK_EVERY_NS = 200000 };

typedef struct command {
    char **words;
    pid_t pid;
    int output;
    uint64_t start;
} command;

static void start(command *c) {
    int ends[2];
    if (pipe(ends) != 0)
        bench_fail("pipe: %s", strerror(errno));
    c->start = bench_now_ns();
    c->pid = fork();
    if (c->pid < 0)
        bench_fail("fork: %s", strerror(errno));
    if (c->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        bench_pin(0);
        int nowhere = open("/dev/null", O_RDONLY);
        dup2(nowhere, STDIN_FILENO);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execvp(c->words[0], c->words);
        bench_fail("%s: %s", c->words[0], strerror(errno));
    }
    close(ends[1]);
    c->output = ends[0];
}

static void check_time(const command *c) {
    if (bench_now_ns() - c->start > START_WITHIN_MS * (uint64_t)1000000)
        bench_fail("%s: it is not ready after %d ms", c->words[0], START_WITHIN_MS);
}

static void await_line(const command *c) {
    for (;;) {
        char bytes[4096];
        struct pollfd output = {.fd = c->output, .events = POLLIN};
        poll(&output, 1, START_WITHIN_MS);
        check_time(c);
        ssize_t count = read(c->output, bytes, sizeof(bytes));
        if (count <= 0)
            bench_fail("%s: it printed no line", c->words[0]);
        if (memchr(bytes, '\n', (size_t)count))
            return;
    }
}

static bool accepts(uint16_t port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool connected = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    close(fd);
    return connected;
}

static void await_port(const command *c, uint16_t port) {
    while (!accepts(port)) {
        check_time(c);
        if (waitpid(c->pid, NULL, WNOHANG) != 0)
            bench_fail("%s: it has ended", c->words[0]);
        nanosleep(&(struct timespec){.tv_nsec = LOOK_EVERY_NS}, NULL);
    }
}

static uint16_t read_port(const char *text) {
    char *end;
    unsigned long port = strtoul(text, &end, 10);
    if (port < 1 || port > UINT16_MAX || *end)
        bench_fail("--accepts takes a port");
    return (uint16_t)port;
}

int main(int argc, char **argv) {
    uint16_t port = 0;
    int first = 1;
    if (argc > 2 && strcmp(argv[1], "--accepts") == 0) {
        port = read_port(argv[2]);
        first = 3;
    }
    if (first >= argc)
        bench_fail("usage: %s [--accepts PORT] COMMAND [ARGUMENT...]", argv[0]);
    bench_pin(1);
    command c = {.words = argv + first};
    start(&c);
    if (port)
        await_port(&c, port);
    else
        await_line(&c);
    double milliseconds = (double)(bench_now_ns() - c.start) / 1e6;
    kill(c.pid, SIGKILL); /* nothing that it would do at its end is of interest */
    waitpid(c.pid, NULL, 0);
    printf("%.4f\n", milliseconds);
    return 0;
}
