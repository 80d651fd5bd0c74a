#include "driver/loop.h"

#include "driver/cache_file.h"
#include "driver/clock.h"
#include "driver/multi.h"
#include "driver/network_watch.h"

#include <limits.h>
#include <string.h>

struct px_loop {
    const px_allocator *allocator;
    const px_poller_type *type;
    px_poller *poller;
    px_multi *multis;
    px_network_watch *network;
    px_cache_ledger cache_ledger;
    px_deadlines deadlines;
    uint64_t now;
    px_task *first_task;
    px_task *last_task;
    size_t task_count;
    px_garbage *garbage;
    px_garbage **garbage_end;
    px_posts posts;
    px_watch posts_watch;
    px_random random;
    px_buffer spare;
    size_t users;
    bool turning;
    bool quitting;
    bool doomed; /* freed inside a turn */
    pthread_t thread;
    bool has_thread; /* the one field that px_loop_start may look at while the thread is at work */
    char scratch[PX_LOOP_SCRATCH];
};

/* ---- Tasks and garbage ---- */

void px_loop_queue(px_loop *loop, px_task *task) {
    if (task->queued)
        return;
    /* Nobody waits for us to return into a turn: whoever waits for the descriptor must wake up. */
    if (!loop->turning && !loop->first_task)
        px_posts_wake(&loop->posts);
    task->queued = true;
    task->next = NULL;
    task->previous = loop->last_task;
    if (loop->last_task)
        loop->last_task->next = task;
    else
        loop->first_task = task;
    loop->last_task = task;
    loop->task_count++;
}

void px_loop_unqueue(px_loop *loop, px_task *task) {
    if (!task->queued)
        return;
    if (task->previous)
        task->previous->next = task->next;
    else
        loop->first_task = task->next;
    if (task->next)
        task->next->previous = task->previous;
    else
        loop->last_task = task->previous;
    task->queued = false;
    loop->task_count--;
}

/* Runs the tasks that are there, and those that they leave behind, but not for ever: a task that
 * queues itself again and again waits for the next turn. */
static void run_tasks(px_loop *loop) {
    for (int round = 0; round < 2; round++) {
        for (size_t budget = loop->task_count; budget > 0 && loop->first_task; budget--) {
            px_task *task = loop->first_task;
            px_loop_unqueue(loop, task);
            task->run(task);
        }
    }
}

void px_loop_discard(px_loop *loop, px_garbage *garbage, void (*destroy)(px_garbage *garbage)) {
    if (!loop->turning) {
        destroy(garbage);
        return;
    }
    garbage->destroy = destroy;
    garbage->next = NULL;
    *loop->garbage_end = garbage;
    loop->garbage_end = &garbage->next;
}

static void collect_garbage(px_loop *loop) {
    while (loop->garbage) {
        px_garbage *garbage = loop->garbage;
        loop->garbage = garbage->next;
        if (!loop->garbage)
            loop->garbage_end = &loop->garbage;
        garbage->destroy(garbage);
    }
}

/* ---- Life ---- */

static void on_posts(px_watch *watch, unsigned events) {
    (void)events;
    px_loop *loop = (px_loop *)((char *)watch - offsetof(px_loop, posts_watch));
    if (px_posts_take_quit(&loop->posts))
        loop->quitting = true;
    px_posts_run(&loop->posts);
}

static int init_poller(px_loop *loop) {
    int result = loop->type->create(loop->allocator, &loop->poller);
    if (result)
        return result;
    loop->posts_watch = (px_watch){.fd = px_posts_fd(&loop->posts), .ready = on_posts};
    result = loop->type->set(loop->poller, &loop->posts_watch, PX_READABLE);
    if (!result)
        result = px_multi_prepare(loop);
    if (result)
        loop->type->destroy(loop->poller);
    return result;
}

int px_loop_new(const px_allocator *allocator, const px_poller_type *poller, px_loop **loop) {
    px_loop *made = px_alloc(allocator, sizeof *made);
    if (!made)
        return PX_ERR_NO_MEMORY;
    memset(made, 0, offsetof(px_loop, scratch));
    made->allocator = allocator;
    made->garbage_end = &made->garbage;
    px_buffer_init(&made->spare, allocator, PX_LOOP_SCRATCH);
    made->type = poller ? poller : px_poller_epoll ? px_poller_epoll : px_poller_poll;
    px_deadlines_init(&made->deadlines, allocator);
    int result = px_random_init(&made->random);
    if (!result)
        result = px_posts_init(&made->posts, allocator);
    if (!result) {
        result = init_poller(made);
        if (result)
            px_posts_free(&made->posts);
    }
    if (result) {
        px_deadlines_free(&made->deadlines);
        px_free(allocator, made, sizeof *made);
        return result;
    }
    *loop = made;
    return PX_OK;
}

static void destroy(px_loop *loop) {
    px_network_watch_free(loop->network);
    px_multi_free_all(loop);
    loop->type->destroy(loop->poller);
    px_posts_free(&loop->posts);
    px_deadlines_free(&loop->deadlines);
    px_buffer_free(&loop->spare);
    px_free(loop->allocator, loop, sizeof *loop);
}

void px_loop_free(px_loop *loop) {
    px_loop_stop(loop);
    if (loop->has_thread) {
        /* We are on that thread: it ends by itself, and nobody is left to wait for it. */
        pthread_detach(pthread_self());
        loop->has_thread = false;
    }
    if (loop->turning)
        loop->doomed = true;
    else
        destroy(loop);
}

/* ---- Turning ---- */

int px_loop_fd(const px_loop *loop) {
    return loop->type->fd(loop->poller);
}

int px_loop_timeout(px_loop *loop) {
    if (loop->first_task)
        return 0;
    uint64_t next = px_deadlines_next(&loop->deadlines);
    if (next == UINT64_MAX)
        return -1;
    uint64_t now = px_clock_ms();
    if (next <= now)
        return 0;
    return next - now < INT_MAX ? (int)(next - now) : INT_MAX;
}

static int shorter(int a, int b) {
    if (a < 0 || b < 0)
        return a < 0 ? b : a;
    return a < b ? a : b;
}

static void handle_ready(px_loop *loop) {
    unsigned events;
    for (px_watch *watch; (watch = loop->type->next(loop->poller, &events)) != NULL;)
        watch->ready(watch, events);
}

/* One round. What has come counts before a deadline that has passed: no deadline fires before all is handled
 * that was ready. Whoever calls it destroys the loop afterwards if it was freed in the meantime. */
static int turn(px_loop *loop, int timeout_ms) {
    loop->turning = true;
    int result = loop->type->wait(loop->poller, shorter(timeout_ms, px_loop_timeout(loop)));
    loop->now = px_clock_ms();
    do
        handle_ready(loop);
    while (px_deadlines_next(&loop->deadlines) <= loop->now && loop->type->more(loop->poller));
    px_deadlines_fire(&loop->deadlines, loop->now);
    run_tasks(loop);
    collect_garbage(loop);
    loop->turning = false;
    return result;
}

int px_loop_turn(px_loop *loop, int timeout_ms) {
    if (loop->turning)
        return PX_ERR_STATE;
    int result = turn(loop, timeout_ms);
    if (loop->doomed)
        destroy(loop);
    return result;
}

/* With `users_needed`, returns too when nobody uses the loop. */
static int run(px_loop *loop, bool users_needed) {
    if (loop->turning)
        return PX_ERR_STATE;
    int result = PX_OK;
    while (!result && !loop->doomed && !loop->quitting && (loop->users > 0 || !users_needed))
        result = turn(loop, -1);
    loop->quitting = false;
    if (loop->doomed)
        destroy(loop);
    return result;
}

int px_loop_run(px_loop *loop) {
    return run(loop, true);
}

void px_loop_quit(px_loop *loop) {
    px_posts_quit(&loop->posts);
}

void px_loop_add_user(px_loop *loop) {
    loop->users++;
}

void px_loop_remove_user(px_loop *loop) {
    loop->users--;
}

int px_loop_post(px_loop *loop, const px_call *call) {
    return px_posts_add(&loop->posts, call);
}

void px_loop_drop_posts(px_loop *loop, const void *owner) {
    px_posts_drop(&loop->posts, owner);
}

/* ---- A thread of its own ---- */

/* The loop whose thread this is. */
static _Thread_local px_loop *loop_of_thread;

static void *run_thread(void *context) {
    loop_of_thread = context;
    (void)!run(context, false);
    return NULL;
}

int px_loop_start(px_loop *loop) {
    if (loop->has_thread || loop->turning)
        return PX_ERR_STATE;
    /* Set before the thread is there: from then on the loop is the thread's. */
    loop->has_thread = true;
    if (pthread_create(&loop->thread, NULL, run_thread, loop)) {
        loop->has_thread = false;
        return PX_ERR_SYSTEM;
    }
    return PX_OK;
}

void px_loop_stop(px_loop *loop) {
    if (!loop->has_thread || loop_of_thread == loop)
        return;
    px_posts_quit(&loop->posts);
    pthread_join(loop->thread, NULL);
    loop->has_thread = false;
    /* Should the thread have ended before it saw this. */
    (void)px_posts_take_quit(&loop->posts);
    loop->quitting = false;
}

/* ---- For what lives on the loop ---- */

uint64_t px_loop_now(const px_loop *loop) {
    return loop->turning ? loop->now : px_clock_ms();
}

const px_allocator *px_loop_allocator(const px_loop *loop) {
    return loop->allocator;
}

char *px_loop_scratch(px_loop *loop) {
    return loop->scratch;
}

px_buffer *px_loop_spare(px_loop *loop) {
    return &loop->spare;
}

px_random *px_loop_random(px_loop *loop) {
    return &loop->random;
}

px_multi **px_loop_multis(px_loop *loop) {
    return &loop->multis;
}

px_network_watch **px_loop_network(px_loop *loop) {
    return &loop->network;
}

px_cache_ledger *px_loop_cache_ledger(px_loop *loop) {
    return &loop->cache_ledger;
}

int px_loop_watch(px_loop *loop, px_watch *watch, unsigned wanted) {
    return loop->type->set(loop->poller, watch, wanted);
}

int px_loop_join(px_loop *loop, px_deadline *deadline, void (*fire)(px_deadline *deadline)) {
    return px_deadline_join(&loop->deadlines, deadline, fire);
}

void px_loop_leave(px_loop *loop, px_deadline *deadline) {
    px_deadline_leave(&loop->deadlines, deadline);
}

void px_loop_arm(px_loop *loop, px_deadline *deadline, uint64_t at) {
    px_deadline_set(&loop->deadlines, deadline, at);
}
