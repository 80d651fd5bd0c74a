#include "core/queue.h"

enum { FIRST_CAPACITY = 8, KEPT_CAPACITY = 256 };

void px_queue_init(px_queue *queue, const px_allocator *allocator) {
    *queue = (px_queue){.allocator = allocator};
}

void px_queue_free(px_queue *queue) {
    px_free(queue->allocator, queue->actions, queue->capacity * sizeof(*queue->actions));
    px_queue_init(queue, queue->allocator);
}

/* Makes room for `needed` actions in all. */
static int grow(px_queue *queue, size_t needed) {
    if (!PX_IS_TIGHT && needed <= queue->capacity)
        return PX_OK;
    size_t capacity = queue->capacity ? queue->capacity : FIRST_CAPACITY;
    while (capacity < needed)
        capacity *= 2;
    px_action *actions = px_alloc(queue->allocator, capacity * sizeof(*actions));
    if (!actions)
        return PX_ERR_NO_MEMORY;
    for (size_t i = 0; i < queue->count; i++)
        actions[i] = queue->actions[(queue->first + i) & (queue->capacity - 1)];
    px_free(queue->allocator, queue->actions, queue->capacity * sizeof(*actions));
    queue->actions = actions;
    queue->capacity = capacity;
    queue->first = 0;
    return PX_OK;
}

int px_queue_reserve(px_queue *queue) {
    int result = grow(queue, queue->count + queue->reserved + 1);
    if (result == PX_OK)
        queue->reserved++;
    return result;
}

void px_queue_release(px_queue *queue) {
    queue->reserved--;
}

px_action *px_queue_push_reserved(px_queue *queue, px_action_type type, px_id id) {
    queue->reserved--;
    px_action *action = &queue->actions[(queue->first + queue->count++) & (queue->capacity - 1)];
    *action = (px_action){.type = type, .id = id};
    return action;
}

px_action *px_queue_push(px_queue *queue, px_action_type type, px_id id) {
    if (px_queue_reserve(queue) != PX_OK)
        return NULL;
    return px_queue_push_reserved(queue, type, id);
}

bool px_queue_pop(px_queue *queue, px_action *action) {
    if (!queue->count)
        return false;
    *action = queue->actions[queue->first];
    queue->first = (queue->first + 1) & (queue->capacity - 1);
    queue->count--;
    return true;
}

void px_queue_trim(px_queue *queue) {
    size_t kept = KEPT_CAPACITY;
    while (kept < queue->reserved)
        kept *= 2;
    if (queue->capacity <= kept)
        return;
    px_action *actions = px_resize(queue->allocator, queue->actions,
                                   queue->capacity * sizeof(*actions), kept * sizeof(*actions));
    if (!actions)
        return;
    queue->actions = actions;
    queue->capacity = kept;
    queue->first = 0;
}
