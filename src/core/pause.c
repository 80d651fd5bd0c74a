#include "core/pause.h"

#include "core/internal.h"

enum {
    FIRST_PAUSE_MS = 1000,
    MAX_PAUSE_MS = 30000,
    MIN_BACKOFF_MS = 1000,
};

/* The most that the next pause may last. */
static uint32_t count_failure(px_core *core) {
    uint32_t failures = core->connection.failures;
    if (failures < 31)
        core->connection.failures++;
    uint64_t bound = (uint64_t)FIRST_PAUSE_MS << failures;
    return bound < MAX_PAUSE_MS ? (uint32_t)bound : MAX_PAUSE_MS;
}

uint32_t px_pause_after_failure(px_core *core, bool is_new) {
    if (!is_new && core->connection.failures)
        core->connection.failures--;
    return px_core_random(core, count_failure(core));
}

uint32_t px_pause_backoff(px_core *core) {
    return MIN_BACKOFF_MS + px_core_random(core, count_failure(core));
}
