/* The HTTP API's ways to publish. Whatever goes wrong goes wrong before anything is sent: all
 * events of a request reach their channels, or none does. */
#include "base/plant.h"
#include "server/channel.h"
#include "server/event.h"
#include "server/json_object.h"
#include "server/notice.h"
#include "server/publication.h"
#include "server/text.h"
#include "server/user.h"

/* ---- Sending ---- */

/* A message to a channel, or to a user. */
typedef struct px_outgoing {
    px_channel *channel;  /* NULL: nobody is subscribed, or it is to a user */
    px_user *user;        /* NULL: it is to a channel, or nobody is signed in */
    px_slice remember_in; /* the name of a cache channel; empty: it is none */
    const px_hub_connection *except;
    px_message *message;
} px_outgoing;

/* The connection that asked not to get its own event. */
static const px_hub_connection *excluded(const px_http_call *call, px_slice socket_id) {
    const px_hub_connection *connection = socket_id.ptr && !PX_PLANTED(NOT_EXCLUDED)
                                              ? px_sockets_find(&call->hub->sockets, socket_id)
                                              : NULL;
    return connection && connection->app == call->app ? connection : NULL;
}

/* Who is behind a channel's name; false: nobody, and it is not to be remembered. */
static bool find_receivers(const px_app *app, px_slice name, px_outgoing *outgoing) {
    unsigned traits = px_channel_traits(name);
    if (traits & PX_CHANNEL_CACHE)
        outgoing->remember_in = name;
    if (traits & PX_CHANNEL_USER)
        outgoing->user = px_user_find(app, px_channel_user_id(name));
    else
        outgoing->channel = px_channel_find(app, name);
    return outgoing->channel || outgoing->remember_in.len > 0 ||
           (outgoing->user && outgoing->user->identities);
}

/* Appends what the publication sends to occupied channels, cache channels and signed-in users. False without
 * memory. */
static bool prepare(px_http_call *call, const px_publication *publication, px_outgoing *outgoing,
                    size_t *count) {
    const px_hub_connection *except = excluded(call, publication->socket_id);
    for (size_t i = 0; i < publication->channel_count; i++) {
        px_slice name = publication->channels[i];
        px_outgoing *next = &outgoing[*count];
        *next = (px_outgoing){.except = except};
        if (!find_receivers(call->app, name, next))
            continue;
        if (next->remember_in.len > 0 && !px_last_event_reserve(call->app, name))
            return false;
        (*count)++;
        next->message = px_event_published(call->hub, publication->name, name, publication->data);
        if (!next->message)
            return false;
    }
    return true;
}

static void deliver(px_http_call *call, const px_outgoing *outgoing) {
    const px_hub_connection *except = outgoing->except;
    if (outgoing->remember_in.len > 0) {
        px_last_event_store(call->hub, call->app, outgoing->remember_in, outgoing->message);
        px_notice_cached(call->hub, call->app, outgoing->remember_in);
    }
    if (outgoing->user)
        px_user_deliver(call->hub, outgoing->user, except, outgoing->message);
    else if (outgoing->channel)
        px_channel_deliver(call->hub, outgoing->channel,
                           except ? px_subscription_find(outgoing->channel, except) : NULL,
                           outgoing->message);
    else
        px_message_release(outgoing->message);
}

static void undo(px_http_call *call, const px_outgoing *outgoing) {
    if (outgoing->remember_in.len > 0)
        px_last_event_unreserve(call->app, outgoing->remember_in);
    px_message_release(outgoing->message);
}

/* Whether the app may publish as many events now; otherwise answers 429. */
static int check_rate(px_http_call *call, size_t count) {
    uint64_t wait_ms;
    if (px_bucket_take(&call->app->backend_events, call->app->options.max_backend_events_per_second,
                       (uint32_t)count, call->hub->now_ms, &wait_ms))
        return PX_HTTP_OK;
    return px_http_fail_rate(call, PX_SLICE("The app publishes too many events"), wait_ms);
}

/* Sends all publications, or fails. The answer must have been written. */
static int send(px_http_call *call, const px_publication *publications, size_t count) {
    void *memory;
    size_t most = 1, made = 0;
    bool prepared = true;
    int status = check_rate(call, count);
    if (status != PX_HTTP_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        most += publications[i].channel_count;
    if (px_json_writer_finish(&call->answer) != PX_OK ||
        px_arena_alloc(call->arena, most * sizeof(px_outgoing), &memory) != PX_OK)
        return px_http_fail_memory(call);
    px_outgoing *outgoing = memory;
    for (size_t i = 0; i < count && prepared; i++)
        prepared = prepare(call, &publications[i], outgoing, &made);
    for (size_t i = 0; i < made; i++) {
        if (prepared)
            deliver(call, &outgoing[i]);
        else
            undo(call, &outgoing[i]);
    }
    px_last_events_trim(call->app);
    return prepared ? PX_HTTP_OK : px_http_fail_memory(call);
}

/* ---- One event ---- */

static void write_channels(px_http_call *call, const px_publication *publication) {
    px_json_object_begin(&call->answer);
    if (publication->attributes) {
        px_json_key(&call->answer, PX_SLICE("channels"));
        px_json_object_begin(&call->answer);
        for (size_t i = 0; i < publication->channel_count; i++) {
            px_json_key(&call->answer, publication->channels[i]);
            px_json_object_begin(&call->answer);
            px_http_write_info(call, publication->channels[i], publication->attributes);
            px_json_object_end(&call->answer);
        }
        px_json_object_end(&call->answer);
    }
    px_json_object_end(&call->answer);
}

int px_http_publish(px_http_call *call) {
    px_publication publication = {.channel_count = 0};
    px_slice body = call->request->body;
    int status = body.len ? px_publication_from_json(call, body, &publication)
                          : px_publication_from_params(call, &publication);
    if (status == PX_HTTP_OK)
        status = px_publication_check(call, &publication);
    if (status != PX_HTTP_OK)
        return status;
    write_channels(call, &publication);
    return send(call, &publication, 1);
}

/* The body itself is the data. */
int px_http_publish_raw(px_http_call *call) {
    px_slice body = call->request->body;
    px_publication publication = {
        .name = px_http_param_value(&call->params, PX_SLICE("name")),
        .data = body.len ? body : PX_SLICE(""),
        .channels = &call->name,
        .channel_count = 1,
        .socket_id = px_http_param_value(&call->params, PX_SLICE("socket_id")),
    };
    int status = px_publication_check(call, &publication);
    if (status == PX_HTTP_OK)
        status = send(call, &publication, 1);
    return status == PX_HTTP_OK ? PX_HTTP_ACCEPTED : status;
}

/* ---- A batch ---- */

/* Reads and checks every event of the array; *count of them are in `publications`. */
static int read_batch(px_http_call *call, px_slice array, px_publication *publications,
                      size_t *count) {
    px_json_reader reader;
    px_member_value element;
    int more;
    px_json_reader_init(&reader, array);
    px_json_next(&reader);
    while ((more = px_array_next(call->arena, &reader, &element)) == 1) {
        if (*count == call->app->options.max_batch)
            return px_http_fail(call, PX_HTTP_BAD_REQUEST,
                                PX_SLICE("Too many events in one batch"));
        px_publication *next = &publications[*count];
        *next = (px_publication){.label = px_text_of(call->arena, PX_SLICE("batch["),
                                                     px_text_of_number(call->arena, *count),
                                                     PX_SLICE("]: "))};
        (*count)++;
        int status = px_publication_from_json(call, element.raw, next);
        if (status == PX_HTTP_OK)
            status = px_publication_check(call, next);
        if (status != PX_HTTP_OK)
            return status;
    }
    return more < 0 ? px_http_fail_memory(call) : PX_HTTP_OK;
}

/* One object for each event, in their order, when at least one asked for something. */
static void write_batch(px_http_call *call, const px_publication *publications, size_t count) {
    unsigned asked = 0;
    for (size_t i = 0; i < count; i++)
        asked |= publications[i].attributes;
    px_json_object_begin(&call->answer);
    if (asked) {
        px_json_key(&call->answer, PX_SLICE("batch"));
        px_json_array_begin(&call->answer);
        for (size_t i = 0; i < count; i++) {
            px_json_object_begin(&call->answer);
            px_http_write_info(call, publications[i].channels[0], publications[i].attributes);
            px_json_object_end(&call->answer);
        }
        px_json_array_end(&call->answer);
    }
    px_json_object_end(&call->answer);
}

int px_http_publish_batch(px_http_call *call) {
    static const px_slice NAME = PX_LITERAL("batch");
    px_member_value batch;
    void *memory;
    size_t count = 0;
    int result = px_object_read(call->arena, call->request->body, &NAME, &batch, 1);
    if (result != PX_OK && result != PX_ERR_SYNTAX)
        return px_http_fail_memory(call);
    if (result != PX_OK || batch.token != PX_JSON_ARRAY_BEGIN)
        return px_http_fail(call, PX_HTTP_BAD_REQUEST,
                            PX_SLICE("The body must be a JSON object with an array called batch"));
    if (px_arena_alloc(call->arena, call->app->options.max_batch * sizeof(px_publication),
                       &memory) != PX_OK)
        return px_http_fail_memory(call);
    int status = read_batch(call, batch.raw, memory, &count);
    if (status != PX_HTTP_OK)
        return status;
    write_batch(call, memory, count);
    return send(call, memory, count);
}
