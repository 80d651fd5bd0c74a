#include "core/error.h"

#include "json/reader.h"

/* What the service sent stands as it is, where it is JSON. */
static void put_service_data(px_json_writer *writer, const px_error *error) {
    px_json_key(writer, PX_SLICE("data"));
    if (error->data.len && px_json_valid(error->data)) {
        px_json_raw_value(writer, error->data);
        return;
    }
    px_json_object_begin(writer);
    px_json_key(writer, PX_SLICE("code"));
    px_json_i64(writer, error->code);
    if (error->message.len)
        px_json_member(writer, PX_SLICE("message"), error->message);
    px_json_object_end(writer);
}

/* {"type":"PusherError","data":{"code":4001,"message":"..."}} */
static void put_service_error(px_json_writer *writer, const px_error *error) {
    px_json_object_begin(writer);
    px_json_member(writer, PX_SLICE("type"), PX_SLICE("PusherError"));
    put_service_data(writer, error);
    px_json_object_end(writer);
}

static px_slice type_name(px_error_type type) {
    static const px_slice names[] = {[PX_ERROR_PROTOCOL] = PX_LITERAL("PusherError"),
                                     [PX_ERROR_TRANSPORT] = PX_LITERAL("WebSocketError"),
                                     [PX_ERROR_HANDSHAKE] = PX_LITERAL("HandshakeError"),
                                     [PX_ERROR_PARSE] = PX_LITERAL("MessageParseError"),
                                     [PX_ERROR_AUTH] = PX_LITERAL("AuthError")};
    return names[type];
}

/* {"type":"WebSocketError","error":...}, with "data" or "status" where there is one */
static void put_other_error(px_json_writer *writer, const px_error *error) {
    bool closed_by_service = error->type == PX_ERROR_TRANSPORT && error->code;
    px_json_object_begin(writer);
    px_json_member(writer, PX_SLICE("type"), type_name(error->type));
    px_json_key(writer, PX_SLICE("error"));
    if (closed_by_service)
        put_service_error(writer, error);
    else
        px_json_string(writer, error->message);
    if (error->data.len && !closed_by_service)
        px_json_member(writer, PX_SLICE("data"), error->data);
    if (error->type == PX_ERROR_AUTH && (error->status || !error->without_status)) {
        px_json_key(writer, PX_SLICE("status"));
        px_json_i64(writer, error->status);
    }
    px_json_object_end(writer);
}

void px_error_put(px_json_writer *writer, const px_error *error) {
    if (error->type == PX_ERROR_PROTOCOL)
        put_service_error(writer, error);
    else
        put_other_error(writer, error);
}

int px_error_write(const px_error *error, px_buffer *out) {
    px_json_writer writer;
    px_json_writer_init(&writer, out);
    px_error_put(&writer, error);
    return px_json_writer_finish(&writer);
}
