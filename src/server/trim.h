/* When to give memory back to the system. After a storm, in which all clients have come anew at once, most of what
 * malloc holds is free, but stays with the process: in pieces between what is in use. Returning them means to look
 * through all of the heap, so it is done seldom: when many connections have gone, and some time later. */
#ifndef PX_SERVER_TRIM_H
#define PX_SERVER_TRIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct px_trim {
    size_t gone;        /* connections, since the last time */
    uint64_t due_ms;    /* UINT64_MAX: not yet */
    uint64_t latest_ms; /* however many go meanwhile */
} px_trim;

void px_trim_init(px_trim *trim);

/* A connection has gone, and so many are left. */
void px_trim_gone(px_trim *trim, size_t left, uint64_t now_ms);

/* True: now, and then not before many others have gone. */
bool px_trim_is_due(px_trim *trim, uint64_t now_ms);

/* Gives the system what is free but held, where malloc can do that. */
void px_trim_heap(void);

#endif
