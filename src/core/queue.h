/* The queue of actions: a ring that is reused, with places reserved for farewells.
 *
 * An object that must be able to say goodbye (a transport: CLOSE, a request: CANCEL, a channel:
 * CHANNEL_GONE) reserves its place when it is born, where a lack of memory can still be reported.
 * So ending anything never fails. */
#ifndef PX_CORE_QUEUE_H
#define PX_CORE_QUEUE_H

#include "core/core.h"

typedef struct px_queue {
    const px_allocator *allocator;
    px_action *actions;
    size_t capacity; /* a power of two, or 0 */
    size_t first;
    size_t count;
    size_t reserved;
} px_queue;

/* Allocates nothing yet. */
void px_queue_init(px_queue *queue, const px_allocator *allocator);
void px_queue_free(px_queue *queue);

/* Reserves one place. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_queue_reserve(px_queue *queue);

/* Gives a reserved place back, unused. */
void px_queue_release(px_queue *queue);

/* A new action at the end, all zero but for its type and id: fill it in at once. NULL: no memory.
 */
px_action *px_queue_push(px_queue *queue, px_action_type type, px_id id);

/* The same in a place that was reserved: never NULL. */
px_action *px_queue_push_reserved(px_queue *queue, px_action_type type, px_id id);

bool px_queue_pop(px_queue *queue, px_action *action);

/* Gives back the memory of a burst. Only when the queue is empty. */
void px_queue_trim(px_queue *queue);

#endif
