#define _DEFAULT_SOURCE
#include "process.h"

#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { START_WITHIN_MS = 30000, LOOK_EVERY_MS = 20 };

static struct sockaddr_in loopback(uint16_t port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* A port that nobody listens on; not every server can choose one by itself. */
static uint16_t find_port(void) {
    struct sockaddr_in address = loopback(0);
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        bench_fail("no port is free: %s", strerror(errno));
    close(fd);
    return ntohs(address.sin_port);
}

static bool answers(uint16_t port) {
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool connected = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    close(fd);
    return connected;
}

/* False: it has ended, or takes too long. */
static bool await_start(const process *p) {
    for (int waited = 0; !answers(p->port); waited += LOOK_EVERY_MS) {
        if (waitpid(p->pid, NULL, WNOHANG) != 0)
            return false;
        if (waited > START_WITHIN_MS) {
            process_stop(p);
            return false;
        }
        nanosleep(&(struct timespec){.tv_nsec = LOOK_EVERY_MS * 1000000L}, NULL);
    }
    return true;
}

/* What a child does before it becomes the server. What the server prints, other than errors, is
 * dropped. */
static void prepare_child(void) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    bench_pin(0);
    int nowhere = open("/dev/null", O_RDWR);
    dup2(nowhere, STDIN_FILENO);
    dup2(nowhere, STDOUT_FILENO);
}

/* The text with the port in it; never freed, for the child becomes another program with it. */
static char *insert_port(const char *text, uint16_t port) {
    enum { PORT_DIGITS = 5 };
    size_t len = strlen(text), size = len + PORT_DIGITS + 1;
    char last = len > 0 ? text[len - 1] : '\0';
    char *out = malloc(size);
    if (!out)
        bench_fail("out of memory");
    if (last == '@' || last == '#')
        snprintf(out, size, "%.*s%u", (int)(len - 1), text,
                 (unsigned)(last == '@' ? port : find_port()));
    else
        memcpy(out, text, len + 1);
    return out;
}

static _Noreturn void become(const process_command *command, uint16_t port) {
    char *arguments[sizeof(command->arguments) / sizeof(command->arguments[0])] = {NULL};
    for (size_t i = 0; command->environment[i]; i++)
        putenv(insert_port(command->environment[i], port));
    for (size_t i = 0; command->arguments[i]; i++)
        arguments[i] = insert_port(command->arguments[i], port);
    prepare_child();
    execvp(arguments[0], arguments);
    bench_fail("%s: %s", arguments[0], strerror(errno));
}

bool process_try(const char *name, const process_command *command, process *out) {
    *out = (process){.name = name, .port = find_port()};
    out->pid = fork();
    if (out->pid < 0)
        bench_fail("fork: %s", strerror(errno));
    if (out->pid == 0)
        become(command, out->port);
    return await_start(out);
}

process process_start(const char *name, const process_command *command) {
    process p;
    if (!process_try(name, command, &p))
        bench_fail("%s does not start", name);
    return p;
}

process process_start_pusher(void) {
    static const process_command COMMAND = {
        .arguments = {BENCH_PUSHER, "serve", "--listen", "127.0.0.1:@"}};
    return process_start("pusher serve", &COMMAND);
}

process process_start_pusher_for_development(void) {
    static const process_command COMMAND = {
        .arguments = {BENCH_PUSHER, "serve", "--listen", "127.0.0.1:@", "--dev-auth"}};
    return process_start("pusher serve", &COMMAND);
}

void process_stop(const process *p) {
    kill(p->pid, SIGKILL); /* nothing that it would do at its end is of interest */
    waitpid(p->pid, NULL, 0);
}

size_t process_resident(pid_t pid) {
    char path[64];
    unsigned long long whole, resident;
    snprintf(path, sizeof(path), "/proc/%ld/statm", (long)pid);
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%llu %llu", &whole, &resident) != 2)
        bench_fail("%s can't be read", path);
    fclose(file);
    return (size_t)resident * (size_t)sysconf(_SC_PAGESIZE);
}

uint64_t process_cpu_ns(pid_t pid) {
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
        bench_fail("the processor time of process %ld can't be read", (long)pid);
    return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

bool process_allow_descriptors(size_t count) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return false;
    /* Root may have more than the hard limit. */
    struct rlimit wanted = {.rlim_cur = count, .rlim_max = count};
    if (limit.rlim_max < count && setrlimit(RLIMIT_NOFILE, &wanted) == 0)
        return true;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max >= count;
}

const char *process_too_few_descriptors(void) {
    static char why[96];
    struct rlimit limit = {0};
    getrlimit(RLIMIT_NOFILE, &limit);
    snprintf(why, sizeof(why), "a process may have no more than %llu descriptors here",
             (unsigned long long)limit.rlim_max);
    return why;
}

void process_raise_descriptor_limit(void) {
    process_allow_descriptors(0);
}
