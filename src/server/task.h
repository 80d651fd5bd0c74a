/* Something that the hub does later, beside what the connections' own timers do: a part of what it
 * does something with, so that nothing can fail when it is set. */
#ifndef PX_SERVER_TASK_H
#define PX_SERVER_TASK_H

#include "server/hub.h"

typedef struct px_task {
    px_wheel_node timer;
    void (*run)(px_hub *hub, struct px_task *task); /* it is not set any more then */
} px_task;

/* Sets the task, or moves it. It runs never early, and late by at most PX_WHEEL_STEP_MS. */
void px_task_set(px_hub *hub, px_task *task, uint64_t due_ms);

/* Does nothing when it is not set. */
void px_task_clear(px_hub *hub, px_task *task);

static inline bool px_task_is_set(const px_task *task) {
    return task->timer.link != NULL;
}

#endif
