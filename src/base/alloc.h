/* The allocator that every object below the public API is given. One function does all, and the
 * caller always says the old size, so that an arena, a counting or a failing allocator needs no
 * header of its own per block. */
#ifndef PX_BASE_ALLOC_H
#define PX_BASE_ALLOC_H

#include <stddef.h>

typedef struct px_allocator {
    /* ptr NULL (old_size 0): allocates. new_size 0: frees, returns NULL. Else resizes like
     * realloc: on failure returns NULL and leaves the old block alone. */
    void *(*resize)(void *context, void *ptr, size_t old_size, size_t new_size);
    void *context;
} px_allocator;

/* With PX_TIGHT_MEMORY, which only tests are built with, nothing is kept in store: whoever asks for
 * memory asks the allocator and gets exactly that much, at another place than before. So each need
 * can fail, and a sanitizer sees what reads beyond its end or at its old place. */
#ifdef PX_TIGHT_MEMORY
enum { PX_IS_TIGHT = 1 };
#else
enum { PX_IS_TIGHT = 0 };
#endif

/* NULL when there is no memory. `size` must not be 0. The bytes are not cleared. */
static inline void *px_alloc(const px_allocator *allocator, size_t size) {
    return allocator->resize(allocator->context, NULL, 0, size);
}

/* As px_alloc, with the bytes set to zero. */
void *px_alloc_zero(const px_allocator *allocator, size_t size);

static inline void *px_resize(const px_allocator *allocator, void *ptr, size_t old_size,
                              size_t new_size) {
    return allocator->resize(allocator->context, ptr, old_size, new_size);
}

/* NULL is fine. `size` is what the block was allocated with. */
static inline void px_free(const px_allocator *allocator, void *ptr, size_t size) {
    if (ptr)
        allocator->resize(allocator->context, ptr, size, 0);
}

#endif
