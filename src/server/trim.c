#include "server/trim.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

/* It takes some milliseconds, which nobody should notice where connections always come and go: so at least a share of
 * those that are left, and the end of the storm is waited for. */
enum { MIN_GONE = 256, SHARE = 4, QUIET_MS = 5000, MAX_DELAY_MS = 30000 };

void px_trim_init(px_trim *trim) {
    *trim = (px_trim){.due_ms = UINT64_MAX};
}

void px_trim_gone(px_trim *trim, size_t left, uint64_t now_ms) {
    trim->gone++;
    if (trim->gone < MIN_GONE || (trim->due_ms == UINT64_MAX && trim->gone < left / SHARE))
        return;
    if (trim->due_ms == UINT64_MAX)
        trim->latest_ms = now_ms + MAX_DELAY_MS;
    uint64_t quiet_ms = now_ms + QUIET_MS;
    trim->due_ms = quiet_ms < trim->latest_ms ? quiet_ms : trim->latest_ms;
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
