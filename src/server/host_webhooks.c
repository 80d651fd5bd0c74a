#include "server/host_webhooks.h"

#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <time.h>

#include "server/heap.h"
#include "server/host_endpoint.h"
#include "server/webhook_head.h"
#include "server/webhook_journal.h"

enum { MAX_HEAD = 1048576 };

/* Where the requests of one lane go. */
typedef struct target {
    px_server *server;
    size_t lane;
    px_url url; /* slices of the settings */
    px_endpoint *endpoint;
    px_buffer head; /* of the request that is on its way */
} target;

struct px_host_webhooks {
    px_webhook_queue *queue;
    px_webhook_journal *journal; /* NULL: nothing is noted */
    px_endpoint_means means;
    target *targets; /* one for each lane */
    size_t target_count;
};

static px_host_webhooks *get(const px_server *server) {
    return server->webhooks;
}

/* ---- What the queue asks for ---- */

static void log_line(void *context, int level, px_slice line) {
    px_host_log(context, level, "%.*s", (int)line.len, line.ptr);
}

static void note(void *context, size_t lane, const px_webhook_backlog *backlog) {
    px_server *server = context;
    px_host_webhooks *this = get(server);
    if (!this->journal || px_webhook_journal_note(this->journal, lane, backlog))
        return;
    px_host_log(server, PX_LOG_ERROR, "webhook_state can't be written any more: %s",
                strerror(errno));
    px_webhook_journal_free(this->journal);
    this->journal = NULL;
}

void px_host_take_notice(void *context, const px_notice *notice) {
    px_server *server = context;
    struct timespec now = {0};
    if (!server->webhooks)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    px_webhook_time time = {server->now_ms,
                            (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000};
    px_webhook_queue_put(get(server)->queue, notice, time);
}

/* ---- Requests ---- */

static void on_done(void *context, int status, const char *why) {
    const target *this = context;
    px_host_wake(this->server);
    px_webhook_queue_answered(get(this->server)->queue, this->lane, status, why,
                              this->server->now_ms);
}

static void send_request(px_server *server, const px_webhook_request *request) {
    px_host_webhooks *this = get(server);
    target *to = &this->targets[request->lane];
    const px_webhook_options *webhook = px_webhook_queue_lane(this->queue, request->lane).webhook;
    px_buffer_clear(&to->head);
    if (px_webhook_head_write(&to->head, &to->url, webhook, request) == PX_OK)
        px_endpoint_send(to->endpoint, px_buffer_slice(&to->head), request->body,
                         webhook->timeout_ms);
    else
        px_webhook_queue_answered(this->queue, request->lane, 0, "there was no memory for it",
                                  server->now_ms);
}

void px_host_send_webhooks(px_server *server) {
    px_webhook_request request;
    if (server->webhooks)
        while (px_webhook_queue_next(get(server)->queue, server->now_ms, &request))
            send_request(server, &request);
}

uint64_t px_host_webhooks_deadline(const px_server *server) {
    return server->webhooks ? px_webhook_queue_deadline(get(server)->queue) : UINT64_MAX;
}

void px_host_hurry_webhooks(px_server *server) {
    if (server->webhooks)
        px_webhook_queue_hurry(get(server)->queue, server->now_ms);
}

bool px_host_webhooks_are_idle(const px_server *server) {
    return !server->webhooks || px_webhook_queue_is_idle(get(server)->queue, server->end_at_ms);
}

bool px_host_webhook_stats(const px_server *server, px_webhook_stats *stats) {
    if (server->webhooks)
        *stats = px_webhook_queue_stats(get(server)->queue);
    return server->webhooks != NULL;
}

/* ---- Life ---- */

static int make_queue(px_server *server, px_webhook_queue **queue) {
    uint64_t seed[2];
    const px_webhook_limits limits = {server->options.webhook_max_events,
                                      server->options.webhook_max_bytes};
    const px_webhook_queue_host host = {log_line, note, server};
    if (RAND_bytes((unsigned char *)seed, sizeof seed) != 1)
        return PX_ERR_STATE;
    int result = px_webhook_queue_new(&px_heap, &limits, &host, seed, queue);
    for (size_t i = 0; result == PX_OK && i < server->options.app_count; i++)
        result = px_webhook_queue_add_app(*queue, &server->options.apps[i]);
    return result;
}

static int add_target(px_server *server, px_host_webhooks *this, size_t lane) {
    target *to = &this->targets[lane];
    *to = (target){.server = server, .lane = lane};
    px_buffer_init(&to->head, &px_heap, MAX_HEAD);
    this->target_count = lane + 1;
    if (px_url_parse(px_webhook_queue_lane(this->queue, lane).webhook->url, &to->url))
        return PX_ERR_ARGUMENT;
    return px_endpoint_new(&this->means, &to->url, on_done, to, &to->endpoint);
}

static int add_targets(px_server *server, px_host_webhooks *this) {
    size_t count = px_webhook_queue_lane_count(this->queue);
    this->targets = px_alloc(&px_heap, count * sizeof(target));
    int result = this->targets ? PX_OK : PX_ERR_NO_MEMORY;
    for (size_t i = 0; result == PX_OK && i < count; i++)
        result = add_target(server, this, i);
    return result;
}

static bool needs_tls(const px_host_webhooks *this) {
    for (size_t i = 0; i < this->target_count; i++)
        if (this->targets[i].url.is_tls)
            return true;
    return false;
}

static int start_tls(px_server *server, px_host_webhooks *this, char *why, size_t size) {
    char problem[PX_SERVER_ERROR_SIZE] = "";
    if (!needs_tls(this) && server->options.webhook_ca.len == 0)
        return PX_OK;
    int result =
        px_tls_new_client(server->options.webhook_ca, &this->means.tls, problem, sizeof problem);
    if (result != PX_OK && problem[0])
        snprintf(why, size, "webhook_ca: %s", problem);
    return result;
}

static int start_journal(px_server *server, px_host_webhooks *this, char *why, size_t size) {
    const px_webhook_queue_host log = {log_line, NULL, server};
    if (server->options.webhook_state.len == 0)
        return PX_OK;
    int result = px_webhook_journal_open(server->options.webhook_state, this->queue, &log,
                                         &this->journal, why, size);
    if (result != PX_ERR_STATE || !server->options.webhook_state_is_optional)
        return result;
    px_host_log(server, PX_LOG_WARNING, "%s; a server that is killed can't say what is lost", why);
    why[0] = '\0';
    return PX_OK;
}

static bool has_webhooks(const px_server *server) {
    for (size_t i = 0; i < server->options.app_count; i++)
        if (server->options.apps[i].webhooks.count > 0)
            return true;
    return false;
}

int px_host_start_webhooks(px_server *server, char *why, size_t size) {
    if (!has_webhooks(server))
        return PX_OK;
    px_host_webhooks *this = px_alloc_zero(&px_heap, sizeof *this);
    if (!this)
        return PX_ERR_NO_MEMORY;
    server->webhooks = this;
    this->means = (px_endpoint_means){.base = server->base, .read_buffer = server->read_buffer};
    int result = make_queue(server, &this->queue);
    if (result == PX_OK)
        result = add_targets(server, this);
    if (result == PX_OK)
        result = start_tls(server, this, why, size);
    if (result == PX_OK)
        result = start_journal(server, this, why, size);
    return result;
}

void px_host_free_webhooks(px_server *server) {
    px_host_webhooks *this = get(server);
    if (!this)
        return;
    if (this->queue && this->targets)
        px_webhook_queue_say_left(this->queue);
    for (size_t i = 0; i < this->target_count; i++) {
        px_endpoint_free(this->targets[i].endpoint);
        px_buffer_free(&this->targets[i].head);
    }
    px_lookups_end(&this->means.lookups, server->base);
    if (this->targets)
        px_free(&px_heap, this->targets, px_webhook_queue_lane_count(this->queue) * sizeof(target));
    px_webhook_journal_free(this->journal);
    px_webhook_queue_free(this->queue);
    px_tls_free(this->means.tls);
    px_free(&px_heap, this, sizeof *this);
    server->webhooks = NULL;
}
