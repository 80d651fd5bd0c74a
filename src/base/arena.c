#include "base/arena.h"

#include <stdalign.h>

struct px_arena_block {
    px_arena_block *older;
    size_t capacity; /* of bytes */
    size_t used;
    alignas(max_align_t) char bytes[];
};

enum { SMALL_BLOCK = 512 };

void px_arena_init(px_arena *arena, const px_allocator *allocator, size_t max) {
    *arena = (px_arena){.allocator = allocator, .max = max};
}

static px_arena_block *add_block(px_arena *arena, size_t size) {
    size_t capacity = arena->newest ? arena->newest->capacity * 2 : SMALL_BLOCK;
    if (capacity > 65536)
        capacity = 65536;
    if (PX_IS_TIGHT || capacity < size)
        capacity = size;
    px_arena_block *block = px_alloc(arena->allocator, sizeof(*block) + capacity);
    if (!block)
        return NULL;
    *block = (px_arena_block){.older = arena->newest, .capacity = capacity};
    arena->newest = block;
    return block;
}

int px_arena_alloc(px_arena *arena, size_t size, void **out) {
    if (size > arena->max - arena->used)
        return PX_ERR_LIMIT;
    if (size > SIZE_MAX - sizeof(px_arena_block) - alignof(max_align_t))
        return PX_ERR_LIMIT;
    size_t rounded = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    px_arena_block *block = arena->newest;
    if (PX_IS_TIGHT || !block || block->capacity - block->used < rounded) {
        block = add_block(arena, PX_IS_TIGHT ? size : rounded);
        if (!block)
            return PX_ERR_NO_MEMORY;
    }
    *out = block->bytes + block->used;
    block->used += rounded;
    arena->used += size;
    return PX_OK;
}

int px_arena_copy(px_arena *arena, px_slice bytes, px_slice *out) {
    void *copy;
    int result = px_arena_alloc(arena, bytes.len, &copy);
    if (result != PX_OK)
        return result;
    if (bytes.len)
        memcpy(copy, bytes.ptr, bytes.len);
    *out = px_slice_of(copy, bytes.len);
    return PX_OK;
}

static void free_block(px_arena *arena, px_arena_block *block) {
    px_free(arena->allocator, block, sizeof(*block) + block->capacity);
}

void px_arena_reset(px_arena *arena) {
    px_arena_block *block = arena->newest;
    while (block && (PX_IS_TIGHT || block->older || block->capacity > SMALL_BLOCK)) {
        px_arena_block *older = block->older;
        free_block(arena, block);
        block = older;
    }
    if (block)
        block->used = 0;
    arena->newest = block;
    arena->used = 0;
}

void px_arena_free(px_arena *arena) {
    while (arena->newest) {
        px_arena_block *block = arena->newest;
        arena->newest = block->older;
        free_block(arena, block);
    }
    arena->used = 0;
}
