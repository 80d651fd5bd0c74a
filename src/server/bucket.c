#include "server/bucket.h"

enum { ONE_TOKEN = 1000 }; /* `rate` tokens a second are `rate` thousandths a millisecond */

bool px_bucket_take(px_bucket *bucket, uint32_t rate, uint32_t count, uint64_t now_ms,
                    uint64_t *wait_ms) {
    if (rate == 0)
        return true;
    uint64_t elapsed_ms = now_ms - bucket->at_ms;
    uint64_t whole_ms = bucket->debt / rate + 1; /* after which nothing is missing */
    uint64_t debt = elapsed_ms >= whole_ms ? 0 : bucket->debt - elapsed_ms * rate;
    uint64_t needed = count < rate ? count : rate;
    uint64_t allowed = (rate - needed) * ONE_TOKEN; /* the debt with which they are given */
    bucket->at_ms = now_ms;
    bucket->debt = debt;
    if (debt > allowed) {
        *wait_ms = (debt - allowed + rate - 1) / rate;
        return false;
    }
    bucket->debt = debt + (uint64_t)count * ONE_TOKEN;
    return true;
}
