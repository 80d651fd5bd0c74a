#include "server/standstill.h"

/* A loop that is busy is late as well. */
enum { LATE_MS = 1000 };

uint64_t px_standstill_time(px_standstill *this, uint64_t monotonic_ms, uint64_t last_ms,
                            uint64_t due_ms) {
    uint64_t now = monotonic_ms - this->sum_ms;
    if (now < due_ms || now - due_ms < LATE_MS)
        return now;
    uint64_t before = due_ms > 0 ? due_ms - 1 : 0;
    uint64_t resumed = before > last_ms ? before : last_ms;
    this->sum_ms += now - resumed;
    return resumed;
}
