#include "core/statistics.h"

#include "base/base64.h"
#include "core/internal.h"

enum {
    INTERVAL_MS = 60000,
    TIMEOUT_MS = 10000,
    MAX_URL = 32768, /* bytes; the oldest entries make room */
    MAX_HOST = 256,
};

/* ---- Life ---- */

static bool wanted(const px_options *options) {
    if (options->enable_stats != PX_CHOICE_ABSENT)
        return options->enable_stats == PX_CHOICE_YES;
    return options->disable_stats == PX_CHOICE_NO;
}

void px_statistics_init(px_core *core) {
    px_statistics *statistics = &core->statistics;
    *statistics = (px_statistics){.on = wanted(&core->options), .next_at = PX_NO_DEADLINE};
    px_buffer_init(&statistics->host, core->allocator, MAX_HOST);
    px_timeline_init(core);
    if (core->options.disable_stats != PX_CHOICE_ABSENT)
        px_log_text(core, PX_LOG_WARN,
                    PX_SLICE("The disableStats option is deprecated in favor of enableStats"));
    if (statistics->on)
        statistics->session = px_core_random(core, UINT32_MAX);
}

void px_statistics_free(px_core *core) {
    px_timeline_free(core);
    px_buffer_free(&core->statistics.host);
}

void px_statistics_begin(px_core *core) {
    px_statistics *statistics = &core->statistics;
    if (!statistics->on || statistics->next_at != PX_NO_DEADLINE)
        return;
    statistics->next_at = core->now + INTERVAL_MS;
    if (!statistics->begun)
        px_timeline_instances(core);
    statistics->begun = true;
}

void px_statistics_skip(px_core *core) {
    px_statistics *statistics = &core->statistics;
    if (statistics->next_at <= core->now)
        statistics->next_at += ((core->now - statistics->next_at) / INTERVAL_MS + 1) * INTERVAL_MS;
}

void px_statistics_end(px_core *core) {
    core->statistics.next_at = PX_NO_DEADLINE;
}

/* ---- What is sent ---- */

/* NAME=VALUE, the value in base64, and what base64 has of '+', '/' and '=' percent-encoded. */
static void add_parameter(px_text *text, px_slice name, px_slice value) {
    enum { PIECE = 96 }; /* a multiple of three, so that pieces join without padding */
    char encoded[PIECE / 3 * 4];
    px_text_add_component(text, name);
    px_text_add(text, PX_SLICE("="));
    for (size_t at = 0; at < value.len; at += PIECE) {
        size_t len = value.len - at < PIECE ? value.len - at : PIECE;
        px_base64_encode(px_slice_of(value.ptr + at, len), encoded);
        px_text_add_component(text, px_slice_of(encoded, px_base64_encoded_length(len)));
    }
}

enum { SESSION, BUNDLE, KEY, LIB, VERSION, CLUSTER, FEATURES, TIMELINE, FIELDS };

static const px_slice names[FIELDS] = {
    [SESSION] = PX_LITERAL("session"),   [BUNDLE] = PX_LITERAL("bundle"),
    [KEY] = PX_LITERAL("key"),           [LIB] = PX_LITERAL("lib"),
    [VERSION] = PX_LITERAL("version"),   [CLUSTER] = PX_LITERAL("cluster"),
    [FEATURES] = PX_LITERAL("features"), [TIMELINE] = PX_LITERAL("timeline"),
};

static const px_pair *find_pair(px_pairs pairs, px_slice name) {
    for (size_t i = pairs.count; i-- > 0;)
        if (px_slice_equal(pairs.items[i].name, name))
            return &pairs.items[i];
    return NULL;
}

static bool is_field(px_slice name) {
    for (size_t i = 0; i < FIELDS; i++)
        if (px_slice_equal(names[i], name))
            return true;
    return false;
}

/* The fields, those of the same name in `timelineParams` in their places, and its others. */
static void add_fields(px_text *text, const px_slice values[FIELDS], px_pairs params) {
    px_slice separator = PX_SLICE("?");
    for (size_t i = 0; i < FIELDS; i++) {
        const px_pair *instead = find_pair(params, names[i]);
        if (i == CLUSTER && !values[i].len && !instead)
            continue;
        px_text_add(text, separator);
        add_parameter(text, names[i], instead ? instead->value : values[i]);
        separator = PX_SLICE("&");
    }
    for (size_t i = 0; i < params.count; i++) {
        if (is_field(params.items[i].name))
            continue;
        px_text_add(text, separator);
        add_parameter(text, params.items[i].name, params.items[i].value);
    }
}

/* `timeline` is the JSON array. */
static void add_query(const px_core *core, px_text *text, px_slice timeline) {
    const px_options *options = &core->options;
    char session[20];
    char bundle[20];
    const px_slice values[FIELDS] = {
        [SESSION] = px_slice_of(session, px_u64_to_text(core->statistics.session, session)),
        [BUNDLE] =
            px_slice_of(bundle, px_u64_to_text((uint64_t)core->statistics.bundle + 1, bundle)),
        [KEY] = options->key,
        [LIB] = options->client_name,
        [VERSION] = options->client_version,
        [CLUSTER] = options->cluster,
        [FEATURES] = PX_SLICE("[\"ws\"]"),
        [TIMELINE] = timeline,
    };
    add_fields(text, values, options->timeline_params);
}

/* ---- Where it goes ---- */

/* True when the options name a host of any kind: then no other is ever contacted. */
static bool is_host_named(const px_options *options) {
    return options->stats_host.len || options->http_host.len || options->ws_host.len;
}

static void add_host(const px_core *core, px_text *text) {
    const px_options *options = &core->options;
    if (options->stats_host.len)
        px_text_add(text, options->stats_host);
    else if (is_host_named(options))
        px_url_add_http_authority(options, core->connection.using_tls, PX_SLICE(""), text);
    else if (core->statistics.host.len)
        px_text_add(text, px_buffer_slice(&core->statistics.host));
    else
        px_text_add(text, PX_SLICE("stats.pusher.com"));
}

static bool uses_jsonp(const px_core *core) {
    return px_slice_equal(core->options.stats_transport, PX_SLICE("jsonp"));
}

/* Builds the URL in core->text. *number_at: where a script's has the number of its receiver. */
static int build_url(px_core *core, px_slice timeline, size_t *number_at) {
    px_text text = px_text_begin(&core->text);
    px_text_add(&text, core->connection.using_tls ? PX_SLICE("https://") : PX_SLICE("http://"));
    add_host(core, &text);
    px_text_add(&text, uses_jsonp(core) ? PX_SLICE("/timeline/v2/jsonp/")
                                        : PX_SLICE("/timeline/v2/xhr/2"));
    *number_at = text.out->len;
    add_query(core, &text, timeline);
    return text.result;
}

/* The timeline in core->line, as a JSON array. */
static int build_timeline(px_core *core) {
    px_text text = px_text_begin(&core->line);
    px_text_add(&text, PX_SLICE("["));
    px_text_add(&text, px_buffer_slice(&core->statistics.timeline.entries));
    px_text_add(&text, PX_SLICE("]"));
    return text.result;
}

/* PX_ERR_LIMIT: not even without any entry would it be short enough. */
static int build(px_core *core, px_slice *url, size_t *number_at) {
    px_timeline *timeline = &core->statistics.timeline;
    for (;;) {
        int result = build_timeline(core);
        if (result == PX_OK)
            result = build_url(core, px_buffer_slice(&core->line), number_at);
        if (result != PX_OK)
            return result;
        if (core->text.len <= MAX_URL)
            return px_arena_copy(&core->arena, px_buffer_slice(&core->text), url);
        if (!timeline->count)
            return PX_ERR_LIMIT;
        px_timeline_drop_oldest(timeline);
    }
}

/* ---- Sending ---- */

/* A line for the log that names where it should have gone. */
static void tell_failure(px_core *core, px_slice why) {
    px_text text = px_text_begin(&core->text);
    px_text_add(&text, PX_SLICE("Statistics could not be sent to "));
    add_host(core, &text);
    px_text_add(&text, PX_SLICE(": "));
    px_text_add(&text, why);
    if (text.result == PX_OK)
        px_log_text(core, PX_LOG_DEBUG, px_buffer_slice(&core->text));
}

static int push(px_core *core, px_request *request) {
    px_slice url;
    size_t number_at;
    int result = build(core, &url, &number_at);
    if (result != PX_OK)
        return result;
    px_action *action = px_queue_push(&core->queue, PX_ACTION_REQUEST, request->id);
    if (!action)
        return PX_ERR_NO_MEMORY;
    action->as.request.kind = PX_REQUEST_STATS;
    action->as.request.jsonp = uses_jsonp(core);
    action->as.request.method = PX_SLICE("GET");
    action->as.request.url = url;
    if (uses_jsonp(core)) {
        action->as.request.url = px_slice_of(url.ptr, number_at);
        action->as.request.url_end = px_slice_after(url, number_at);
    }
    action->as.request.timeout_ms = TIMEOUT_MS;
    return PX_OK;
}

void px_statistics_send(px_core *core) {
    px_statistics *statistics = &core->statistics;
    px_request *request;
    if (!statistics->timeline.count || statistics->request ||
        px_request_new(core, PX_REQUEST_STATS, 0, &request) != PX_OK)
        return;
    int result = push(core, request);
    if (result != PX_OK) {
        px_request_end(core, request);
        if (result == PX_ERR_LIMIT)
            tell_failure(core, PX_SLICE("the fields alone are longer than a URL may be"));
        return;
    }
    request->deadline = core->now + TIMEOUT_MS;
    statistics->request = request->id;
    px_timeline_clear(&statistics->timeline);
}

/* ---- The answer ---- */

/* What a script hands to its receiver, Pusher.ScriptReceivers[N](null, {...}): the second argument.
 * Empty: it tells an error, or is no such call. */
static px_slice unwrap_script(px_slice body) {
    static const px_slice no_error = PX_LITERAL("null");
    px_slice arguments = px_script_arguments(body);
    while (arguments.len && arguments.ptr[0] == ' ')
        arguments = px_slice_after(arguments, 1);
    if (!px_slice_starts_with(arguments, no_error))
        return PX_SLICE("");
    arguments = px_slice_after(arguments, no_error.len);
    const char *comma = arguments.len ? memchr(arguments.ptr, ',', arguments.len) : NULL;
    return comma ? px_slice_after(arguments, (size_t)(comma + 1 - arguments.ptr)) : PX_SLICE("");
}

/* {"host":"..."} sends us elsewhere; but whoever named a host stays with it. */
static void follow_host(px_core *core, px_slice json) {
    px_field host = {.name = PX_LITERAL("host")};
    px_buffer *kept = &core->statistics.host;
    if (is_host_named(&core->options) || px_fields_read(json, &host, 1) != PX_JSON_ERROR_NONE ||
        !px_field_is_string(&host))
        return;
    if (host.escaped || host.value.len > MAX_HOST || !px_host_with_port_valid(host.value)) {
        px_log_text(core, PX_LOG_DEBUG,
                    PX_SLICE("The stats host names another one that is no host: not followed"));
        return;
    }
    if (px_buffer_reserve(kept, MAX_HOST) != PX_OK)
        return;
    px_buffer_clear(kept);
    if (px_buffer_append(kept, host.value) != PX_OK)
        px_buffer_clear(kept);
}

static void tell_answer(px_core *core, const px_answer *answer) {
    if (answer->status == 0) {
        tell_failure(core, answer->message.len ? answer->message : PX_SLICE("no answer came"));
        return;
    }
    px_text text = px_text_begin(&core->line);
    px_text_add(&text, PX_SLICE("received status "));
    px_text_add_number(&text, (uint64_t)answer->status);
    if (text.result == PX_OK)
        tell_failure(core, px_buffer_slice(&core->line));
}

void px_statistics_answered(px_core *core, px_request *request, const px_answer *answer) {
    px_statistics *statistics = &core->statistics;
    statistics->request = 0;
    px_request_end(core, request);
    if (answer->status < 200 || answer->status > 299) {
        tell_answer(core, answer);
        return;
    }
    px_slice json = uses_jsonp(core) ? unwrap_script(answer->body) : answer->body;
    if (uses_jsonp(core) && !json.len) {
        tell_failure(core, PX_SLICE("it says that there was an error"));
        return;
    }
    statistics->bundle++;
    follow_host(core, json);
}

/* ---- Time ---- */

static px_request *open_request(const px_core *core) {
    return px_request_find(core, core->statistics.request);
}

/* With nothing to send there is nothing to wake up for. */
uint64_t px_statistics_deadline(const px_core *core) {
    const px_statistics *statistics = &core->statistics;
    const px_request *request = open_request(core);
    uint64_t give_up_at = request ? request->deadline : PX_NO_DEADLINE;
    uint64_t send_at = statistics->timeline.count ? statistics->next_at : PX_NO_DEADLINE;
    return give_up_at < send_at ? give_up_at : send_at;
}

void px_statistics_tick(px_core *core) {
    px_statistics *statistics = &core->statistics;
    px_request *request = open_request(core);
    if (request && request->deadline <= core->now) {
        statistics->request = 0;
        px_request_cancel(core, request);
        tell_failure(core, PX_SLICE("no answer came within 10 seconds"));
    }
    if (statistics->next_at > core->now)
        return;
    px_statistics_send(core);
    px_statistics_skip(core);
}
