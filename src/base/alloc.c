#include "base/alloc.h"

#include <string.h>

void *px_alloc_zero(const px_allocator *allocator, size_t size) {
    void *block = px_alloc(allocator, size);
    if (block)
        memset(block, 0, size);
    return block;
}
