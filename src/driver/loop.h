/* The loop that one client or ten thousand share: readiness, deadlines, tasks, posts from other
 * threads. Everything in it happens on one thread, save px_loop_post and px_loop_quit.
 *
 * One turn waits, then handles what is ready, then what is due, then what was posted, then the
 * tasks that all of these left behind. Nothing is called back outside of a turn. */
#ifndef PX_DRIVER_LOOP_H
#define PX_DRIVER_LOOP_H

#include "base/buffer.h"
#include "driver/deadlines.h"
#include "driver/poller.h"
#include "driver/posts.h"
#include "driver/random.h"

#include <stdbool.h>

typedef struct px_loop px_loop;
typedef struct px_multi px_multi;
typedef struct px_network_watch px_network_watch;
typedef struct px_cache_ledger px_cache_ledger;

/* Bytes of the buffer that all connections of a loop read into. */
enum { PX_LOOP_SCRATCH = 262144 };

/* `poller` NULL: the best the system has. PX_ERR_NO_MEMORY, PX_ERR_SYSTEM. */
PX_MUST_CHECK int px_loop_new(const px_allocator *allocator, const px_poller_type *poller,
                              px_loop **loop);

/* Legal inside a turn, too: the loop then goes when the turn is over. Posts that did not run yet
 * are dropped. */
void px_loop_free(px_loop *loop);

/* ---- Turning ---- */

/* -1: the poller has none. */
int px_loop_fd(const px_loop *loop);

/* Milliseconds until the next turn is needed, at the latest; -1: not before the descriptor is
 * readable. */
int px_loop_timeout(px_loop *loop);

/* One turn that waits at most so many milliseconds (-1: until something happens). PX_ERR_STATE when
 * it is called out of a turn of the same loop, PX_ERR_SYSTEM. */
int px_loop_turn(px_loop *loop, int timeout_ms);

/* Turns until px_loop_quit, or until nobody uses the loop. Errors as px_loop_turn. */
int px_loop_run(px_loop *loop);

/* Thread-safe: ends px_loop_run, the present one or else the next. */
void px_loop_quit(px_loop *loop);

/* Users keep px_loop_run going. */
void px_loop_add_user(px_loop *loop);
void px_loop_remove_user(px_loop *loop);

/* ---- A thread of its own ---- */

/* Runs the loop on a thread until px_loop_stop. PX_ERR_STATE: there is a thread already.
 * PX_ERR_SYSTEM, PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_loop_start(px_loop *loop);

/* Waits for the end of the present turn and of the thread. Does nothing when there is no thread, or
 * on that thread itself. */
void px_loop_stop(px_loop *loop);

/* Thread-safe: makes the call on the loop's thread, in the order of the posts. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_loop_post(px_loop *loop, const px_call *call);

/* Drops the posts of an owner that goes. */
void px_loop_drop_posts(px_loop *loop, const void *owner);

/* ---- For what lives on the loop ---- */

uint64_t px_loop_now(const px_loop *loop);
const px_allocator *px_loop_allocator(const px_loop *loop);
char *px_loop_scratch(px_loop *loop);

/* Empty; whoever needs a buffer for a while may take its memory, and leave it there afterwards. */
px_buffer *px_loop_spare(px_loop *loop);
px_random *px_loop_random(px_loop *loop);

/* The places of multi.c and network_watch.c: NULL before their first users. */
px_multi **px_loop_multis(px_loop *loop);
px_network_watch **px_loop_network(px_loop *loop);

/* The place of cache_file.c. */
px_cache_ledger *px_loop_cache_ledger(px_loop *loop);

/* See px_poller_type.set. */
PX_MUST_CHECK int px_loop_watch(px_loop *loop, px_watch *watch, unsigned wanted);

/* See deadlines.h. */
PX_MUST_CHECK int px_loop_join(px_loop *loop, px_deadline *deadline,
                               void (*fire)(px_deadline *deadline));
void px_loop_leave(px_loop *loop, px_deadline *deadline);
void px_loop_arm(px_loop *loop, px_deadline *deadline, uint64_t at);

/* Work that waits for the end of the turn; embedded in what it is for. */
typedef struct px_task px_task;
struct px_task {
    px_task *next;
    px_task *previous;
    void (*run)(px_task *task);
    bool queued;
};

/* Runs the task once, at the end of this turn or the next. Queueing it again before is one run. */
void px_loop_queue(px_loop *loop, px_task *task);
void px_loop_unqueue(px_loop *loop, px_task *task);

/* Memory that is given back when the turn is over (at once outside of turns), so that whoever is
 * still at work on it inside the turn may look at it. What was discarded first goes first. */
typedef struct px_garbage px_garbage;
struct px_garbage {
    px_garbage *next;
    void (*destroy)(px_garbage *garbage);
};

void px_loop_discard(px_loop *loop, px_garbage *garbage, void (*destroy)(px_garbage *garbage));

#endif
