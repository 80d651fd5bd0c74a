/* Overwriting what was secret before its memory is used again. */
#ifndef PX_BASE_WIPE_H
#define PX_BASE_WIPE_H

#include <stddef.h>

/* Sets the bytes to zero, also where a compiler sees that nobody reads them any more. */
static inline void px_wipe(void *bytes, size_t len) {
    volatile unsigned char *at = bytes;
    while (len--)
        *at++ = 0;
}

#endif
