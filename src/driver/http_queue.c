#include "driver/http_queue.h"

#include "driver/http_job.h"

static const size_t max_active[PX_HTTP_LANES] = {
    [PX_HTTP_TRANSPORT] = SIZE_MAX,
    [PX_HTTP_AUTHORIZATION] = 6,
    [PX_HTTP_BACKGROUND] = 1,
};

static px_slice key_of(const uint32_t *id) {
    return px_slice_of((const char *)id, sizeof *id);
}

static void add_waiting(px_http_queue *queue, px_http_job *job) {
    px_http_jobs *waiting = &queue->waiting[job->lane];
    job->previous = waiting->last;
    if (waiting->last)
        waiting->last->next = job;
    else
        waiting->first = job;
    waiting->last = job;
}

static void remove_waiting(px_http_queue *queue, px_http_job *job) {
    px_http_jobs *waiting = &queue->waiting[job->lane];
    if (job->previous)
        job->previous->next = job->next;
    else
        waiting->first = job->next;
    if (job->next)
        job->next->previous = job->previous;
    else
        waiting->last = job->previous;
    job->next = job->previous = NULL;
}

/* The queue has no part in it any more. */
static void drop(px_http_job *job) {
    px_http_queue *queue = job->queue;
    px_map_remove(&queue->jobs, key_of(&job->id));
    if (!px_map_count(&queue->jobs))
        px_map_free(&queue->jobs); /* most clients have none most of the time */
    if (!job->active) {
        remove_waiting(queue, job);
        return;
    }
    queue->active[job->lane]--;
    if (queue->waiting[job->lane].first)
        px_loop_queue(queue->loop, &queue->start_more);
}

/* It leaves first, so that the owner may do anything when it hears of it. */
void px_http_queue_report(px_http_job *job, const px_http_reply *reply) {
    const px_http_queue *queue = job->queue;
    drop(job);
    queue->events->done(queue->owner, job->id, reply);
    px_http_job_free(job);
}

static void report_failure(px_http_job *job, int result) {
    px_http_reply reply = {0};
    px_buffer_init(&reply.body, px_loop_allocator(job->loop), 0);
    px_failure_of_peer(&reply.failure, result, job->options.url,
                       result == PX_ERR_ARGUMENT ? "this can't be requested from"
                                                 : "no memory left for a request to",
                       PX_SLICE(""));
    px_http_queue_report(job, &reply);
}

/* False: one failed, and the owner, who heard of it, may have freed the queue. */
static bool start_lane(px_http_queue *queue, px_http_lane lane) {
    while (queue->waiting[lane].first && queue->active[lane] < max_active[lane]) {
        px_http_job *job = queue->waiting[lane].first;
        remove_waiting(queue, job);
        job->active = true;
        queue->active[lane]++;
        int result = px_http_job_begin(job);
        if (result) {
            px_loop_queue(queue->loop, &queue->start_more);
            report_failure(job, result);
            return false;
        }
    }
    return true;
}

static void start_more(px_task *task) {
    px_http_queue *queue = (px_http_queue *)((char *)task - offsetof(px_http_queue, start_more));
    for (px_http_lane lane = 0; lane < PX_HTTP_LANES; lane++) {
        if (!start_lane(queue, lane))
            return;
    }
}

void px_http_queue_init(px_http_queue *queue, px_multi *multi, const px_http_events *events,
                        void *owner) {
    static const uint64_t seed[2]; /* ids are ours: nobody can choose colliding ones */
    px_loop *loop = px_multi_loop(multi);
    *queue = (px_http_queue){.multi = multi,
                             .loop = loop,
                             .events = events,
                             .owner = owner,
                             .start_more = {.run = start_more}};
    px_map_init(&queue->jobs, px_loop_allocator(loop), seed);
}

void px_http_queue_free(px_http_queue *queue) {
    size_t cursor = 0;
    for (px_map_entry entry; px_map_next(&queue->jobs, &cursor, &entry);)
        px_http_job_free(entry.value);
    px_map_free(&queue->jobs);
    memset(queue->waiting, 0, sizeof queue->waiting);
    memset(queue->active, 0, sizeof queue->active);
    px_loop_unqueue(queue->loop, &queue->start_more);
}

int px_http_queue_start(px_http_queue *queue, uint32_t id, px_http_lane lane, bool streams,
                        const px_http_call_options *options) {
    px_http_job *job;
    int result = px_http_job_new(queue, id, lane, streams, options, &job);
    if (result)
        return result;
    result = px_map_put(&queue->jobs, key_of(&job->id), job);
    if (result) {
        px_http_job_free(job);
        return result;
    }
    add_waiting(queue, job);
    px_loop_queue(queue->loop, &queue->start_more);
    return PX_OK;
}

void px_http_queue_cancel(px_http_queue *queue, uint32_t id) {
    px_http_job *job = px_map_get(&queue->jobs, key_of(&id));
    if (!job)
        return;
    drop(job);
    px_http_job_free(job);
}
