#include "driver/requests.h"

#include "base/arena.h"
#include "driver/multi.h"

enum { MAX_ACTIVE = 6, MAX_REQUEST_SIZE = 1 << 20 };

struct px_request {
    px_transfer transfer; /* no easy handle: it still waits */
    px_request *next;
    px_requests *requests;
    uint32_t id;
    px_http_call_options options;
    px_arena arena; /* what the options point to */
    px_http_exchange exchange;
};

static const px_allocator *allocator_of(const px_requests *requests) {
    return px_loop_allocator(requests->loop);
}

static void destroy(px_request *request) {
    px_requests *requests = request->requests;
    if (request->transfer.easy) {
        px_multi_remove(px_loop_multi(requests->loop), &request->transfer);
        px_http_exchange_free(&request->exchange);
    }
    px_arena_free(&request->arena);
    px_free(allocator_of(requests), request, sizeof *request);
}

/* Takes it out of a list; false: it is not in it. */
static bool unlink_from(px_request **list, px_request *request, px_request **before) {
    *before = NULL;
    for (px_request **link = list; *link; link = &(*link)->next) {
        if (*link == request) {
            *link = request->next;
            return true;
        }
        *before = *link;
    }
    return false;
}

static void drop(px_requests *requests, px_request *request) {
    px_request *before;
    if (unlink_from(&requests->active, request, &before)) {
        requests->active_count--;
        if (requests->first_waiting)
            px_loop_queue(requests->loop, &requests->start_more);
    } else if (unlink_from(&requests->first_waiting, request, &before) &&
               requests->last_waiting == request) {
        requests->last_waiting = before;
    }
}

/* The request leaves first, so that the owner may do anything when it hears of it. */
static void report(px_request *request, const px_http_reply *reply) {
    px_requests *requests = request->requests;
    drop(requests, request);
    px_request_done_fn done = requests->done;
    void *owner = requests->owner;
    uint32_t id = request->id;
    done(owner, id, reply);
    destroy(request);
}

static void on_done(px_transfer *transfer, CURLcode code) {
    px_request *request = (px_request *)transfer;
    px_http_exchange_finish(&request->exchange, code);
    report(request, &request->exchange.reply);
}

static int begin(px_request *request) {
    px_requests *requests = request->requests;
    int result =
        px_http_exchange_init(&request->exchange, allocator_of(requests), &request->options);
    if (result)
        return result;
    request->transfer = (px_transfer){.easy = request->exchange.easy, .done = on_done};
    result = px_multi_add(px_loop_multi(requests->loop), &request->transfer);
    if (result) {
        px_http_exchange_free(&request->exchange);
        request->transfer.easy = NULL;
    }
    return result;
}

static void report_failure(px_request *request, int result) {
    px_http_reply reply = {0};
    px_buffer_init(&reply.body, allocator_of(request->requests), 0);
    px_failure_of_peer(&reply.failure, result, request->options.url,
                       result == PX_ERR_ARGUMENT ? "this can't be requested from"
                                                 : "no memory left for a request to",
                       PX_SLICE(""));
    report(request, &reply);
}

static void start_more(px_task *task) {
    px_requests *requests = (px_requests *)((char *)task - offsetof(px_requests, start_more));
    while (requests->first_waiting && requests->active_count < MAX_ACTIVE) {
        px_request *request = requests->first_waiting;
        drop(requests, request);
        request->next = requests->active;
        requests->active = request;
        requests->active_count++;
        int result = begin(request);
        if (result)
            report_failure(request, result);
    }
}

void px_requests_init(px_requests *requests, px_loop *loop, px_request_done_fn done, void *owner) {
    *requests = (px_requests){
        .loop = loop, .done = done, .owner = owner, .start_more = {.run = start_more}};
}

static void free_list(px_request **list) {
    while (*list) {
        px_request *request = *list;
        *list = request->next;
        destroy(request);
    }
}

void px_requests_free(px_requests *requests) {
    px_loop_unqueue(requests->loop, &requests->start_more);
    free_list(&requests->active);
    free_list(&requests->first_waiting);
    requests->last_waiting = NULL;
    requests->active_count = 0;
}

static int copy_options(px_request *request, const px_http_call_options *options) {
    px_arena *arena = &request->arena;
    px_http_call_options *copy = &request->options;
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

int px_requests_start(px_requests *requests, uint32_t id, const px_http_call_options *options) {
    px_request *request = px_alloc_zero(allocator_of(requests), sizeof *request);
    if (!request)
        return PX_ERR_NO_MEMORY;
    request->requests = requests;
    request->id = id;
    px_arena_init(&request->arena, allocator_of(requests), MAX_REQUEST_SIZE);
    int result = copy_options(request, options);
    if (result) {
        destroy(request);
        return result;
    }
    if (requests->last_waiting)
        requests->last_waiting->next = request;
    else
        requests->first_waiting = request;
    requests->last_waiting = request;
    px_loop_queue(requests->loop, &requests->start_more);
    return PX_OK;
}

static px_request *find(px_request *list, uint32_t id) {
    while (list && list->id != id)
        list = list->next;
    return list;
}

void px_requests_cancel(px_requests *requests, uint32_t id) {
    px_request *request = find(requests->active, id);
    if (!request)
        request = find(requests->first_waiting, id);
    if (!request)
        return;
    drop(requests, request);
    destroy(request);
}
