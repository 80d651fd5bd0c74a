/* The allocator of the running server: malloc. Tests and simulations give the hub others. */
#ifndef PX_SERVER_HEAP_H
#define PX_SERVER_HEAP_H

#include "base/alloc.h"

extern const px_allocator px_heap;

#endif
