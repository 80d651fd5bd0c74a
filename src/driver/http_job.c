#include "driver/http_job.h"

enum {
    MAX_JOB_SIZE = 1 << 20,
    STREAM_BUFFER = 4096, /* libcurl's, as long as the request lasts: ten thousand may wait */
    MAX_PIECE = 1 << 22,  /* more than libcurl reads in one turn: it gives way to others before */
    MAX_IDLE_S = 4,       /* servers keep idle connections for five seconds at least */
};

#define JOB_OF(member, pointer)                                                                    \
    ((px_http_job *)(void *)((char *)(pointer)-offsetof(px_http_job, member)))

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

/* ---- Pieces ---- */

/* The owner hears of it after libcurl has returned: what it then does, libcurl would refuse to do
 * inside of its own callback. */
static bool take_piece(px_http_exchange *exchange, px_slice piece) {
    px_http_job *job = JOB_OF(exchange, exchange);
    if (px_buffer_append(&job->piece, piece))
        return false;
    px_multi_hear(job->multi, &job->transfer);
    return true;
}

static void tell_piece(px_http_job *job) {
    if (!job->piece.len)
        return;
    /* The owner may end the job. */
    px_buffer piece = job->piece;
    px_buffer_init(&job->piece, px_loop_allocator(job->loop), MAX_PIECE);
    const px_http_queue *queue = job->queue;
    queue->events->piece(queue->owner, job->id, px_http_exchange_status(&job->exchange),
                         px_buffer_slice(&piece));
    px_buffer_free(&piece);
}

static void on_hear(px_transfer *transfer) {
    tell_piece(JOB_OF(transfer, transfer));
}

/* ---- The transfer ---- */

/* libcurl repeats a request by itself when the connection that it had kept ends without an answer. What
 * was sent may have arrived, and the answer, with messages, may have been on its way: the owner must
 * hear that the connection was cut. */
static int on_request(void *context, char *peer, char *own, int peer_port, int own_port) {
    (void)peer;
    (void)own;
    (void)peer_port;
    (void)own_port;
    px_http_job *job = context;
    bool again = job->asked && px_http_exchange_status(&job->exchange) == 0;
    job->asked = true;
    return again ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* A proxy that is handed plain requests may end a connection after any of them, without a word about
 * it before. */
static bool is_handed_to_a_proxy(const px_http_call_options *options) {
    px_slice proxy = px_route_proxy(options->route, options->url);
    return px_slice_starts_with(options->url, PX_SLICE("http:")) && proxy.len &&
           !px_slice_starts_with(proxy, PX_SLICE("socks"));
}

/* So that a connection that ends is one that was cut: those that might end by themselves are not
 * used again. */
static int set_transport(px_http_job *job) {
    CURL *easy = job->exchange.easy;
    long is_single = is_handed_to_a_proxy(&job->options);
    if (curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_request) ||
        curl_easy_setopt(easy, CURLOPT_PREREQDATA, job) ||
        curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)MAX_IDLE_S) ||
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, is_single) ||
        curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, is_single))
        return PX_ERR_NO_MEMORY;
    return PX_OK;
}

static int set_stream(px_http_job *job) {
    job->exchange.take = take_piece;
    if (curl_easy_setopt(job->exchange.easy, CURLOPT_BUFFERSIZE, (long)STREAM_BUFFER))
        return PX_ERR_NO_MEMORY;
    return px_knock_start(&job->knock, job->multi, &job->transfer);
}

static void on_done(px_transfer *transfer, CURLcode code) {
    px_http_job *job = JOB_OF(transfer, transfer);
    px_knock_stop(&job->knock);
    tell_piece(job);
    if (!job->queue)
        return;
    px_http_exchange_finish(&job->exchange, code);
    px_http_queue_report(job, &job->exchange.reply);
}

static void on_timeout(px_deadline *deadline) {
    px_http_job *job = JOB_OF(timeout, deadline);
    on_done(&job->transfer, CURLE_OPERATION_TIMEDOUT);
}

static int start_timeout(px_http_job *job, uint32_t timeout_ms) {
    if (timeout_ms == PX_HTTP_NO_TIMEOUT)
        return PX_OK;
    if (px_loop_join(job->loop, &job->timeout, on_timeout))
        return PX_ERR_NO_MEMORY;
    job->has_timeout = true;
    px_loop_arm(job->loop, &job->timeout,
                px_loop_now(job->loop) + (timeout_ms ? timeout_ms : PX_HTTP_TIMEOUT_MS));
    return PX_OK;
}

static void stop_timeout(px_http_job *job) {
    if (job->has_timeout)
        px_loop_leave(job->loop, &job->timeout);
    job->has_timeout = false;
}

int px_http_job_begin(px_http_job *job) {
    uint32_t timeout_ms = job->options.timeout_ms;
    job->options.timeout_ms = PX_HTTP_NO_TIMEOUT;
    int result = px_http_exchange_init(&job->exchange, px_loop_allocator(job->loop), &job->options);
    if (result)
        return result;
    job->transfer = (px_transfer){.easy = job->exchange.easy, .done = on_done, .hear = on_hear};
    result = start_timeout(job, timeout_ms);
    if (!result && job->lane == PX_HTTP_TRANSPORT)
        result = set_transport(job);
    if (!result && job->streams)
        result = set_stream(job);
    if (!result)
        result = px_multi_add(job->multi, &job->transfer);
    if (result) {
        stop_timeout(job);
        px_knock_stop(&job->knock);
        px_http_exchange_free(&job->exchange);
        job->transfer.easy = NULL;
        return result;
    }
    job->options = (px_http_call_options){0};
    px_arena_free(&job->arena); /* libcurl has copies */
    return PX_OK;
}

/* ---- Life ---- */

static void destroy(px_garbage *garbage) {
    px_http_job *job = JOB_OF(garbage, garbage);
    px_arena_free(&job->arena);
    px_buffer_free(&job->piece);
    px_free(px_loop_allocator(job->loop), job, sizeof *job);
}

void px_http_job_free(px_http_job *job) {
    job->queue = NULL;
    stop_timeout(job);
    if (job->transfer.easy) {
        px_knock_stop(&job->knock);
        px_multi_remove(job->multi, &job->transfer);
        px_http_exchange_free(&job->exchange);
        job->transfer.easy = NULL;
    }
    px_loop_discard(job->loop, &job->garbage, destroy);
}

int px_http_job_new(px_http_queue *queue, uint32_t id, px_http_lane lane, bool streams,
                    const px_http_call_options *options, px_http_job **job) {
    const px_allocator *allocator = px_loop_allocator(queue->loop);
    px_http_job *made = px_alloc_zero(allocator, sizeof *made);
    if (!made)
        return PX_ERR_NO_MEMORY;
    made->queue = queue;
    made->multi = queue->multi;
    made->loop = queue->loop;
    made->id = id;
    made->lane = lane;
    made->streams = streams;
    px_arena_init(&made->arena, allocator, MAX_JOB_SIZE);
    px_buffer_init(&made->piece, allocator, MAX_PIECE);
    int result = copy_options(made, options);
    if (result) {
        px_http_job_free(made);
        return result;
    }
    *job = made;
    return PX_OK;
}
