/* What all benchmarks share: a clock, a choice of processor, and a report of medians, as a table or
 * as JSON. Subjects that are compared take turns within each run (paired runs), so that what
 * disturbs the machine disturbs both. */
#ifndef BENCH_HARNESS_H
#define BENCH_HARNESS_H

#include "base/alloc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BENCH_MAX_RUNS = 99 };

typedef struct bench {
    const char *name;
    size_t runs;   /* --runs N */
    bool json;     /* --json: one object per line instead of a table */
    bool has_head; /* the table's head was printed */
} bench;

/* What one subject did in each run. */
typedef struct bench_series {
    double values[BENCH_MAX_RUNS];
    size_t count;
} bench_series;

/* Reads --json and --runs N, which all benchmarks take; ends the program with a message on anything
 * else. */
bench bench_start(const char *name, int argc, char **argv);

uint64_t bench_now_ns(void);

/* malloc, for the parts of the project that are measured or used. */
extern const px_allocator bench_allocator;

/* Binds this process to one processor, counted from 0, modulo those that there are. */
void bench_pin(unsigned processor);

/* Prints a sentence about what is measured; as JSON, nothing. */
void bench_note(const bench *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

void bench_add(bench_series *series, double value);

/* A row: the median of the series, with minimum and maximum. */
void bench_row(bench *b, const char *what, const char *subject, const bench_series *series,
               const char *unit);

/* A row: the median of the quotients of each pair of runs, with minimum and maximum. */
void bench_ratio(bench *b, const char *what, const char *subject, const bench_series *ours,
                 const bench_series *theirs);

/* A row for what can't be measured here, such as a peer that is not installed; the benchmark goes on.
 */
void bench_missing(bench *b, const char *what, const char *subject, const char *reason);

/* Ends the program with a message. */
_Noreturn void bench_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
