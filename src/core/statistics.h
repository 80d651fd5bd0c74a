/* Statistics (docs/protocol.md, "Statistics"): sends the timeline to the stats host, where the
 * options ask for it. All of it is best effort: no failure is told but to the log. */
#ifndef PX_CORE_STATISTICS_H
#define PX_CORE_STATISTICS_H

#include "core/requests.h"
#include "core/timeline.h"

typedef struct px_statistics {
    bool on;
    bool begun;
    uint32_t session; /* names the client, by chance */
    uint32_t bundle;  /* how many were taken */
    px_id request;    /* the one under way, or 0 */
    uint64_t next_at; /* or PX_NO_DEADLINE: not between connect and disconnect */
    px_buffer host;   /* where the stats host has sent us; empty: nowhere */
    px_timeline timeline;
} px_statistics;

/* The core's options must be there. Warns of a deprecated one. */
void px_statistics_init(px_core *core);
void px_statistics_free(px_core *core);

/* The application asked to connect, to disconnect. */
void px_statistics_begin(px_core *core);
void px_statistics_end(px_core *core);

/* Times that have passed are over: nobody is woken for them while there is nothing to send. */
void px_statistics_skip(px_core *core);

/* Sends what there is, unless a request is under way. */
void px_statistics_send(px_core *core);

/* A request of this kind was answered. */
void px_statistics_answered(px_core *core, px_request *request, const px_answer *answer);

uint64_t px_statistics_deadline(const px_core *core);
void px_statistics_tick(px_core *core);

#endif
