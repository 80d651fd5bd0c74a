/* One measurement of the ingest benchmarks: the same sender feeds receivers in turns, a burst each. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "events.h"
#include "harness.h"
#include "receivers.h"
#include "service.h"

typedef struct measure_receiver {
    const char *name;
    pid_t (*start)(uint16_t port, const events *kind, px_slice mark);
    bool counts;              /* it answers with the calls of its handlers, which is checked */
    bench_series rates;       /* events per second */
    bench_series cpu_rates;   /* events per second of processor time that the receiver used */
    bench_series allocations; /* per event */
    /* while it runs */
    pid_t process;
    service_peer peer;
    uint64_t calls; /* of handlers that there must have been so far */
} measure_receiver;

/* Prints what such an event looks like. */
void measure_show(const bench *b, const events *kind);

/* Starts the receivers, feeds them, ends them; the series are what came of it. */
void measure(const bench *b, const service *s, const events *kind, measure_receiver *receivers,
             size_t count);

#endif
