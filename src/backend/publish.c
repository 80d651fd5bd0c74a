/* Publishing events: what is checked before, and the bodies of the requests. */
#include "backend/encrypt.h"
#include "backend/names.h"
#include "backend/request.h"

#include "base/utf8.h"
#include "net/protocol_name.h"
#include "json/writer.h"

enum { MAX_CHANNELS = 100, MAX_BATCH = 10 };

/* One event on its way: which channels it may be for was checked. */
typedef struct event {
    const px_slice *channels;
    size_t channel_count;
    px_slice name, data, socket_id, info;
} event;

/* ---- Checks ---- */

static int check_event(pusher_app *app, const event *this) {
    const char *fault = px_backend_event_fault(this->name);
    if (fault)
        return px_answer_refuse_name(app, this->name, fault);
    if (this->socket_id.len && !px_socket_id_valid(this->socket_id))
        return px_answer_refuse_name(app, this->socket_id,
                                     "is no socket id; one looks like 1234.5678");
    if (!px_utf8_valid(this->name) || !px_utf8_valid(this->data) || !px_utf8_valid(this->info))
        return px_answer_refuse(app, PX_ERR_ARGUMENT, "the event is not UTF-8");
    return PX_OK;
}

static int check_channels(pusher_app *app, const event *this) {
    if (this->channel_count == 0)
        return px_answer_refuse(app, PX_ERR_ARGUMENT, "an event needs a channel");
    if (this->channel_count > MAX_CHANNELS)
        return px_answer_refuse(app, PX_ERR_LIMIT,
                                "%zu channels are too many for one event; at most %d",
                                this->channel_count, MAX_CHANNELS);
    for (size_t i = 0; i < this->channel_count; i++) {
        const char *fault = px_backend_channel_fault(this->channels[i]);
        if (!fault && this->channel_count > 1 && px_backend_is_encrypted(this->channels[i]))
            fault = "is encrypted with a key of its own: publish to it alone";
        if (fault)
            return px_answer_refuse_name(app, this->channels[i], fault);
    }
    return PX_OK;
}

static int check_length(pusher_app *app, px_slice data) {
    return data.len > app->settings.max_data
               ? px_answer_refuse(app, PX_ERR_LIMIT,
                                  "%zu bytes of data are too much for one event; at most %u",
                                  data.len, (unsigned)app->settings.max_data)
               : PX_OK;
}

/* ---- Bodies ---- */

static void write_channels(px_json_writer *writer, const event *this, bool in_batch) {
    if (in_batch) {
        px_json_member(writer, PX_SLICE("channel"), this->channels[0]);
        return;
    }
    px_json_key(writer, PX_SLICE("channels"));
    px_json_array_begin(writer);
    for (size_t i = 0; i < this->channel_count; i++)
        px_json_string(writer, this->channels[i]);
    px_json_array_end(writer);
}

static int write_event(pusher_app *app, px_json_writer *writer, const event *this, bool in_batch) {
    px_buffer sealed;
    px_slice data = this->data;
    int result = check_length(app, data);
    px_buffer_init(&sealed, app->allocator, PX_BACKEND_MAX_TEXT);
    if (!result && px_backend_is_encrypted(this->channels[0])) {
        result = px_backend_encrypt(app, this->channels[0], data, &sealed);
        data = px_buffer_slice(&sealed);
        if (!result)
            result = check_length(app, data);
    }
    if (!result) {
        px_json_object_begin(writer);
        px_json_member(writer, PX_SLICE("name"), this->name);
        px_json_member(writer, PX_SLICE("data"), data);
        write_channels(writer, this, in_batch);
        if (this->socket_id.len)
            px_json_member(writer, PX_SLICE("socket_id"), this->socket_id);
        if (this->info.len)
            px_json_member(writer, PX_SLICE("info"), this->info);
        px_json_object_end(writer);
        result = px_json_writer_finish(writer);
    }
    px_buffer_free(&sealed);
    return result;
}

/* ---- Requests ---- */

/* Posts what was written, unless something went wrong; frees it. */
static int post(pusher_app *app, px_slice path, px_buffer *body, int result,
                pusher_answer *answer) {
    const px_backend_request request = {
        .method = PX_SLICE("POST"), .path = path, .body = px_buffer_slice(body)};
    result = result ? px_answer_end(app, result, 0, answer)
                    : px_backend_request_send(app, &request, answer);
    px_buffer_free(body);
    return result;
}

static int post_event(pusher_app *app, const event *this, int result, pusher_answer *answer) {
    px_buffer body;
    px_json_writer writer;
    px_buffer_init(&body, app->allocator, PX_BACKEND_MAX_TEXT);
    px_json_writer_init(&writer, &body);
    if (!result)
        result = write_event(app, &writer, this, false);
    return post(app, PX_SLICE("/events"), &body, result, answer);
}

static void read_publication(const pusher_publication *given, px_slice channels[MAX_CHANNELS],
                             event *this) {
    *this = (event){.channels = channels,
                    .channel_count = given->channel_count,
                    .name = px_given(given->event),
                    .data = px_given(given->data),
                    .socket_id = px_given(given->socket_id),
                    .info = px_given(given->info)};
    for (size_t i = 0; i < given->channel_count && i < MAX_CHANNELS; i++)
        channels[i] = px_given(given->channels[i]);
}

int pusher_app_publish(pusher_app *app, const pusher_publication *publication,
                       pusher_answer *answer) {
    px_slice channels[MAX_CHANNELS];
    event this;
    px_answer_begin(app);
    read_publication(publication, channels, &this);
    int result = check_event(app, &this);
    if (!result)
        result = check_channels(app, &this);
    return post_event(app, &this, result, answer);
}

int pusher_app_trigger(pusher_app *app, pusher_string channel, pusher_string event_name,
                       pusher_string data, pusher_answer *answer) {
    const pusher_publication publication = {
        .channels = &channel, .channel_count = 1, .event = event_name, .data = data};
    return pusher_app_publish(app, &publication, answer);
}

static int write_batch_event(pusher_app *app, px_json_writer *writer,
                             const pusher_publication *publication) {
    px_slice channels[MAX_CHANNELS];
    event this;
    read_publication(publication, channels, &this);
    int result = check_event(app, &this);
    if (!result)
        result = check_channels(app, &this);
    if (!result && this.channel_count > 1)
        result = px_answer_refuse(app, PX_ERR_ARGUMENT, "an event of a batch has one channel");
    return result ? result : write_event(app, writer, &this, true);
}

int pusher_app_publish_batch(pusher_app *app, const pusher_publication *publications, size_t count,
                             pusher_answer *answer) {
    px_buffer body;
    px_json_writer writer;
    int result = PX_OK;
    px_answer_begin(app);
    px_buffer_init(&body, app->allocator, PX_BACKEND_MAX_TEXT);
    px_json_writer_init(&writer, &body);
    if (count == 0)
        result = px_answer_refuse(app, PX_ERR_ARGUMENT, "a batch needs an event");
    else if (count > MAX_BATCH)
        result = px_answer_refuse(
            app, PX_ERR_LIMIT, "%zu events are too many for a batch; at most %d", count, MAX_BATCH);
    px_json_object_begin(&writer);
    px_json_key(&writer, PX_SLICE("batch"));
    px_json_array_begin(&writer);
    for (size_t i = 0; !result && i < count; i++)
        result = write_batch_event(app, &writer, &publications[i]);
    px_json_array_end(&writer);
    px_json_object_end(&writer);
    if (!result)
        result = px_json_writer_finish(&writer);
    return post(app, PX_SLICE("/batch_events"), &body, result, answer);
}

int pusher_app_send_to_user(pusher_app *app, pusher_string user_id, pusher_string event_name,
                            pusher_string data, pusher_answer *answer) {
    px_buffer name;
    px_answer_begin(app);
    px_buffer_init(&name, app->allocator, PX_BACKEND_MAX_NAME * 2);
    const char *fault = px_backend_user_fault(px_given(user_id));
    int result = fault ? px_answer_refuse_name(app, px_given(user_id), fault) : PX_OK;
    if (!result)
        result = px_buffer_append(&name, PX_SLICE("#server-to-user-"));
    if (!result)
        result = px_buffer_append(&name, px_given(user_id));
    px_slice channel = px_buffer_slice(&name);
    const event this = {.channels = &channel,
                        .channel_count = 1,
                        .name = px_given(event_name),
                        .data = px_given(data)};
    if (!result)
        result = check_event(app, &this);
    result = post_event(app, &this, result, answer);
    px_buffer_free(&name);
    return result;
}
