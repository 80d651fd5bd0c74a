#include "core/handshake.h"

#include "core/internal.h"

enum { MAX_ACTIVITY_TIMEOUT_S = 86400 };

int px_service_error_read(px_core *core, const px_frame *frame, int *code, px_slice *message) {
    px_field fields[] = {{.name = PX_LITERAL("code")}, {.name = PX_LITERAL("message")}};
    px_slice data;
    int64_t number;
    *code = 0;
    *message = px_slice_of(NULL, 0);
    int result = px_frame_data(core, frame, &data);
    if (result != PX_OK || px_fields_read(data, fields, 2) != PX_JSON_ERROR_NONE)
        return result;
    if (fields[0].token == PX_JSON_NUMBER && px_json_to_i64(fields[0].value, &number) &&
        number > 0 && number <= UINT16_MAX)
        *code = (int)number;
    return px_field_is_string(&fields[1]) ? px_field_text(core, &fields[1], message) : PX_OK;
}

/* Seconds in a JSON number as milliseconds; 0 when it is no use as a time. */
static uint32_t seconds_to_ms(px_slice number) {
    int64_t seconds;
    if (!px_json_to_i64(number, &seconds)) {
        const char *point = memchr(number.ptr, '.', number.len);
        px_slice whole = px_slice_of(number.ptr, point ? (size_t)(point - number.ptr) : 0);
        uint64_t value;
        if (!px_slice_to_u64(whole, &value))
            return 0;
        seconds = value < MAX_ACTIVITY_TIMEOUT_S ? (int64_t)value + 1 : MAX_ACTIVITY_TIMEOUT_S;
    }
    if (seconds <= 0)
        return 0;
    return (uint32_t)(seconds < MAX_ACTIVITY_TIMEOUT_S ? seconds : MAX_ACTIVITY_TIMEOUT_S) * 1000;
}

static int read_established(px_core *core, px_handshake *handshake) {
    px_field fields[] = {{.name = PX_LITERAL("socket_id")},
                         {.name = PX_LITERAL("activity_timeout")}};
    px_slice data;
    handshake->kind = PX_HANDSHAKE_BAD;
    int result = px_frame_data(core, &handshake->frame, &data);
    if (result != PX_OK)
        return result;
    if (px_fields_read(data, fields, 2) != PX_JSON_ERROR_NONE || !px_field_is_string(&fields[0]) ||
        !fields[0].value.len || fields[0].value.len > PX_MAX_SOCKET_ID) {
        handshake->text = PX_SLICE("No socket id in handshake");
        return PX_OK;
    }
    if (fields[1].token == PX_JSON_NUMBER)
        handshake->activity_timeout_ms = seconds_to_ms(fields[1].value);
    if (!handshake->activity_timeout_ms) {
        handshake->text = PX_SLICE("No activity timeout specified in handshake");
        return PX_OK;
    }
    handshake->kind = PX_HANDSHAKE_ESTABLISHED;
    return px_field_text(core, &fields[0], &handshake->socket_id);
}

int px_handshake_read(px_core *core, px_slice message, px_handshake *handshake) {
    *handshake = (px_handshake){.kind = PX_HANDSHAKE_BAD};
    int result = px_frame_decode(core, message, &handshake->frame, &handshake->text);
    if (result == PX_ERR_SYNTAX)
        return PX_OK;
    if (result != PX_OK)
        return result;
    if (px_slice_equal(handshake->frame.event, PX_SLICE("pusher:connection_established")))
        return read_established(core, handshake);
    if (px_slice_equal(handshake->frame.event, PX_SLICE("pusher:error"))) {
        handshake->kind = PX_HANDSHAKE_REFUSED;
        return px_service_error_read(core, &handshake->frame, &handshake->code, &handshake->text);
    }
    handshake->text = PX_SLICE("Invalid handshake");
    return PX_OK;
}
