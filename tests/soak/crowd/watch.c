#include "watch.h"

const char *watch_verdict_name(watch_verdict verdict) {
    static const char *const names[] = {"right", "early", "again", "lost"};
    return names[verdict];
}

void watch_subscribed(watch *this, uint64_t now_ms) {
    this->is_subscribed = true;
    this->subscribed_ms = now_ms;
    this->last = 0;
}

static bool is_one_lost(const watch *this, const watch_event *event) {
    if (event->before == 0)
        return false;
    return this->last > 0 ? event->before > this->last : event->before_ms > this->subscribed_ms;
}

watch_verdict watch_take(watch *this, const watch_event *event) {
    if (!this->is_subscribed)
        return WATCH_EARLY;
    if (event->number <= this->last)
        return WATCH_AGAIN;
    watch_verdict verdict = is_one_lost(this, event) ? WATCH_LOST : WATCH_RIGHT;
    this->last = event->number;
    return verdict;
}

void watch_end(watch *this) {
    if (!this->is_subscribed)
        return;
    if (!this->has_ended)
        this->ended_last = this->last;
    this->has_ended = true;
    this->is_subscribed = false;
}

void watch_mark(watch *this) {
    this->has_ended = false;
}
