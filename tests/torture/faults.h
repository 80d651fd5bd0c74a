/* System calls that fail when a test wants it, and allocations of client and server (memory.c). The program's own definitions of them are those that
 * libcurl and libevent get, too; each passes the call on unless the plan says that it fails. Only the
 * calls of threads that asked for it count. */
#ifndef TORTURE_FAULTS_H
#define TORTURE_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

/* The calls that can fail. */
#define FAULT_CALLS(X)                                                                             \
    X(socket)                                                                                      \
    X(connect)                                                                                     \
    X(accept4)                                                                                     \
    X(recv)                                                                                        \
    X(send)                                                                                        \
    X(sendmsg)                                                                                     \
    X(read)                                                                                        \
    X(write)                                                                                       \
    X(pwrite)                                                                                      \
    X(poll)                                                                                        \
    X(epoll_create1)                                                                               \
    X(epoll_ctl)                                                                                   \
    X(epoll_wait)                                                                                  \
    X(pipe)                                                                                        \
    X(socketpair)                                                                                  \
    X(timerfd_create)                                                                              \
    X(timerfd_settime)                                                                             \
    X(open)                                                                                        \
    X(openat)                                                                                      \
    X(rename)                                                                                      \
    X(ftruncate)                                                                                   \
    X(getsockopt)                                                                                  \
    X(setsockopt)                                                                                  \
    X(getsockname)                                                                                 \
    X(getrandom)                                                                                   \
    X(allocate)

typedef enum fault_call {
#define FAULT_ID(name) FAULT_##name,
    FAULT_CALLS(FAULT_ID)
#undef FAULT_ID
        FAULT_CALL_COUNT
} fault_call;

/* A way to fail: the call, and what it says. */
typedef struct fault {
    fault_call call;
    int error;  /* for errno; FAULT_SHORT: it does one byte of its work and says so */
    bool spins; /* the system says it only when waiting helps: a loop may well try at once */
} fault;

enum { FAULT_SHORT = -1, FAULT_FOREVER = -1 };

/* All ways, and their names, such as "recv ECONNRESET". */
extern const fault faults[];
extern const size_t fault_count;
const char *fault_name(const fault *way, char out[64]);

/* From now on the calls of this thread count, or no longer. */
void faults_count_this_thread(bool counts);

/* This call fails in this way, after `skip` that go well, so many times. */
void faults_plan(const fault *way, int skip, int times);

/* Each call fails with this probability, in any of its ways; `seed` says when. */
void faults_plan_random(unsigned seed, int per_mille);

/* Nothing fails any more. */
void faults_end(void);

/* Since the last plan: calls that failed, times that the threads looked for events, and calls of one kind. */
long faults_struck(void);
long faults_waits(void);
long faults_calls(fault_call call);

/* For who makes a call: not 0 when it shall fail, with errno, or FAULT_SHORT. */
int faults_strike(fault_call call);

/* The blocks of memory that client and server have. */
long faults_live_blocks(void);

/* The descriptors that this process has open. */
int faults_open_files(void);

#endif
