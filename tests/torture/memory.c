/* The memory of client and server: their allocators, in the place of those that the libraries come with. An
 * allocation can fail as a system call can, and what is not given back is counted. */
#include "driver/memory.h"
#include "faults.h"
#include "server/heap.h"

#include <stdlib.h>

static _Atomic long live_blocks;

static void *resize(void *context, void *ptr, size_t old_size, size_t new_size) {
    (void)context;
    if (new_size == 0) {
        live_blocks -= ptr != NULL;
        free(ptr);
        return NULL;
    }
    if (new_size > old_size && faults_strike(FAULT_allocate))
        return NULL;
    void *block = realloc(ptr, new_size);
    live_blocks += block && !ptr;
    return block;
}

const px_allocator px_malloc_allocator = {resize, NULL};
const px_allocator px_heap = {resize, NULL};

long faults_live_blocks(void) {
    return live_blocks;
}
