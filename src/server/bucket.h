/* A token bucket: so many things a second, and as many at once. */
#ifndef PX_SERVER_BUCKET_H
#define PX_SERVER_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/* Full when it is zero. */
typedef struct px_bucket {
    uint64_t at_ms; /* when `debt` was right */
    uint64_t debt;  /* what is missing until it is full, in thousandths */
} px_bucket;

/* Takes `count` tokens of a bucket that gets `rate` a second (0: no limit). False: they are not
 * there; then nothing is taken, and *wait_ms is how long it takes until they are. More than the
 * bucket can hold are given when it is full, and paid back afterwards. */
bool px_bucket_take(px_bucket *bucket, uint32_t rate, uint32_t count, uint64_t now_ms,
                    uint64_t *wait_ms);

#endif
