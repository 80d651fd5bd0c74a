#define _DEFAULT_SOURCE
#include "memory.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void *counting_resize(void *context, void *ptr, size_t old_size, size_t new_size) {
    test_allocator *allocator = context;
    if (new_size == 0) {
        free(ptr);
        allocator->live_blocks -= ptr != NULL;
        allocator->live_bytes -= old_size;
        return NULL;
    }
    if (new_size > old_size) {
        allocator->calls++;
        if (allocator->fail_at && (allocator->fail_once ? allocator->calls == allocator->fail_at
                                                        : allocator->calls >= allocator->fail_at))
            return NULL;
    }
    void *block = realloc(ptr, new_size);
    if (!block)
        abort();
    allocator->live_blocks += ptr == NULL;
    allocator->live_bytes += new_size - old_size;
    return block;
}

void test_allocator_init(test_allocator *allocator) {
    *allocator = (test_allocator){.allocator = {counting_resize, allocator}};
}

static void *plain_resize(void *context, void *ptr, size_t old_size, size_t new_size) {
    (void)context;
    (void)old_size;
    if (new_size == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, new_size);
}

const px_allocator test_malloc = {plain_resize, NULL};

test_guarded test_guard(px_slice bytes) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t readable = (bytes.len + page - 1) / page * page + page;
    test_guarded guarded = {.mapping_size = readable + page};
    guarded.mapping = mmap(NULL, guarded.mapping_size, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (guarded.mapping == MAP_FAILED ||
        mprotect((char *)guarded.mapping + readable, page, PROT_NONE) != 0)
        abort();
    char *start = (char *)guarded.mapping + readable - bytes.len;
    if (bytes.len)
        memcpy(start, bytes.ptr, bytes.len);
    guarded.bytes = px_slice_of(start, bytes.len);
    return guarded;
}

void test_unguard(test_guarded *guarded) {
    munmap(guarded->mapping, guarded->mapping_size);
}
