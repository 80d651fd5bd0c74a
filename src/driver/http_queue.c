#include "driver/http_queue.h"

#include "base/arena.h"
#include "driver/multi.h"

enum { MAX_ACTIVE = 6, MAX_JOB_SIZE = 1 << 20 };

struct px_http_job {
    px_transfer transfer; /* no easy handle: it still waits */
    px_http_job *next;
    px_http_queue *queue;
    uint32_t id;
    px_http_call_options options;
    px_arena arena; /* what the options point to */
    px_http_exchange exchange;
};

static const px_allocator *allocator_of(const px_http_queue *queue) {
    return px_loop_allocator(queue->loop);
}

static void destroy(px_http_job *job) {
    px_http_queue *queue = job->queue;
    if (job->transfer.easy) {
        px_multi_remove(px_loop_multi(queue->loop), &job->transfer);
        px_http_exchange_free(&job->exchange);
    }
    px_arena_free(&job->arena);
    px_free(allocator_of(queue), job, sizeof *job);
}

/* Takes it out of a list; false: it is not in it. */
static bool unlink_from(px_http_job **list, px_http_job *job, px_http_job **before) {
    *before = NULL;
    for (px_http_job **link = list; *link; link = &(*link)->next) {
        if (*link == job) {
            *link = job->next;
            return true;
        }
        *before = *link;
    }
    return false;
}

static void drop(px_http_queue *queue, px_http_job *job) {
    px_http_job *before;
    if (unlink_from(&queue->active, job, &before)) {
        queue->active_count--;
        if (queue->first_waiting)
            px_loop_queue(queue->loop, &queue->start_more);
    } else if (unlink_from(&queue->first_waiting, job, &before) && queue->last_waiting == job) {
        queue->last_waiting = before;
    }
}

/* The request leaves first, so that the owner may do anything when it hears of it. */
static void report(px_http_job *job, const px_http_reply *reply) {
    px_http_queue *queue = job->queue;
    drop(queue, job);
    px_http_done_fn done = queue->done;
    void *owner = queue->owner;
    uint32_t id = job->id;
    done(owner, id, reply);
    destroy(job);
}

static void on_done(px_transfer *transfer, CURLcode code) {
    px_http_job *job = (px_http_job *)transfer;
    px_http_exchange_finish(&job->exchange, code);
    report(job, &job->exchange.reply);
}

static int begin(px_http_job *job) {
    px_http_queue *queue = job->queue;
    int result = px_http_exchange_init(&job->exchange, allocator_of(queue), &job->options);
    if (result)
        return result;
    job->transfer = (px_transfer){.easy = job->exchange.easy, .done = on_done};
    result = px_multi_add(px_loop_multi(queue->loop), &job->transfer);
    if (result) {
        px_http_exchange_free(&job->exchange);
        job->transfer.easy = NULL;
    }
    return result;
}

static void report_failure(px_http_job *job, int result) {
    px_http_reply reply = {0};
    px_buffer_init(&reply.body, allocator_of(job->queue), 0);
    px_failure_of_peer(&reply.failure, result, job->options.url,
                       result == PX_ERR_ARGUMENT ? "this can't be requested from"
                                                 : "no memory left for a request to",
                       PX_SLICE(""));
    report(job, &reply);
}

static void start_more(px_task *task) {
    px_http_queue *queue = (px_http_queue *)((char *)task - offsetof(px_http_queue, start_more));
    while (queue->first_waiting && queue->active_count < MAX_ACTIVE) {
        px_http_job *job = queue->first_waiting;
        drop(queue, job);
        job->next = queue->active;
        queue->active = job;
        queue->active_count++;
        int result = begin(job);
        if (result)
            report_failure(job, result);
    }
}

void px_http_queue_init(px_http_queue *queue, px_loop *loop, px_http_done_fn done, void *owner) {
    *queue = (px_http_queue){
        .loop = loop, .done = done, .owner = owner, .start_more = {.run = start_more}};
}

static void free_list(px_http_job **list) {
    while (*list) {
        px_http_job *job = *list;
        *list = job->next;
        destroy(job);
    }
}

void px_http_queue_free(px_http_queue *queue) {
    px_loop_unqueue(queue->loop, &queue->start_more);
    free_list(&queue->active);
    free_list(&queue->first_waiting);
    queue->last_waiting = NULL;
    queue->active_count = 0;
}

static int copy_options(px_http_job *job, const px_http_call_options *options) {
    px_arena *arena = &job->arena;
    px_http_call_options *copy = &job->options;
    *copy = *options;
    int result = px_arena_copy(arena, options->method, &copy->method);
    if (!result)
        result = px_arena_copy(arena, options->url, &copy->url);
    if (!result)
        result = px_arena_copy(arena, options->body, &copy->body);
    if (result || !options->header_count)
        return result;
    void *memory;
    result = px_arena_alloc(arena, options->header_count * sizeof(px_header), &memory);
    px_header *headers = memory;
    for (size_t i = 0; !result && i < options->header_count; i++) {
        result = px_arena_copy(arena, options->headers[i].name, &headers[i].name);
        if (!result)
            result = px_arena_copy(arena, options->headers[i].value, &headers[i].value);
    }
    copy->headers = result ? NULL : headers;
    return result;
}

int px_http_queue_start(px_http_queue *queue, uint32_t id, const px_http_call_options *options) {
    px_http_job *job = px_alloc_zero(allocator_of(queue), sizeof *job);
    if (!job)
        return PX_ERR_NO_MEMORY;
    job->queue = queue;
    job->id = id;
    px_arena_init(&job->arena, allocator_of(queue), MAX_JOB_SIZE);
    int result = copy_options(job, options);
    if (result) {
        destroy(job);
        return result;
    }
    if (queue->last_waiting)
        queue->last_waiting->next = job;
    else
        queue->first_waiting = job;
    queue->last_waiting = job;
    px_loop_queue(queue->loop, &queue->start_more);
    return PX_OK;
}

static px_http_job *find(px_http_job *list, uint32_t id) {
    while (list && list->id != id)
        list = list->next;
    return list;
}

void px_http_queue_cancel(px_http_queue *queue, uint32_t id) {
    px_http_job *job = find(queue->active, id);
    if (!job)
        job = find(queue->first_waiting, id);
    if (!job)
        return;
    drop(queue, job);
    destroy(job);
}
