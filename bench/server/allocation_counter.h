/* How a program that is measured tells its allocations (malloc, calloc and realloc). */
#ifndef BENCH_ALLOCATION_COUNTER_H
#define BENCH_ALLOCATION_COUNTER_H

/* The variable with the descriptor of the shared memory, which begins with the number as
 * uint64_t. */
#define ALLOCATION_COUNTER_FD "BENCH_ALLOCATIONS"

enum { ALLOCATION_COUNTER_SIZE = 4096 };

#endif
