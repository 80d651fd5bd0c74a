#include "server/wheel.h"

#include <stddef.h>

void px_wheel_init(px_wheel *wheel, uint64_t now_ms) {
    *wheel = (px_wheel){.step = now_ms / PX_WHEEL_STEP_MS};
    wheel->earliest = wheel->step;
}

void px_wheel_clear(px_wheel *wheel, px_wheel_node *node) {
    if (!node->link)
        return;
    *node->link = node->next;
    if (node->next)
        node->next->link = node->link;
    node->link = NULL;
    wheel->count--;
}

void px_wheel_set(px_wheel *wheel, px_wheel_node *node, uint64_t due_ms) {
    px_wheel_clear(wheel, node);
    uint64_t step = due_ms / PX_WHEEL_STEP_MS;
    if (step < wheel->step)
        step = wheel->step;
    if (step > wheel->step + PX_WHEEL_SLOTS - 1)
        step = wheel->step + PX_WHEEL_SLOTS - 1;
    px_wheel_node **slot = &wheel->slots[step % PX_WHEEL_SLOTS];
    node->due_ms = due_ms;
    node->next = *slot;
    node->link = slot;
    if (node->next)
        node->next->link = &node->next;
    *slot = node;
    if (wheel->count++ == 0 || step < wheel->earliest)
        wheel->earliest = step;
}

/* Timers that were cleared leave `earliest` too early; this makes up for it. */
static void find_earliest(px_wheel *wheel) {
    if (wheel->earliest < wheel->step)
        wheel->earliest = wheel->step;
    if (wheel->count)
        while (!wheel->slots[wheel->earliest % PX_WHEEL_SLOTS])
            wheel->earliest++;
}

px_wheel_node *px_wheel_pop(px_wheel *wheel, uint64_t now_ms) {
    uint64_t now = now_ms / PX_WHEEL_STEP_MS;
    while (wheel->step < now && wheel->count) {
        px_wheel_node *node = wheel->slots[wheel->step % PX_WHEEL_SLOTS];
        if (!node) {
            wheel->step++;
        } else if (node->due_ms / PX_WHEEL_STEP_MS > wheel->step) {
            px_wheel_set(wheel, node, node->due_ms); /* was beyond the wheel's reach; go nearer */
        } else {
            px_wheel_clear(wheel, node);
            return node;
        }
    }
    if (wheel->step < now)
        wheel->step = now;
    find_earliest(wheel);
    return NULL;
}

uint64_t px_wheel_deadline(const px_wheel *wheel) {
    return wheel->count ? (wheel->earliest + 1) * PX_WHEEL_STEP_MS : UINT64_MAX;
}
