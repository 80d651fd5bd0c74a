/* Deadlines in a binary heap: the loop's timers. */
#ifndef PX_DRIVER_DEADLINES_H
#define PX_DRIVER_DEADLINES_H

#include "base/alloc.h"
#include "base/result.h"

#include <stdint.h>

/* Embedded in what has the deadline. */
typedef struct px_deadline px_deadline;
struct px_deadline {
    uint64_t at;
    size_t place; /* in the heap, from 1; 0: not armed */
    void (*fire)(px_deadline *deadline);
};

typedef struct px_deadlines {
    const px_allocator *allocator;
    px_deadline **heap;
    size_t count;
    size_t capacity;
    size_t members; /* that may be armed at the same time */
} px_deadlines;

/* Allocates nothing yet. */
void px_deadlines_init(px_deadlines *deadlines, const px_allocator *allocator);
void px_deadlines_free(px_deadlines *deadlines);

/* Prepares a deadline; from then on setting it never fails. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_deadline_join(px_deadlines *deadlines, px_deadline *deadline,
                                   void (*fire)(px_deadline *deadline));

/* Ends what px_deadline_join began. */
void px_deadline_leave(px_deadlines *deadlines, px_deadline *deadline);

/* Arms it for `at`, instead of what it was armed for; UINT64_MAX disarms it. */
void px_deadline_set(px_deadlines *deadlines, px_deadline *deadline, uint64_t at);

/* The earliest; UINT64_MAX: none is armed. */
uint64_t px_deadlines_next(const px_deadlines *deadlines);

/* Disarms and fires what is due at `now`, each deadline at most once. */
void px_deadlines_fire(px_deadlines *deadlines, uint64_t now);

#endif
