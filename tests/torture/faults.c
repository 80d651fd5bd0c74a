#include "faults.h"
#include "system.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

const fault faults[] = {
    {FAULT_socket, EMFILE, false},
    {FAULT_socket, ENOBUFS, false},
    {FAULT_connect, ECONNREFUSED, false},
    {FAULT_connect, ENETUNREACH, false},
    {FAULT_connect, EADDRNOTAVAIL, false},
    {FAULT_accept4, EMFILE, false},
    {FAULT_accept4, ENFILE, false},
    {FAULT_accept4, ENOMEM, false},
    {FAULT_accept4, ECONNABORTED, true},
    {FAULT_accept4, EINTR, true},
    {FAULT_recv, EINTR, true},
    {FAULT_recv, EAGAIN, true},
    {FAULT_recv, ECONNRESET, false},
    {FAULT_recv, ENOMEM, false},
    {FAULT_recv, FAULT_SHORT, true},
    {FAULT_send, EINTR, true},
    {FAULT_send, EAGAIN, true},
    {FAULT_send, EPIPE, false},
    {FAULT_send, ENOBUFS, false},
    {FAULT_send, FAULT_SHORT, true},
    {FAULT_sendmsg, EINTR, true},
    {FAULT_sendmsg, EAGAIN, true},
    {FAULT_sendmsg, EPIPE, false},
    {FAULT_sendmsg, ENOBUFS, false},
    {FAULT_sendmsg, FAULT_SHORT, true},
    {FAULT_read, EINTR, true},
    {FAULT_read, EAGAIN, true},
    {FAULT_read, EIO, true},
    {FAULT_read, FAULT_SHORT, true},
    {FAULT_write, EINTR, true},
    {FAULT_write, EAGAIN, true},
    {FAULT_write, ENOSPC, true},
    {FAULT_pwrite, EINTR, true},
    {FAULT_pwrite, ENOSPC, false},
    {FAULT_pwrite, EIO, false},
    {FAULT_pwrite, FAULT_SHORT, true},
    {FAULT_poll, EINTR, true},
    {FAULT_poll, ENOMEM, true},
    {FAULT_epoll_create1, EMFILE, false},
    {FAULT_epoll_ctl, ENOMEM, false},
    {FAULT_epoll_ctl, ENOSPC, false},
    {FAULT_epoll_wait, EINTR, true},
    {FAULT_pipe, EMFILE, false},
    {FAULT_socketpair, EMFILE, false},
    {FAULT_timerfd_create, EMFILE, false},
    {FAULT_timerfd_settime, ENOMEM, false},
    {FAULT_open, EMFILE, false},
    {FAULT_open, ENOSPC, false},
    {FAULT_open, EACCES, false},
    {FAULT_openat, EMFILE, false},
    {FAULT_openat, ENOSPC, false},
    {FAULT_rename, ENOSPC, false},
    {FAULT_ftruncate, EIO, false},
    {FAULT_getsockopt, ENOBUFS, false},
    {FAULT_setsockopt, ENOMEM, false},
    {FAULT_getsockname, ENOBUFS, false},
    {FAULT_getrandom, EINTR, true},
    {FAULT_getrandom, ENOSYS, false},
    {FAULT_allocate, ENOMEM, false},
};
const size_t fault_count = sizeof faults / sizeof *faults;

const char *fault_name(const fault *way, char out[64]) {
    static const char *const CALLS[] = {
#define FAULT_TEXT(name) #name,
        FAULT_CALLS(FAULT_TEXT)
#undef FAULT_TEXT
    };
    const char *error = way->error == FAULT_SHORT ? "one byte" : system_error_name(way->error);
    snprintf(out, 64, "%s %s", CALLS[way->call], error);
    return out;
}

/* ---- The plan ---- */

static struct {
    pthread_mutex_t lock;
    const fault *way; /* NULL: none, or at random */
    int skip;
    int times; /* FAULT_FOREVER: always */
    int per_mille;
    uint64_t random;
    long struck;
    long waits;
    long calls[FAULT_CALL_COUNT];
} plan = {.lock = PTHREAD_MUTEX_INITIALIZER};

static _Thread_local bool this_thread_counts;

void faults_count_this_thread(bool counts) {
    this_thread_counts = counts;
}

static void set_plan(const fault *way, int skip, int times, unsigned seed, int per_mille) {
    pthread_mutex_lock(&plan.lock);
    plan.way = way;
    plan.skip = skip;
    plan.times = times;
    plan.random = seed * UINT64_C(2) + 1;
    plan.per_mille = per_mille;
    plan.struck = 0;
    plan.waits = 0;
    memset(plan.calls, 0, sizeof plan.calls);
    pthread_mutex_unlock(&plan.lock);
}

void faults_plan(const fault *way, int skip, int times) {
    set_plan(way, skip, times, 0, 0);
}

void faults_plan_random(unsigned seed, int per_mille) {
    set_plan(NULL, 0, 0, seed, per_mille);
}

void faults_end(void) {
    pthread_mutex_lock(&plan.lock);
    plan.way = NULL;
    plan.per_mille = 0;
    pthread_mutex_unlock(&plan.lock);
}

static long look_at(const long *number) {
    pthread_mutex_lock(&plan.lock);
    long value = *number;
    pthread_mutex_unlock(&plan.lock);
    return value;
}

long faults_struck(void) {
    return look_at(&plan.struck);
}

long faults_waits(void) {
    return look_at(&plan.waits);
}

long faults_calls(fault_call call) {
    return look_at(&plan.calls[call]);
}

int faults_open_files(void) {
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;
    if (!folder)
        return -1;
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

/* Xorshift: the same faults for the same seed. */
static unsigned draw(unsigned below) {
    plan.random ^= plan.random << 13;
    plan.random ^= plan.random >> 7;
    plan.random ^= plan.random << 17;
    return (unsigned)((plan.random >> 16) % below);
}

static int draw_error(fault_call call) {
    /* There are many allocations to a call. */
    if (draw(call == FAULT_allocate ? 10000 : 1000) >= (unsigned)plan.per_mille)
        return 0;
    int error = 0;
    unsigned seen = 0;
    for (size_t i = 0; i < fault_count; i++) {
        if (faults[i].call == call && draw(++seen) == 0)
            error = faults[i].error;
    }
    return error;
}

static int planned_error(fault_call call) {
    if (!plan.way || plan.way->call != call)
        return 0;
    if (plan.skip > 0) {
        plan.skip--;
        return 0;
    }
    if (plan.times == 0)
        return 0;
    if (plan.times > 0)
        plan.times--;
    return plan.way->error;
}

/* 0: the call shall be made. */
int faults_strike(fault_call call) {
    if (!this_thread_counts)
        return 0;
    pthread_mutex_lock(&plan.lock);
    int error = plan.per_mille ? draw_error(call) : planned_error(call);
    plan.struck += error != 0;
    plan.waits += call == FAULT_epoll_wait || call == FAULT_poll;
    plan.calls[call]++;
    pthread_mutex_unlock(&plan.lock);
    if (error > 0)
        errno = error;
    return error;
}

/* ---- The calls ----
 * FAULTY(type, name, parameters, arguments): one that fails, or is made as it is. FAULTY_BYTES has
 * besides what does one byte of its work. */
#define FAULTY_BYTES(type, name, parameters, arguments, one_byte)                                  \
    __attribute__((visibility("default"))) type name parameters {                                  \
        static _Atomic(void *) found;                                                              \
        if (!found)                                                                                \
            found = system_call_of(#name);                                                         \
        type(*pass_on) parameters = (type(*) parameters)(uintptr_t)found;                          \
        int error = faults_strike(FAULT_##name);                                                   \
        if (error > 0)                                                                             \
            return -1;                                                                             \
        return error == FAULT_SHORT ? pass_on one_byte : pass_on arguments;                        \
    }
#define FAULTY(type, name, parameters, arguments)                                                  \
    FAULTY_BYTES(type, name, parameters, arguments, arguments)

static size_t at_most_one(size_t size) {
    return size > 1 ? 1 : size;
}

FAULTY(int, socket, (int domain, int type, int protocol), (domain, type, protocol))
FAULTY(int, connect, (int fd, const struct sockaddr *to, socklen_t len), (fd, to, len))
int accept4(int fd, struct sockaddr *restrict from, socklen_t *restrict len, int flags);
FAULTY(int, accept4, (int fd, struct sockaddr *from, socklen_t *len, int flags),
       (fd, from, len, flags))
FAULTY_BYTES(ssize_t, recv, (int fd, void *bytes, size_t size, int flags), (fd, bytes, size, flags),
             (fd, bytes, at_most_one(size), flags))
FAULTY_BYTES(ssize_t, send, (int fd, const void *bytes, size_t size, int flags),
             (fd, bytes, size, flags), (fd, bytes, at_most_one(size), flags))
FAULTY_BYTES(ssize_t, read, (int fd, void *bytes, size_t size), (fd, bytes, size),
             (fd, bytes, at_most_one(size)))
FAULTY(ssize_t, write, (int fd, const void *bytes, size_t size), (fd, bytes, size))
FAULTY_BYTES(ssize_t, pwrite, (int fd, const void *bytes, size_t size, off_t at),
             (fd, bytes, size, at), (fd, bytes, at_most_one(size), at))
FAULTY(int, poll, (struct pollfd * watched, nfds_t count, int timeout), (watched, count, timeout))
FAULTY(int, epoll_create1, (int flags), (flags))
FAULTY(int, epoll_wait, (int fd, struct epoll_event *events, int max, int timeout),
       (fd, events, max, timeout))
FAULTY(int, pipe, (int ends[2]), (ends))
FAULTY(int, socketpair, (int domain, int type, int protocol, int ends[2]),
       (domain, type, protocol, ends))
FAULTY(int, timerfd_create, (clockid_t clock, int flags), (clock, flags))
FAULTY(int, timerfd_settime,
       (int fd, int flags, const struct itimerspec *value, struct itimerspec *old),
       (fd, flags, value, old))
FAULTY(int, rename, (const char *from, const char *to), (from, to))
FAULTY(int, ftruncate, (int fd, off_t len), (fd, len))
FAULTY(int, getsockopt,
       (int fd, int level, int name, void *restrict value, socklen_t *restrict len),
       (fd, level, name, value, len))
FAULTY(int, setsockopt, (int fd, int level, int name, const void *value, socklen_t len),
       (fd, level, name, value, len))
FAULTY(int, getsockname, (int fd, struct sockaddr *restrict name, socklen_t *restrict len),
       (fd, name, len))
FAULTY(ssize_t, getrandom, (void *bytes, size_t size, unsigned flags), (bytes, size, flags))

/* Those that do not fit: forgetting never fails in a system, a message has many parts, and the rest
 * takes a mode only sometimes. */
#define PASSED_ON(name) ((__typeof__(&name))(uintptr_t)system_call_of(#name))

__attribute__((visibility("default"))) int epoll_ctl(int fd, int what, int other,
                                                     struct epoll_event *event) {
    if (what != EPOLL_CTL_DEL && faults_strike(FAULT_epoll_ctl))
        return -1;
    return PASSED_ON(epoll_ctl)(fd, what, other, event);
}

__attribute__((visibility("default"))) ssize_t sendmsg(int fd, const struct msghdr *message,
                                                       int flags) {
    int error = faults_strike(FAULT_sendmsg);
    if (error > 0)
        return -1;
    if (error == FAULT_SHORT && message->msg_iovlen > 0 && message->msg_iov[0].iov_len > 0) {
        struct iovec part = {message->msg_iov[0].iov_base, 1};
        struct msghdr less = *message;
        less.msg_iov = &part;
        less.msg_iovlen = 1;
        return PASSED_ON(sendmsg)(fd, &less, flags);
    }
    return PASSED_ON(sendmsg)(fd, message, flags);
}

static mode_t mode_of(int flags, va_list *list) {
    return flags & O_CREAT ? (mode_t)va_arg(*list, unsigned) : 0;
}

__attribute__((visibility("default"))) int open(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = mode_of(flags, &list);
    va_end(list);
    return faults_strike(FAULT_open) ? -1 : PASSED_ON(open)(path, flags, mode);
}

__attribute__((visibility("default"))) int openat(int folder, const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = mode_of(flags, &list);
    va_end(list);
    return faults_strike(FAULT_openat) ? -1 : PASSED_ON(openat)(folder, path, flags, mode);
}
