/* The receivers that the ingest benchmark compares. Each is a process of its own on processor 0,
 * connects to 127.0.0.1, subscribes, and answers each mark with the number of events so far. */
#ifndef BENCH_RECEIVERS_H
#define BENCH_RECEIVERS_H

#include "base/slice.h"

#include <sys/types.h>

/* Copies bytes from the socket and looks for nothing but the mark: the most that any client could
 * do. It does not count: its answer is 0. */
pid_t receivers_start_recv(uint16_t port, px_slice mark);

/* libpusher with one handler bound to the event. */
pid_t receivers_start_libpusher(uint16_t port);

/* The script under Node, which gets the port, the channel and the names of the events. */
pid_t receivers_start_node(uint16_t port, const char *script);

void receivers_stop(pid_t receiver);

#endif
