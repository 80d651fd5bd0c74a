/* What outputs of connections need beside a socket, for tests that write to them. */
#ifndef TEST_OUTPUT_MEMORY_H
#define TEST_OUTPUT_MEMORY_H

#include "server/host_joined.h"
#include "server/host_pool.h"

extern px_pool output_pool;
extern px_joined *output_joined;

/* For cmocka. */
int output_set_up(void **state);
int output_tear_down(void **state);

#endif
