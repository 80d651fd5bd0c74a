/* Allocators and memory for tests. */
#ifndef TEST_MEMORY_H
#define TEST_MEMORY_H

#include "base/alloc.h"
#include "base/slice.h"

/* Counts what is allocated; can fail on demand. */
typedef struct test_allocator {
    px_allocator allocator; /* give &it.allocator to the code under test */
    size_t live_blocks;
    size_t live_bytes;
    size_t calls;   /* allocations and growths so far */
    size_t fail_at; /* the fail_at-th call (from 1) and all after it fail; 0: none */
    bool fail_once; /* only that one call fails */
} test_allocator;

void test_allocator_init(test_allocator *allocator);

/* The plain allocator on malloc, for tests that do not count. */
extern const px_allocator test_malloc;

/* A copy of `bytes` that ends exactly at an unmapped page, so that reading one byte beyond faults. */
typedef struct test_guarded {
    px_slice bytes;
    void *mapping;
    size_t mapping_size;
} test_guarded;

test_guarded test_guard(px_slice bytes);
void test_unguard(test_guarded *guarded);

#endif
