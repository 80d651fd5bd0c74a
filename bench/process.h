/* A Channels server under test, as a process of its own on processor 0. */
#ifndef BENCH_PROCESS_H
#define BENCH_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* All servers are started with these, which both take for defaults. */
#define PROCESS_APP_ID     "app-id"
#define PROCESS_APP_KEY    "app-key"
#define PROCESS_APP_SECRET "app-secret"

typedef struct process {
    const char *name;
    pid_t pid;
    uint16_t port; /* on 127.0.0.1 */
} process;

/* Both wait until the server answers, and end the program when it does not. */
process process_start_pusher(void);
process process_start_soketi(void);

/* pusher serve, which authorizes private channels by itself, too. */
process process_start_pusher_for_development(void);

void process_stop(const process *p);

/* Bytes of memory of a process that are resident now. */
size_t process_resident(pid_t pid);

/* Allows this process and its children as many descriptors as the system does. */
void process_raise_descriptor_limit(void);

#endif
