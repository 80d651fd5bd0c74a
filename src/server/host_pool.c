#include "server/host_pool.h"

#include <stdbool.h>
#include <string.h>

#include "server/heap.h"

enum { TRIM_EVERY_MS = 1000 };

/* Sanitizers see the use of what was given back only when it is freed. */
#if defined(__SANITIZE_ADDRESS__)
#define KEEPS false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KEEPS false
#endif
#endif
#ifndef KEEPS
#define KEEPS true
#endif

/* Two sizes to each power of two, so that little of a block is wasted. */
static size_t room_of(size_t index) {
    size_t power = (size_t)PX_POOL_LEAST << index / 2;
    return index % 2 == 0 ? power : power + power / 2;
}

/* The shelf for blocks in which as many bytes have room; PX_POOL_SIZES: so large ones are not kept. */
static size_t shelf_for(size_t size) {
    size_t index = 0;
    while (index < PX_POOL_SIZES && room_of(index) < size)
        index++;
    return index;
}

static void *take_from(px_shelf *shelf) {
    void *taken = shelf->first;
    memcpy(&shelf->first, taken, sizeof shelf->first);
    shelf->count--;
    return taken;
}

static void *take(px_pool *pool, size_t size) {
    size_t index = shelf_for(size);
    if (index == PX_POOL_SIZES)
        return px_alloc(&px_heap, size);
    px_shelf *shelf = &pool->shelves[index];
    if (shelf->count == 0)
        return px_alloc(&px_heap, room_of(index));
    if (shelf->spare == shelf->count)
        shelf->spare--;
    return take_from(shelf);
}

static void give(px_pool *pool, void *block, size_t size) {
    size_t index = shelf_for(size);
    if (index == PX_POOL_SIZES || !KEEPS) {
        px_free(&px_heap, block, index == PX_POOL_SIZES ? size : room_of(index));
        return;
    }
    px_shelf *shelf = &pool->shelves[index];
    memcpy(block, &shelf->first, sizeof shelf->first);
    shelf->first = block;
    shelf->count++;
}

static void *resize(void *context, void *block, size_t old_size, size_t new_size) {
    px_pool *pool = context;
    if (!block)
        return take(pool, new_size);
    if (new_size == 0) {
        give(pool, block, old_size);
        return NULL;
    }
    size_t old_index = shelf_for(old_size), new_index = shelf_for(new_size);
    if (old_index == PX_POOL_SIZES && new_index == PX_POOL_SIZES)
        return px_resize(&px_heap, block, old_size, new_size);
    if (old_index == new_index)
        return block;
    void *moved = take(pool, new_size);
    if (!moved)
        return NULL;
    memcpy(moved, block, old_size < new_size ? old_size : new_size);
    give(pool, block, old_size);
    return moved;
}

void px_pool_init(px_pool *pool) {
    *pool = (px_pool){.allocator = {resize, pool}};
}

static void free_some(px_pool *pool, size_t index, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        px_free(&px_heap, take_from(&pool->shelves[index]), room_of(index));
}

void px_pool_trim(px_pool *pool, uint64_t now_ms) {
    if (now_ms < pool->trim_at_ms)
        return;
    pool->trim_at_ms = now_ms + TRIM_EVERY_MS;
    for (size_t i = 0; i < PX_POOL_SIZES; i++) {
        free_some(pool, i, pool->shelves[i].spare);
        pool->shelves[i].spare = pool->shelves[i].count;
    }
}

void px_pool_free(px_pool *pool) {
    for (size_t i = 0; i < PX_POOL_SIZES; i++)
        free_some(pool, i, pool->shelves[i].count);
}
