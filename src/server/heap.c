#include "server/heap.h"

#include <stdlib.h>

static void *resize(void *context, void *ptr, size_t old_size, size_t new_size) {
    (void)context;
    (void)old_size;
    if (new_size > 0)
        return realloc(ptr, new_size);
    free(ptr);
    return NULL;
}

const px_allocator px_heap = {resize, NULL};
