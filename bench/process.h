/* A server under test, as a process of its own on processor 0. */
#ifndef BENCH_PROCESS_H
#define BENCH_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* All servers of Channels are started with these, which they take for defaults. */
#define PROCESS_APP_ID     "app-id"
#define PROCESS_APP_KEY    "app-key"
#define PROCESS_APP_SECRET "app-secret"

typedef struct process {
    const char *name;
    pid_t pid;
    uint16_t port; /* on 127.0.0.1 */
} process;

/* How to start one. At the end of a text '@' stands for the port that it shall listen on, '#' for
 * another one that is free. */
typedef struct process_command {
    const char *arguments[8];   /* the program first, then NULL */
    const char *environment[8]; /* NAME=VALUE, then NULL */
} process_command;

/* Waits until the server answers, and ends the program when it does not. */
process process_start(const char *name, const process_command *command);

/* The same, but returns false. */
bool process_try(const char *name, const process_command *command, process *out);

process process_start_pusher(void);

/* pusher serve, which authorizes private channels by itself, too. */
process process_start_pusher_for_development(void);

void process_stop(const process *p);

/* Bytes of memory of a process that are resident now. */
size_t process_resident(pid_t pid);

/* The processor time that all of its threads have used. */
uint64_t process_cpu_ns(pid_t pid);

/* Allows this process and its children so many descriptors, or as many as the system does.
 * False: those are fewer. */
bool process_allow_descriptors(size_t count);
const char *process_too_few_descriptors(void); /* the sentence for that */
void process_raise_descriptor_limit(void);

#endif
