/* Requests to webhooks: what stands in them, and what their answers lead to. */
#include <stdio.h>

#include "server/webhook_queue_state.h"
#include "server/webhook_words.h"
#include "json/writer.h"

enum {
    MAX_BATCH_BYTES = 1048576 /* of the events of one request, unless a single one is larger */
};

/* ---- Requests ---- */

/* A request that is sent again is the same as before, byte for byte, unless events were dropped. */
static int write_body(px_webhook_lane *this) {
    px_json_writer writer;
    const px_app_options *options = this->app->options;
    px_buffer_clear(&this->body);
    px_json_writer_init(&writer, &this->body);
    px_json_object_begin(&writer);
    px_json_key(&writer, PX_SLICE("time_ms"));
    px_json_u64(&writer, this->head->unix_ms);
    px_json_key(&writer, PX_SLICE("events"));
    px_json_array_begin(&writer);
    const px_webhook_event *each = this->head;
    for (uint32_t i = 0; i < this->batch; i++, each = each->next)
        px_json_raw_value(&writer, px_slice_of(each->text, each->len));
    px_json_array_end(&writer);
    px_json_object_end(&writer);
    int result = px_json_writer_finish(&writer);
    px_slice body = px_buffer_slice(&this->body);
    return result == PX_OK ? px_signature(options->secret, &body, 1, this->signature) : result;
}

static void choose_batch(px_webhook_lane *this, uint64_t now_ms) {
    uint32_t most = this->webhook->batching ? PX_WEBHOOK_BATCH : 1;
    size_t bytes = this->head->len;
    this->batch = 1;
    this->batch_last = this->head;
    for (px_webhook_event *each = this->head->next; each && this->batch < most; each = each->next) {
        bytes += each->len;
        if (bytes > MAX_BATCH_BYTES)
            break;
        this->batch++;
        this->batch_last = each;
    }
    this->batch_failures = 0;
    this->first_ms = now_ms;
}

static bool begin(px_webhook_queue *queue, size_t index, uint64_t now_ms,
                  px_webhook_request *request) {
    px_webhook_lane *this = queue->lanes[index];
    if (this->batch == 0)
        choose_batch(this, now_ms);
    if (write_body(this) != PX_OK) {
        px_buffer_free(&this->body);
        this->due_ms = now_ms + PX_WEBHOOK_FIRST_RETRY_MS;
        return false;
    }
    this->in_flight = true;
    queue->stats.retried += this->batch_failures > 0;
    *request = (px_webhook_request){.lane = index,
                                    .key = this->app->options->key,
                                    .signature = {this->signature, sizeof this->signature},
                                    .body = px_buffer_slice(&this->body)};
    return true;
}

bool px_webhook_queue_next(px_webhook_queue *queue, uint64_t now_ms, px_webhook_request *request) {
    if (now_ms < queue->deadline_ms)
        return false;
    for (size_t i = 0; i < queue->lane_count; i++)
        if (px_webhook_ready_at(queue, queue->lanes[i]) <= now_ms &&
            begin(queue, i, now_ms, request))
            return true;
    queue->deadline_ms = UINT64_MAX;
    for (size_t i = 0; i < queue->lane_count; i++) {
        px_webhook_app *app = queue->lanes[i]->app;
        px_webhook_wake_at(queue, px_webhook_ready_at(queue, queue->lanes[i]));
        px_webhook_say_dropped(queue, app, now_ms);
        if (app->has_unsaid)
            px_webhook_wake_at(queue, app->say_at_ms);
    }
    return false;
}

uint64_t px_webhook_queue_deadline(const px_webhook_queue *queue) {
    return queue->deadline_ms;
}

/* ---- Answers ---- */

static void take_out_batch(px_webhook_queue *queue, px_webhook_lane *this) {
    for (; this->batch > 0; this->batch--)
        px_webhook_take_out(queue, this, NULL);
    this->batch_last = NULL;
    this->batch_failures = 0;
}

static void count_batch(const px_webhook_lane *this, uint64_t counts[PX_WEBHOOK_KIND_COUNT]) {
    const px_webhook_event *each = this->head;
    memset(counts, 0, PX_WEBHOOK_KIND_COUNT * sizeof *counts);
    for (uint32_t i = 0; i < this->batch; i++, each = each->next)
        counts[each->kind]++;
}

/* What happened, in words. */
static const char *reason(int status, const char *why, char out[64]) {
    if (status == 0)
        return why;
    snprintf(out, 64, "the answer was %d%s", status,
             status >= 300 && status < 400 ? ", and redirects are not followed" : "");
    return out;
}

static void give_up(px_webhook_queue *queue, px_webhook_lane *this, const char *why,
                    uint64_t now_ms) {
    uint64_t counts[PX_WEBHOOK_KIND_COUNT];
    char kinds[PX_WEBHOOK_KINDS_SIZE];
    count_batch(this, counts);
    uint64_t sum = px_webhook_kinds_text(counts, kinds);
    px_webhook_say(queue, PX_WEBHOOK_WARNING,
                   "gave up %llu webhook events of app %.*s to %.*s after %llu s: %s (%s)",
                   (unsigned long long)sum, PX_WEBHOOK_PRINT(this->app->options->id),
                   PX_WEBHOOK_PRINT(this->shown_url),
                   (unsigned long long)((now_ms - this->first_ms) / 1000), kinds, why);
    queue->stats.given_up += sum;
    take_out_batch(queue, this);
    this->due_ms = now_ms;
}

/* A second, doubling to a minute, and up to a quarter more, so that servers that failed together do
 * not come back together. */
static uint64_t pause_of(px_webhook_queue *queue, uint32_t failures) {
    uint64_t pause = PX_WEBHOOK_FIRST_RETRY_MS;
    for (uint32_t i = 1; i < failures && pause < PX_WEBHOOK_LAST_RETRY_MS; i++)
        pause *= 2;
    if (pause > PX_WEBHOOK_LAST_RETRY_MS)
        pause = PX_WEBHOOK_LAST_RETRY_MS;
    queue->randoms++;
    px_slice input = {(const char *)&queue->randoms, sizeof queue->randoms};
    return pause + px_hash(queue->seed, input) % (pause / 4);
}

static void fail(px_webhook_queue *queue, px_webhook_lane *this, const char *why, uint64_t now_ms) {
    uint64_t end_ms = this->first_ms + this->webhook->retry_ms;
    queue->stats.failed++;
    if (now_ms >= end_ms) {
        give_up(queue, this, why, now_ms);
        return;
    }
    px_webhook_say(queue, this->is_failing ? PX_WEBHOOK_DEBUG : PX_WEBHOOK_WARNING,
                   "a webhook of app %.*s to %.*s failed: %s; it is tried again for %u s",
                   PX_WEBHOOK_PRINT(this->app->options->id), PX_WEBHOOK_PRINT(this->shown_url), why,
                   (unsigned)(this->webhook->retry_ms / 1000));
    this->is_failing = true;
    this->due_ms = now_ms + pause_of(queue, ++this->batch_failures);
    if (this->due_ms > end_ms)
        this->due_ms = end_ms; /* the last time */
}

static void succeed(px_webhook_queue *queue, px_webhook_lane *this) {
    if (this->is_failing)
        px_webhook_say(queue, PX_WEBHOOK_INFORMATION, "the webhook of app %.*s to %.*s works again",
                       PX_WEBHOOK_PRINT(this->app->options->id), PX_WEBHOOK_PRINT(this->shown_url));
    this->is_failing = false;
    this->due_ms = 0;
    queue->stats.delivered += this->batch;
    take_out_batch(queue, this);
}

void px_webhook_queue_answered(px_webhook_queue *queue, size_t index, int status, const char *why,
                               uint64_t now_ms) {
    char text[64];
    px_webhook_lane *this = queue->lanes[index];
    this->in_flight = false;
    px_buffer_free(&this->body);
    if (status >= 200 && status < 300)
        succeed(queue, this);
    else
        fail(queue, this, reason(status, why, text), now_ms);
    px_webhook_tell(queue, index);
    px_webhook_wake_at(queue, px_webhook_ready_at(queue, this));
}

/* ---- Stopping ---- */

void px_webhook_queue_hurry(px_webhook_queue *queue, uint64_t now_ms) {
    queue->is_hurried = true;
    for (size_t i = 0; i < queue->lane_count; i++)
        queue->lanes[i]->due_ms = 0;
    queue->deadline_ms = now_ms;
}

bool px_webhook_queue_is_idle(const px_webhook_queue *queue, uint64_t until_ms) {
    for (size_t i = 0; i < queue->lane_count; i++)
        if (queue->lanes[i]->in_flight || px_webhook_ready_at(queue, queue->lanes[i]) < until_ms)
            return false;
    return true;
}

void px_webhook_queue_say_left(px_webhook_queue *queue) {
    char kinds[PX_WEBHOOK_KINDS_SIZE];
    for (size_t i = 0; i < queue->lane_count; i++) {
        const px_webhook_lane *this = queue->lanes[i];
        uint64_t sum = px_webhook_kinds_text(this->backlog.waiting, kinds);
        px_webhook_say_dropped(queue, this->app, UINT64_MAX);
        if (sum > 0)
            px_webhook_say(
                queue, PX_WEBHOOK_WARNING,
                "%llu webhook events of app %.*s to %.*s are lost with the end of the server: %s",
                (unsigned long long)sum, PX_WEBHOOK_PRINT(this->app->options->id),
                PX_WEBHOOK_PRINT(this->shown_url), kinds);
    }
}

px_webhook_stats px_webhook_queue_stats(const px_webhook_queue *queue) {
    return queue->stats;
}
