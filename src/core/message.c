#include "core/message.h"

#include "core/internal.h"

/* ---- Decoding ---- */

int px_field_text(px_core *core, const px_field *field, px_slice *text) {
    if (!field->escaped) {
        *text = field->value;
        return PX_OK;
    }
    void *memory;
    int result = px_arena_alloc(&core->arena, field->value.len, &memory);
    if (result == PX_OK)
        *text = px_slice_of(memory, px_json_unescape_to(field->value, memory));
    return result;
}

static int integer_text(px_core *core, int64_t value, px_slice *text) {
    char digits[21] = "-";
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    size_t len = px_u64_to_text(magnitude, digits + 1);
    px_slice whole = value < 0 ? px_slice_of(digits, len + 1) : px_slice_of(digits + 1, len);
    return px_arena_copy(&core->arena, whole, text);
}

int px_field_id(px_core *core, const px_field *field, px_slice *id) {
    int64_t value;
    if (px_field_is_string(field))
        return px_field_text(core, field, id);
    if (field->token == PX_JSON_NUMBER && px_json_to_i64(field->value, &value))
        return integer_text(core, value, id);
    *id = field->token == PX_JSON_NUMBER ? field->value : px_slice_of(NULL, 0);
    return PX_OK;
}

int px_frame_decode(px_core *core, px_slice message, px_frame *frame, px_slice *why) {
    px_field fields[] = {{.name = PX_LITERAL("event")},
                         {.name = PX_LITERAL("channel")},
                         {.name = PX_LITERAL("data")},
                         {.name = PX_LITERAL("user_id")}};
    px_json_error error = px_fields_read(message, fields, sizeof(fields) / sizeof(fields[0]));
    if (error != PX_JSON_ERROR_NONE) {
        *why = px_slice_of_text(px_json_error_text(error));
        return PX_ERR_SYNTAX;
    }
    if (!px_field_is_string(&fields[0])) {
        *why = PX_SLICE("a message without an event name");
        return PX_ERR_SYNTAX;
    }
    *frame = (px_frame){.data = fields[2]};
    int result = px_field_text(core, &fields[0], &frame->event);
    if (result == PX_OK && px_field_is_string(&fields[1]))
        result = px_field_text(core, &fields[1], &frame->channel);
    return result == PX_OK ? px_field_id(core, &fields[3], &frame->user_id) : result;
}

int px_frame_data(px_core *core, const px_frame *frame, px_slice *json) {
    if (frame->data.token != PX_JSON_END)
        return px_field_text(core, &frame->data, json);
    *json = px_slice_of(NULL, 0);
    return PX_OK;
}

/* ---- Events ---- */

px_event *px_event_push(px_core *core, unsigned targets, px_slice name) {
    px_action *action = px_queue_push(&core->queue, PX_ACTION_EVENT, 0);
    if (!action)
        return NULL;
    action->as.event.targets = targets;
    action->as.event.name = name;
    return &action->as.event;
}

px_event *px_event_of_frame(px_core *core, const px_frame *frame, px_slice name, unsigned targets) {
    px_event *event = px_event_push(core, targets, name);
    if (!event)
        return NULL;
    event->channel_name = frame->channel;
    event->user_id = frame->user_id;
    event->sender = frame->user_id;
    if (targets & PX_TO_CONNECTION)
        event->connection_name = PX_SLICE("message");
    if (frame->data.token != PX_JSON_END) {
        event->data_type = px_field_is_string(&frame->data) ? PX_DATA_STRING : PX_DATA_JSON;
        event->data = frame->data.value;
        event->data_escaped = frame->data.escaped;
    }
    return event;
}

/* ---- Encoding ---- */

static int send(px_core *core, px_slice message) {
    int result = px_transport_send(core, core->connection.live, message);
    if (result == PX_OK)
        px_log_sent(core, message);
    return result;
}

static px_json_writer begin_message(px_core *core) {
    px_json_writer writer;
    px_buffer_clear(&core->text);
    px_json_writer_init(&writer, &core->text);
    px_json_object_begin(&writer);
    return writer;
}

/* Copies the written message to where it lives until the queue is drained. */
static int end_message(px_core *core, px_json_writer *writer, px_slice *message) {
    px_json_object_end(writer);
    int result = px_json_writer_finish(writer);
    return result == PX_OK ? px_arena_copy(&core->arena, px_buffer_slice(&core->text), message)
                           : result;
}

int px_send_event(px_core *core, px_slice event, px_slice data, px_slice channel) {
    px_json_writer writer = begin_message(core);
    px_json_member(&writer, PX_SLICE("event"), event);
    if (data.len) {
        px_json_key(&writer, PX_SLICE("data"));
        px_json_raw_value(&writer, data);
    }
    if (channel.len)
        px_json_member(&writer, PX_SLICE("channel"), channel);
    px_slice message;
    int result = end_message(core, &writer, &message);
    return result == PX_OK ? send(core, message) : result;
}

/* Sends an event whose data is the object `data`. */
static int send_with_data(px_core *core, px_slice event, px_slice data) {
    return px_send_event(core, event, data, px_slice_of(NULL, 0));
}

/* {"auth":...,"channel_data":...,"channel":...} */
static int subscription(px_core *core, px_slice auth, px_slice channel_data, px_slice name,
                        px_slice *data) {
    px_json_writer writer = begin_message(core);
    px_json_member(&writer, PX_SLICE("auth"), auth);
    if (channel_data.ptr)
        px_json_member(&writer, PX_SLICE("channel_data"), channel_data);
    px_json_member(&writer, PX_SLICE("channel"), name);
    return end_message(core, &writer, data);
}

int px_send_subscribe_quietly(px_core *core, px_slice name) {
    px_slice data;
    int result = subscription(core, PX_SLICE(""), px_slice_of(NULL, 0), name, &data);
    return result == PX_OK ? send_with_data(core, PX_SLICE("pusher:subscribe"), data) : result;
}

int px_send_signin(px_core *core, px_slice auth, px_slice user_data) {
    px_json_writer writer = begin_message(core);
    px_json_member(&writer, PX_SLICE("auth"), auth);
    px_json_member(&writer, PX_SLICE("user_data"), user_data);
    px_slice data;
    int result = end_message(core, &writer, &data);
    return result == PX_OK ? send_with_data(core, PX_SLICE("pusher:signin"), data) : result;
}

int px_send_subscribe(px_core *core, const px_channel *channel, px_slice auth,
                      px_slice channel_data) {
    px_slice data;
    int result = subscription(core, auth, channel_data, px_channel_name(channel), &data);
    if (result != PX_OK)
        return result;
    /* What was sent can't be taken back: the event has its place before. */
    result = px_queue_reserve(&core->queue);
    if (result != PX_OK)
        return result;
    result = send_with_data(core, PX_SLICE("pusher:subscribe"), data);
    if (result != PX_OK) {
        px_queue_release(&core->queue);
        return result;
    }
    px_event *event = &px_queue_push_reserved(&core->queue, PX_ACTION_EVENT, 0)->as.event;
    event->targets = PX_TO_CLIENT;
    event->name = PX_SLICE("pusher:subscribe");
    event->channel = channel->id;
    event->data_type = PX_DATA_JSON;
    event->data = data;
    return PX_OK;
}

int px_send_unsubscribe(px_core *core, px_slice name) {
    px_json_writer writer = begin_message(core);
    px_json_member(&writer, PX_SLICE("channel"), name);
    px_slice data;
    int result = end_message(core, &writer, &data);
    return result == PX_OK ? send_with_data(core, PX_SLICE("pusher:unsubscribe"), data) : result;
}

int px_send_path(px_core *core, px_transport *transport) {
    px_text text = px_text_begin(&core->text);
    px_slice path;
    px_url_add_app(&core->options, &text);
    px_url_add_query(&core->options, &text);
    int result = px_core_keep_text(core, &text, &path);
    if (result != PX_OK)
        return result;
    px_json_writer writer = begin_message(core);
    px_json_member(&writer, PX_SLICE("path"), path);
    px_slice message;
    result = end_message(core, &writer, &message);
    return result == PX_OK ? px_transport_send(core, transport, message) : result;
}

int px_send_ping(px_core *core) {
    if (px_transport_beat(core, core->connection.live))
        return PX_OK;
    return send(core, PX_SLICE("{\"event\":\"pusher:ping\",\"data\":{}}"));
}

int px_send_pong(px_core *core) {
    return send(core, PX_SLICE("{\"event\":\"pusher:pong\",\"data\":{}}"));
}
