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

/* A port that nobody listens on; soketi can't choose one by itself. */
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

static void await_start(const process *p) {
    for (int waited = 0; !answers(p->port); waited += LOOK_EVERY_MS) {
        if (waited > START_WITHIN_MS || waitpid(p->pid, NULL, WNOHANG) != 0)
            bench_fail("%s does not start", p->name);
        nanosleep(&(struct timespec){.tv_nsec = LOOK_EVERY_MS * 1000000L}, NULL);
    }
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

static pid_t must_fork(void) {
    pid_t pid = fork();
    if (pid < 0)
        bench_fail("fork: %s", strerror(errno));
    return pid;
}

/* `option` NULL: none. */
static process start_pusher(const char *option) {
    process p = {.name = "pusher serve", .port = find_port()};
    p.pid = must_fork();
    if (p.pid == 0) {
        char listen[32];
        snprintf(listen, sizeof(listen), "127.0.0.1:%u", (unsigned)p.port);
        prepare_child();
        execl(BENCH_PUSHER, BENCH_PUSHER, "serve", "--listen", listen, option, (char *)NULL);
        bench_fail("%s: %s", BENCH_PUSHER, strerror(errno));
    }
    await_start(&p);
    return p;
}

process process_start_pusher(void) {
    return start_pusher(NULL);
}

process process_start_pusher_for_development(void) {
    return start_pusher("--dev-auth");
}

process process_start_soketi(void) {
    process p = {.name = "soketi", .port = find_port()};
    p.pid = must_fork();
    if (p.pid == 0) {
        char port[8], metrics_port[8];
        snprintf(port, sizeof(port), "%u", (unsigned)p.port);
        snprintf(metrics_port, sizeof(metrics_port), "%u", (unsigned)find_port());
        setenv("AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE", "1", 1);
        setenv("SOKETI_HOST", "127.0.0.1", 1);
        setenv("SOKETI_PORT", port, 1);
        setenv("SOKETI_METRICS_HOST", "127.0.0.1", 1);
        setenv("SOKETI_METRICS_SERVER_PORT", metrics_port, 1);
        prepare_child();
        execlp("node", "node", BENCH_SOKETI, "start", (char *)NULL);
        bench_fail("node: %s", strerror(errno));
    }
    await_start(&p);
    return p;
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

void process_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        perror("setrlimit");
}
