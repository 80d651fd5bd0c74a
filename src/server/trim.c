#include "server/trim.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

/* It takes some milliseconds, which nobody should notice where connections always come and go: so at least a share of
 * those that are left, and what they leave behind, such as closed sockets, is waited for. */
enum { MIN_GONE = 256, SHARE = 4, DELAY_MS = 5000 };

void px_trim_init(px_trim *trim) {
    *trim = (px_trim){.due_ms = UINT64_MAX};
}

void px_trim_gone(px_trim *trim, size_t left, uint64_t now_ms) {
    trim->gone++;
    if (trim->due_ms == UINT64_MAX && trim->gone >= MIN_GONE && trim->gone >= left / SHARE)
        trim->due_ms = now_ms + DELAY_MS;
}

bool px_trim_is_due(px_trim *trim, uint64_t now_ms) {
    if (now_ms < trim->due_ms)
        return false;
    px_trim_init(trim);
    return true;
}

void px_trim_heap(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
