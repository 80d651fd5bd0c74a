/* The module's memory: blocks of a few sizes, and a list of free ones for each size.
 *
 * Who frees a block says how large it was, so blocks carry no header, and all that is left to do is
 * to round sizes: up to 16, 24, 32, 48, 64, 96 ... bytes. Memory that was taken from the system is
 * kept for blocks of the same size. This is a tenth of the size of libc's malloc, which would be a
 * tenth of the module. */
#include "wasm/web.h"

enum {
    SMALLEST_BITS = 4,
    SIZES = 2 * 26, /* the largest is 768 MiB */
    PAGE = 65536,
};

typedef struct block {
    struct block *next;
} block;

/* The linker's: where the memory is free. */
extern unsigned char __heap_base;

static block *free_blocks[SIZES];
static uintptr_t unused;
static uintptr_t end;

/* The index of the smallest size that holds `size` bytes; even ones are powers of two. */
static unsigned size_index(size_t size) {
    if (size <= (1u << SMALLEST_BITS))
        return 0;
    unsigned bits = 31u - (unsigned)__builtin_clz((unsigned)size - 1); /* 2^bits < size */
    unsigned below = (bits - SMALLEST_BITS) * 2;
    return below + (size <= (3u << (bits - 1)) ? 1 : 2);
}

static size_t size_of(unsigned index) {
    size_t even = (size_t)1 << (SMALLEST_BITS + index / 2);
    return index % 2 ? even + even / 2 : even;
}

static void *take(size_t size) {
    if (!unused) {
        unused = ((uintptr_t)&__heap_base + 15) & ~(uintptr_t)15;
        end = __builtin_wasm_memory_size(0) * PAGE;
    }
    if (size > end - unused) {
        size_t pages = (size - (end - unused) + PAGE - 1) / PAGE;
        if (__builtin_wasm_memory_grow(0, pages) == SIZE_MAX)
            return NULL;
        end += pages * PAGE;
    }
    void *taken = (void *)unused;
    unused += size;
    return taken;
}

static void *allocate(unsigned index) {
    block *found = free_blocks[index];
    if (!found)
        return take(size_of(index));
    free_blocks[index] = found->next;
    return found;
}

static void release(void *ptr, unsigned index) {
    block *freed = ptr;
    freed->next = free_blocks[index];
    free_blocks[index] = freed;
}

static void *resize(void *context, void *ptr, size_t old_size, size_t new_size) {
    (void)context;
    unsigned old_index = ptr ? size_index(old_size) : SIZES;
    unsigned index = size_index(new_size);
    if (new_size == 0) {
        release(ptr, old_index);
        return NULL;
    }
    if (index >= SIZES)
        return NULL;
    if (index == old_index)
        return ptr;
    void *moved = allocate(index);
    if (moved && ptr) {
        memcpy(moved, ptr, old_size < new_size ? old_size : new_size);
        release(ptr, old_index);
    }
    return moved;
}

const px_allocator px_web_heap = {resize, NULL};
