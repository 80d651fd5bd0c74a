/* The allocator of the running server: malloc. Tests and simulations give the hub others. */
#ifndef PX_SERVER_HEAP_H
#define PX_SERVER_HEAP_H

#include "base/alloc.h"

extern const px_allocator px_heap;

/* Gives the system what is free but held, where malloc can do that. */
void px_heap_trim(void);

#endif
