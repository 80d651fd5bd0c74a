/* The receivers that the ingest benchmarks compare. Each is a process of its own on processor 0,
 * connects to 127.0.0.1, subscribes, and answers each mark with the calls of its handlers so far. */
#ifndef BENCH_RECEIVERS_H
#define BENCH_RECEIVERS_H

#include "events.h"

#include <sys/types.h>

/* Copies bytes from the socket and looks for nothing but the mark: the most that any client could
 * do. It does not count: its answer is 0. */
pid_t receivers_start_recv(uint16_t port, const events *kind, px_slice mark);

/* libpusher. */
pid_t receivers_start_libpusher(uint16_t port, const events *kind, px_slice mark);

/* A library under Node: npm's pusher-js, and ours. */
pid_t receivers_start_pusher_js(uint16_t port, const events *kind, px_slice mark);
pid_t receivers_start_own_js(uint16_t port, const events *kind, px_slice mark);

void receivers_stop(pid_t receiver);

/* How often libpusher has asked for memory, in all its receivers. */
uint64_t receivers_allocations(void);

#endif
