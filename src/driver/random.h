/* Unpredictable bytes from the operating system. */
#ifndef PX_DRIVER_RANDOM_H
#define PX_DRIVER_RANDOM_H

#include "driver/result.h"

#include <stddef.h>
#include <stdint.h>

/* PX_ERR_SYSTEM: the system gives none. */
PX_MUST_CHECK int px_random_fill(void *bytes, size_t len);

/* A stock of random bytes, so that a frame's mask costs no system call. */
typedef struct px_random {
    uint8_t stock[256];
    size_t used;
} px_random;

/* PX_ERR_SYSTEM. */
PX_MUST_CHECK int px_random_init(px_random *random);

/* The mask of one frame (RFC 6455 section 5.3). */
void px_random_mask(px_random *random, uint8_t mask[4]);

#endif
