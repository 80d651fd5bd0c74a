#include "server/event.h"

#include "server/message.h"

enum { KEEP_CAPACITY = 64 * 1024 };

static void begin(px_hub *hub, px_json_writer *writer, px_slice event, px_slice channel) {
    px_buffer_clear(&hub->text);
    px_json_writer_init(writer, &hub->text);
    px_json_object_begin(writer);
    px_json_member(writer, PX_SLICE("event"), event);
    if (channel.ptr)
        px_json_member(writer, PX_SLICE("channel"), channel);
}

static px_message *end(px_hub *hub, px_json_writer *writer) {
    px_json_object_end(writer);
    px_message *message = NULL;
    if (px_json_writer_finish(writer) == PX_OK)
        message = px_message_new(hub->host.transient, px_buffer_slice(&hub->text));
    if (hub->text.capacity > KEEP_CAPACITY)
        px_buffer_free(&hub->text);
    return message;
}

void px_event_begin(px_hub *hub, px_event_writer *writer, px_slice event, px_slice channel) {
    begin(hub, &writer->message, event, channel);
    px_json_key(&writer->message, PX_SLICE("data"));
    writer->mark = px_json_nested_begin(&writer->message, &writer->data);
}

px_message *px_event_end(px_hub *hub, px_event_writer *writer) {
    px_json_nested_end(&writer->message, &writer->data, writer->mark);
    return end(hub, &writer->message);
}

px_message *px_event_plain(px_hub *hub, px_slice event, px_slice channel) {
    return px_event_published(hub, event, channel, PX_SLICE("{}"));
}

px_message *px_event_established(px_hub *hub, const px_hub_connection *connection) {
    char id[PX_SOCKET_ID_MAX];
    px_event_writer writer;
    px_event_begin(hub, &writer, PX_SLICE("pusher:connection_established"), px_slice_of(NULL, 0));
    px_json_object_begin(&writer.data);
    px_json_member(&writer.data, PX_SLICE("socket_id"), px_socket_id_text(connection, id));
    px_json_key(&writer.data, PX_SLICE("activity_timeout"));
    px_json_u64(&writer.data, hub->options.activity_timeout);
    px_json_object_end(&writer.data);
    return px_event_end(hub, &writer);
}

px_message *px_event_signed_in(px_hub *hub, px_slice user_data) {
    px_event_writer writer;
    px_event_begin(hub, &writer, PX_SLICE("pusher:signin_success"), px_slice_of(NULL, 0));
    px_json_object_begin(&writer.data);
    px_json_member(&writer.data, PX_SLICE("user_data"), user_data);
    px_json_object_end(&writer.data);
    return px_event_end(hub, &writer);
}

px_message *px_event_error(px_hub *hub, uint16_t code, px_slice text) {
    px_json_writer writer;
    begin(hub, &writer, PX_SLICE("pusher:error"), px_slice_of(NULL, 0));
    px_json_key(&writer, PX_SLICE("data"));
    px_json_object_begin(&writer);
    px_json_key(&writer, PX_SLICE("code"));
    if (code)
        px_json_u64(&writer, code);
    else
        px_json_null(&writer);
    px_json_member(&writer, PX_SLICE("message"), text);
    px_json_object_end(&writer);
    return end(hub, &writer);
}

px_message *px_event_subscription_error(px_hub *hub, px_slice channel, px_slice type, px_slice text,
                                        unsigned status) {
    px_json_writer writer;
    begin(hub, &writer, PX_SLICE("pusher:subscription_error"), channel);
    px_json_key(&writer, PX_SLICE("data"));
    px_json_object_begin(&writer);
    px_json_member(&writer, PX_SLICE("type"), type);
    px_json_member(&writer, PX_SLICE("error"), text);
    px_json_key(&writer, PX_SLICE("status"));
    px_json_u64(&writer, status);
    px_json_object_end(&writer);
    return end(hub, &writer);
}

px_message *px_event_subscription_count(px_hub *hub, px_slice channel, uint32_t count) {
    px_event_writer writer;
    px_event_begin(hub, &writer, PX_SLICE("pusher_internal:subscription_count"), channel);
    px_json_object_begin(&writer.data);
    px_json_key(&writer.data, PX_SLICE("subscription_count"));
    px_json_u64(&writer.data, count);
    px_json_object_end(&writer.data);
    return px_event_end(hub, &writer);
}

px_message *px_event_published(px_hub *hub, px_slice event, px_slice channel, px_slice data) {
    px_json_writer writer;
    begin(hub, &writer, event, channel);
    px_json_member(&writer, PX_SLICE("data"), data);
    return end(hub, &writer);
}

px_message *px_event_from_client(px_hub *hub, px_slice event, px_slice channel, px_slice json,
                                 px_slice user_id) {
    px_json_writer writer;
    begin(hub, &writer, event, channel);
    px_json_key(&writer, PX_SLICE("data"));
    px_json_raw_value(&writer, json);
    if (user_id.ptr)
        px_json_member(&writer, PX_SLICE("user_id"), user_id);
    return end(hub, &writer);
}
