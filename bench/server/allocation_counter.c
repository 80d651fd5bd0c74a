/* Counts the allocations of a program, when it is loaded before the C library (LD_PRELOAD): in
 * memory that it shares with whoever started the program, and handed it the descriptor of that
 * memory. */
#include "allocation_counter.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

/* glibc's own, below the names that are taken here. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *ptr, size_t size);

#define EXPORT __attribute__((visibility("default")))

static _Atomic uint64_t *counter;

__attribute__((constructor)) static void find_counter(void) {
    const char *fd = getenv(ALLOCATION_COUNTER_FD);
    void *page = !fd ? MAP_FAILED
                     : mmap(NULL, ALLOCATION_COUNTER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
                            (int)strtol(fd, NULL, 10), 0);
    if (page != MAP_FAILED)
        counter = page;
}

static void count(void) {
    if (counter)
        atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

EXPORT void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

EXPORT void *calloc(size_t number, size_t size) {
    count();
    return __libc_calloc(number, size);
}

EXPORT void *realloc(void *ptr, size_t size) {
    count();
    return __libc_realloc(ptr, size);
}
