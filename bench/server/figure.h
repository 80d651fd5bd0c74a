/* What the servers of a benchmark are compared by: one value for each server and run, and the
 * rows of the report that come of them. */
#ifndef BENCH_FIGURE_H
#define BENCH_FIGURE_H

#include "harness.h"
#include "peer.h"

enum { FIGURE_SERVERS = 8 };

typedef struct figure {
    char what[64];
    const char *unit;
    bool has_ratios; /* of the first server to each of the others */
    bench_series values[FIGURE_SERVERS];
} figure;

/* A row for each server, in their order, or the reason why there is none; then the ratios. A
 * server without any value is not meant to have one. */
void figure_report(bench *b, const figure *f, const peer *const *peers, size_t count);

#endif
