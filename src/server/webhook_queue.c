#include "server/webhook_queue_state.h"

#include <stdarg.h>
#include <stdio.h>

#include "server/url.h"
#include "server/webhook_words.h"

enum {
    MAX_BODY = 67108864,
    DROPS_SAID_MS = 10000, /* no line about dropped events more often than that, for each app */
    LOG_LINE = 1024,
};

void px_webhook_say(const px_webhook_queue *queue, int level, const char *format, ...) {
    char line[LOG_LINE];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (len > 0)
        queue->host.log(
            queue->host.context, level,
            px_slice_of(line, (size_t)len < sizeof line ? (size_t)len : sizeof line - 1));
}

/* ---- Life ---- */

int px_webhook_queue_new(const px_allocator *allocator, const px_webhook_limits *limits,
                         const px_webhook_queue_host *host, const uint64_t seed[2],
                         px_webhook_queue **queue) {
    px_webhook_queue *made = px_alloc_zero(allocator, sizeof *made);
    if (!made)
        return PX_ERR_NO_MEMORY;
    made->allocator = allocator;
    made->limits = *limits;
    made->host = *host;
    memcpy(made->seed, seed, sizeof made->seed);
    made->deadline_ms = UINT64_MAX;
    px_map_init(&made->apps, allocator, seed);
    *queue = made;
    return PX_OK;
}

static size_t event_size(const px_webhook_event *each) {
    return sizeof *each + each->len;
}

static void free_lane(const px_allocator *allocator, px_webhook_lane *this) {
    while (this->head) {
        px_webhook_event *next = this->head->next;
        px_free(allocator, this->head, event_size(this->head));
        this->head = next;
    }
    px_buffer_free(&this->body);
    px_free(allocator, (void *)(uintptr_t)this->shown_url.ptr, this->webhook->url.len);
    px_free(allocator, this, sizeof *this);
}

void px_webhook_queue_free(px_webhook_queue *queue) {
    if (!queue)
        return;
    const px_allocator *allocator = queue->allocator;
    for (size_t i = 0; i < queue->lane_count; i++)
        free_lane(allocator, queue->lanes[i]);
    px_map_entry entry;
    for (size_t cursor = 0; px_map_next(&queue->apps, &cursor, &entry);)
        px_free(allocator, entry.value, sizeof(px_webhook_app));
    px_map_free(&queue->apps);
    px_free(allocator, queue->lanes, queue->lane_room * sizeof(px_webhook_lane *));
    px_free(allocator, queue, sizeof *queue);
}

static px_webhook_lane *make_lane(px_webhook_queue *queue, px_webhook_app *app,
                                  const px_webhook_options *webhook) {
    px_webhook_lane *made = px_alloc_zero(queue->allocator, sizeof *made);
    char *shown = made ? px_alloc(queue->allocator, webhook->url.len) : NULL;
    if (!shown) {
        px_free(queue->allocator, made, sizeof *made);
        return NULL;
    }
    made->app = app;
    made->webhook = webhook;
    made->shown_url = px_webhook_shown_url(webhook->url, shown);
    px_buffer_init(&made->body, queue->allocator, MAX_BODY);
    return made;
}

/* Room for `count` more lanes. */
static int reserve(px_webhook_queue *queue, size_t count) {
    size_t room = queue->lane_count + count;
    px_webhook_lane **lanes =
        px_resize(queue->allocator, queue->lanes, queue->lane_room * sizeof(px_webhook_lane *),
                  room * sizeof(px_webhook_lane *));
    if (!lanes)
        return PX_ERR_NO_MEMORY;
    queue->lanes = lanes;
    queue->lane_room = room;
    return PX_OK;
}

static void undo_app(px_webhook_queue *queue, px_webhook_app *made) {
    while (queue->lane_count > made->first_lane)
        free_lane(queue->allocator, queue->lanes[--queue->lane_count]);
    px_free(queue->allocator, made, sizeof *made);
}

int px_webhook_queue_add_app(px_webhook_queue *queue, const px_app_options *options) {
    const px_webhook_list *webhooks = &options->webhooks;
    px_url url;
    for (size_t i = 0; i < webhooks->count; i++)
        if (px_url_parse(webhooks->items[i].url, &url))
            return PX_ERR_ARGUMENT;
    if (webhooks->count == 0)
        return PX_OK;
    px_webhook_app *made = px_alloc_zero(queue->allocator, sizeof *made);
    if (!made)
        return PX_ERR_NO_MEMORY;
    *made = (px_webhook_app){
        .options = options, .first_lane = queue->lane_count, .lane_count = webhooks->count};
    int result = reserve(queue, webhooks->count);
    for (size_t i = 0; result == PX_OK && i < webhooks->count; i++) {
        px_webhook_lane *added = make_lane(queue, made, &webhooks->items[i]);
        if (added)
            queue->lanes[queue->lane_count++] = added;
        else
            result = PX_ERR_NO_MEMORY;
    }
    if (result == PX_OK)
        result = px_map_put(&queue->apps, options->id, made);
    if (result != PX_OK)
        undo_app(queue, made);
    return result;
}

size_t px_webhook_queue_lane_count(const px_webhook_queue *queue) {
    return queue->lane_count;
}

px_webhook_lane_facts px_webhook_queue_lane(const px_webhook_queue *queue, size_t index) {
    const px_webhook_lane *this = queue->lanes[index];
    return (px_webhook_lane_facts){this->app->options->id, this->webhook, this->shown_url};
}

/* ---- Events in and out of lanes ---- */

void px_webhook_tell(const px_webhook_queue *queue, size_t index) {
    px_webhook_lane *this = queue->lanes[index];
    this->backlog.oldest_ms = this->head ? this->head->unix_ms : 0;
    if (queue->host.changed)
        queue->host.changed(queue->host.context, index, &this->backlog);
}

/* Takes the event behind `before` (NULL: the first) out of its lane and frees it. */
void px_webhook_take_out(px_webhook_queue *queue, px_webhook_lane *this, px_webhook_event *before) {
    px_webhook_event *taken = before ? before->next : this->head;
    size_t size = event_size(taken);
    if (before)
        before->next = taken->next;
    else
        this->head = taken->next;
    if (this->tail == taken)
        this->tail = before;
    this->count--;
    this->backlog.waiting[taken->kind]--;
    this->app->events--;
    this->app->bytes -= size;
    queue->stats.waiting--;
    queue->stats.bytes -= size;
    px_free(queue->allocator, taken, size);
}

void px_webhook_say_dropped(const px_webhook_queue *queue, px_webhook_app *app, uint64_t now_ms) {
    char kinds[PX_WEBHOOK_KINDS_SIZE];
    if (!app->has_unsaid || now_ms < app->say_at_ms)
        return;
    uint64_t sum = px_webhook_kinds_text(app->unsaid, kinds);
    px_webhook_say(queue, PX_WEBHOOK_WARNING,
                   "dropped %llu webhook events of app %.*s, for which there was no room: %s",
                   (unsigned long long)sum, PX_WEBHOOK_PRINT(app->options->id), kinds);
    memset(app->unsaid, 0, sizeof app->unsaid);
    app->has_unsaid = false;
    app->say_at_ms = now_ms + DROPS_SAID_MS;
}

static void count_dropped(px_webhook_queue *queue, px_webhook_app *app, unsigned kind) {
    queue->stats.dropped++;
    app->unsaid[kind]++;
    app->has_unsaid = true;
    if (app->say_at_ms < queue->deadline_ms)
        queue->deadline_ms = app->say_at_ms;
}

/* The first event of the lane that is not on its way, or NULL; *before stands before it. */
static px_webhook_event *first_at_rest(const px_webhook_lane *this, px_webhook_event **before) {
    *before = this->in_flight ? this->batch_last : NULL;
    return *before ? (*before)->next : this->head;
}

/* Drops the oldest event of the app. False: all are on their way. */
static bool drop_oldest(px_webhook_queue *queue, px_webhook_app *app) {
    size_t oldest = SIZE_MAX;
    uint64_t number = UINT64_MAX;
    px_webhook_event *before;
    for (size_t i = app->first_lane; i < app->first_lane + app->lane_count; i++) {
        const px_webhook_event *first = first_at_rest(queue->lanes[i], &before);
        if (!first || first->number >= number)
            continue;
        oldest = i;
        number = first->number;
    }
    if (oldest == SIZE_MAX)
        return false;
    px_webhook_lane *this = queue->lanes[oldest];
    count_dropped(queue, app, first_at_rest(this, &before)->kind);
    if (!before && this->batch > 0 && --this->batch == 0)
        this->batch_last = NULL;
    px_webhook_take_out(queue, this, before);
    px_webhook_tell(queue, oldest);
    return true;
}

static bool is_over(const px_webhook_queue *queue, const px_webhook_app *app, size_t size) {
    return app->events >= queue->limits.max_events || app->bytes + size > queue->limits.max_bytes;
}

/* Room in the queue and in memory for one more event, or NULL. */
static px_webhook_event *make_room(px_webhook_queue *queue, px_webhook_app *app, size_t size) {
    if (size > queue->limits.max_bytes)
        return NULL;
    while (is_over(queue, app, size))
        if (!drop_oldest(queue, app))
            return NULL;
    return px_alloc(queue->allocator, size);
}

uint64_t px_webhook_ready_at(const px_webhook_queue *queue, const px_webhook_lane *this) {
    if (this->in_flight || !this->head)
        return UINT64_MAX;
    bool gathers = this->webhook->batching && !queue->is_hurried && this->batch == 0 &&
                   this->count < PX_WEBHOOK_BATCH;
    uint64_t gathered = gathers ? this->head->queued_ms + PX_WEBHOOK_WINDOW_MS : 0;
    return gathered > this->due_ms ? gathered : this->due_ms;
}

void px_webhook_wake_at(px_webhook_queue *queue, uint64_t at_ms) {
    if (at_ms < queue->deadline_ms)
        queue->deadline_ms = at_ms;
}

static void put(px_webhook_queue *queue, size_t index, const px_notice *notice,
                px_webhook_time time) {
    px_webhook_lane *this = queue->lanes[index];
    size_t size = sizeof(px_webhook_event) + notice->event.len;
    px_webhook_event *made = make_room(queue, this->app, size);
    if (!made) {
        count_dropped(queue, this->app, notice->kind);
        return;
    }
    *made = (px_webhook_event){.number = queue->numbers++,
                               .queued_ms = time.now_ms,
                               .unix_ms = time.unix_ms,
                               .len = (uint32_t)notice->event.len,
                               .kind = (uint8_t)notice->kind};
    memcpy(made->text, notice->event.ptr, notice->event.len);
    if (this->tail)
        this->tail->next = made;
    else
        this->head = made;
    this->tail = made;
    this->count++;
    this->backlog.waiting[made->kind]++;
    this->app->events++;
    this->app->bytes += size;
    queue->stats.waiting++;
    queue->stats.bytes += size;
    px_webhook_tell(queue, index);
    px_webhook_wake_at(queue, px_webhook_ready_at(queue, this));
}

static bool ends_with(px_slice text, px_slice end) {
    return text.len >= end.len && px_slice_equal(px_slice_after(text, text.len - end.len), end);
}

static bool wants(const px_webhook_options *webhook, const px_notice *notice) {
    return webhook->event_types >> notice->kind & 1 &&
           px_slice_starts_with(notice->channel, webhook->filter.starts_with) &&
           ends_with(notice->channel, webhook->filter.ends_with);
}

void px_webhook_queue_put(px_webhook_queue *queue, const px_notice *notice, px_webhook_time time) {
    px_webhook_app *app = px_map_get(&queue->apps, notice->app_id);
    if (!app)
        return;
    for (size_t i = app->first_lane; i < app->first_lane + app->lane_count; i++)
        if (wants(queue->lanes[i]->webhook, notice))
            put(queue, i, notice, time);
    px_webhook_say_dropped(queue, app, time.now_ms);
}
