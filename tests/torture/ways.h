/* The ways to fail, one after the other: what is tortured lives through each of them. */
#ifndef TORTURE_WAYS_H
#define TORTURE_WAYS_H

#include "faults.h"

/* Lives through the faults that are planned. `may_spin`: the way makes a loop try at once. */
typedef void ways_live(const char *what, bool may_spin);

/* Each way of a system call once: at the first call, at the second, and so on, `most` of them or until so many are made no
 * longer. */
void ways_once(int most, ways_live *live);

/* One way that goes on, behind `skip` calls that go well, behind one more, and so on, alike. */
void ways_lasting(const fault *way, int skip, int most, ways_live *live);

/* Each allocation fails once, or about `most` of them (0: each). */
void ways_without_memory(int most, ways_live *live);

/* The same with all allocations after one failing, behind the first `skip`. */
void ways_with_no_memory_left(int skip, int most, ways_live *live);

/* All ways at random, `count` times, or only as $SEED says. Between `least` and six times `step` more of a
 * thousand calls fail. */
void ways_at_random(unsigned count, int least, int step, ways_live *live);

#endif
