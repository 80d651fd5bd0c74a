#include "driver/deadlines.h"

enum { FIRST_CAPACITY = 8 };

void px_deadlines_init(px_deadlines *deadlines, const px_allocator *allocator) {
    *deadlines = (px_deadlines){.allocator = allocator};
}

void px_deadlines_free(px_deadlines *deadlines) {
    px_free(deadlines->allocator, deadlines->heap, deadlines->capacity * sizeof(px_deadline *));
    px_deadlines_init(deadlines, deadlines->allocator);
}

int px_deadline_join(px_deadlines *deadlines, px_deadline *deadline,
                     void (*fire)(px_deadline *deadline)) {
    if (deadlines->members == deadlines->capacity) {
        size_t capacity = deadlines->capacity ? deadlines->capacity * 2 : FIRST_CAPACITY;
        px_deadline **heap = px_resize(deadlines->allocator, deadlines->heap,
                                       deadlines->capacity * sizeof(px_deadline *),
                                       capacity * sizeof(px_deadline *));
        if (!heap)
            return PX_ERR_NO_MEMORY;
        deadlines->heap = heap;
        deadlines->capacity = capacity;
    }
    deadlines->members++;
    *deadline = (px_deadline){.at = UINT64_MAX, .fire = fire};
    return PX_OK;
}

void px_deadline_leave(px_deadlines *deadlines, px_deadline *deadline) {
    px_deadline_set(deadlines, deadline, UINT64_MAX);
    deadlines->members--;
}

static void put(px_deadlines *deadlines, size_t place, px_deadline *deadline) {
    deadlines->heap[place - 1] = deadline;
    deadline->place = place;
}

static void sift_up(px_deadlines *deadlines, size_t place, px_deadline *deadline) {
    while (place > 1 && deadlines->heap[place / 2 - 1]->at > deadline->at) {
        put(deadlines, place, deadlines->heap[place / 2 - 1]);
        place /= 2;
    }
    put(deadlines, place, deadline);
}

static void sift_down(px_deadlines *deadlines, size_t place, px_deadline *deadline) {
    for (size_t child; (child = place * 2) <= deadlines->count; place = child) {
        if (child < deadlines->count && deadlines->heap[child]->at < deadlines->heap[child - 1]->at)
            child++;
        if (deadlines->heap[child - 1]->at >= deadline->at)
            break;
        put(deadlines, place, deadlines->heap[child - 1]);
    }
    put(deadlines, place, deadline);
}

/* Finds the right place for a deadline that may take `place`, in either direction. */
static void settle(px_deadlines *deadlines, size_t place, px_deadline *deadline) {
    if (place > 1 && deadlines->heap[place / 2 - 1]->at > deadline->at)
        sift_up(deadlines, place, deadline);
    else
        sift_down(deadlines, place, deadline);
}

void px_deadline_set(px_deadlines *deadlines, px_deadline *deadline, uint64_t at) {
    deadline->at = at;
    if (at != UINT64_MAX) {
        settle(deadlines, deadline->place ? deadline->place : ++deadlines->count, deadline);
        return;
    }
    size_t hole = deadline->place;
    if (!hole)
        return;
    deadline->place = 0;
    px_deadline *last = deadlines->heap[--deadlines->count];
    if (last != deadline)
        settle(deadlines, hole, last);
}

uint64_t px_deadlines_next(const px_deadlines *deadlines) {
    return deadlines->count ? deadlines->heap[0]->at : UINT64_MAX;
}

void px_deadlines_fire(px_deadlines *deadlines, uint64_t now) {
    /* A deadline that arms itself again for the past must not keep us here for ever. */
    for (size_t budget = deadlines->count; budget > 0 && px_deadlines_next(deadlines) <= now;
         budget--) {
        px_deadline *deadline = deadlines->heap[0];
        px_deadline_set(deadlines, deadline, UINT64_MAX);
        deadline->fire(deadline);
    }
}
