/* A timer wheel: any number of timers, each set, moved or cleared in constant time. Timers are part
 * of what they time (intrusive), so setting one never fails. They fire never early, and late by at
 * most PX_WHEEL_STEP_MS. */
#ifndef PX_SERVER_WHEEL_H
#define PX_SERVER_WHEEL_H

#include <stdint.h>

enum {
    PX_WHEEL_STEP_MS = 128,
    PX_WHEEL_SLOTS = 1024, /* a good two minutes; later timers are looked at once a turn */
};

typedef struct px_wheel_node {
    struct px_wheel_node *next;
    struct px_wheel_node **link; /* what points at this node; NULL: not set */
    uint64_t due_ms;
} px_wheel_node;

typedef struct px_wheel {
    px_wheel_node *slots[PX_WHEEL_SLOTS];
    uint64_t step;     /* the first step whose timers have not all fired */
    uint64_t earliest; /* no timer is due in a step before this one */
    uint64_t count;
} px_wheel;

void px_wheel_init(px_wheel *wheel, uint64_t now_ms);

/* Sets the timer, or moves it. */
void px_wheel_set(px_wheel *wheel, px_wheel_node *node, uint64_t due_ms);

/* Does nothing when it is not set. */
void px_wheel_clear(px_wheel *wheel, px_wheel_node *node);

/* Takes out one timer that is due and returns it; NULL when there is none (left). */
px_wheel_node *px_wheel_pop(px_wheel *wheel, uint64_t now_ms);

/* When px_wheel_pop may next have something; UINT64_MAX: no timer is set. */
uint64_t px_wheel_deadline(const px_wheel *wheel);

#endif
