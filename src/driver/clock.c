#include "driver/clock.h"

#include <time.h>

static uint64_t milliseconds(struct timespec time) {
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

uint64_t px_clock_ms(void) {
    struct timespec now;
#ifdef CLOCK_BOOTTIME
    if (clock_gettime(CLOCK_BOOTTIME, &now))
#endif
        clock_gettime(CLOCK_MONOTONIC, &now);
    return milliseconds(now);
}

uint64_t px_clock_unix_ms(void) {
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    return milliseconds(now);
}
