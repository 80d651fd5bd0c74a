#include "core/slots.h"

enum {
    SLOT_BITS = 20,
    MAX_SLOTS = 1 << SLOT_BITS,
    MAX_GENERATION = (1 << (32 - SLOT_BITS)) - 1,
    FIRST_CAPACITY = 4,
};

void px_slots_init(px_slots *slots, const px_allocator *allocator) {
    *slots = (px_slots){.allocator = allocator};
}

void px_slots_free(px_slots *slots) {
    px_free(slots->allocator, slots->slots, slots->capacity * sizeof(*slots->slots));
    px_slots_init(slots, slots->allocator);
}

static int grow(px_slots *slots) {
    uint32_t capacity = slots->capacity ? slots->capacity * 2 : FIRST_CAPACITY;
    if (capacity > MAX_SLOTS)
        return PX_ERR_LIMIT;
    px_slot *grown = px_resize(slots->allocator, slots->slots, slots->capacity * sizeof(*grown),
                               capacity * sizeof(*grown));
    if (!grown)
        return PX_ERR_NO_MEMORY;
    for (uint32_t i = slots->capacity; i < capacity; i++)
        grown[i] = (px_slot){.next_free = i + 1 < capacity ? i + 2 : 0};
    slots->first_free = slots->capacity + 1;
    slots->slots = grown;
    slots->capacity = capacity;
    return PX_OK;
}

int px_slots_add(px_slots *slots, void *item, uint32_t *id) {
    int result = slots->first_free ? PX_OK : grow(slots);
    if (result != PX_OK)
        return result;
    uint32_t number = slots->first_free - 1;
    px_slot *slot = &slots->slots[number];
    slots->first_free = slot->next_free;
    slot->item = item;
    slot->generation = slot->generation % MAX_GENERATION + 1;
    *id = slot->generation << SLOT_BITS | number;
    return PX_OK;
}

void *px_slots_get(const px_slots *slots, uint32_t id) {
    uint32_t number = id & (MAX_SLOTS - 1);
    if (number >= slots->capacity || slots->slots[number].generation != id >> SLOT_BITS)
        return NULL;
    return slots->slots[number].item;
}

void px_slots_remove(px_slots *slots, uint32_t id) {
    uint32_t number = id & (MAX_SLOTS - 1);
    slots->slots[number].item = NULL;
    slots->slots[number].next_free = slots->first_free;
    slots->first_free = number + 1;
}
