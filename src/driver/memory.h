/* The allocator of the native world: malloc, realloc and free. */
#ifndef PX_DRIVER_MEMORY_H
#define PX_DRIVER_MEMORY_H

#include "base/alloc.h"

extern const px_allocator px_malloc_allocator;

#endif
