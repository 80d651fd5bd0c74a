/* Slots with generations: turns pointers into ids that die with what they stand for. An id is the
 * slot's number in the low 20 bits and its generation above; it is never 0. */
#ifndef PX_CORE_SLOTS_H
#define PX_CORE_SLOTS_H

#include "base/alloc.h"
#include "base/result.h"

#include <stdint.h>

typedef struct px_slot {
    void *item; /* NULL: free */
    uint32_t generation;
    uint32_t next_free; /* number + 1 of the next free slot; 0: the last */
} px_slot;

typedef struct px_slots {
    const px_allocator *allocator;
    px_slot *slots;
    uint32_t capacity;
    uint32_t first_free; /* number + 1; 0: none */
} px_slots;

/* Allocates nothing yet. */
void px_slots_init(px_slots *slots, const px_allocator *allocator);

/* Releases the slots, not the items. */
void px_slots_free(px_slots *slots);

/* Gives `item` an id. PX_ERR_NO_MEMORY, PX_ERR_LIMIT (more than a million). */
PX_MUST_CHECK int px_slots_add(px_slots *slots, void *item, uint32_t *id);

/* NULL for 0 and for a dead id. */
void *px_slots_get(const px_slots *slots, uint32_t id);

/* Lets a living id die. */
void px_slots_remove(px_slots *slots, uint32_t id);

#endif
