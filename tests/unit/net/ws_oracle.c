#include "ws_oracle.h"

#include "ws_stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <wslay/wslay.h>

typedef struct oracle {
    px_slice input;
    px_buffer *log;
    bool closed; /* the peer closed */
} oracle;

static ssize_t give_input(wslay_event_context_ptr context, uint8_t *data, size_t len, int flags,
                          void *user_data) {
    (void)flags;
    oracle *o = user_data;
    if (o->input.len == 0 || o->closed) {
        wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    size_t count = len < o->input.len ? len : o->input.len;
    memcpy(data, o->input.ptr, count);
    o->input = px_slice_after(o->input, count);
    return (ssize_t)count;
}

static ssize_t drop_output(wslay_event_context_ptr context, const uint8_t *data, size_t len,
                           int flags, void *user_data) {
    (void)context;
    (void)data;
    (void)flags;
    (void)user_data;
    return (ssize_t)len;
}

static int same_mask(wslay_event_context_ptr context, uint8_t *mask, size_t len, void *user_data) {
    (void)context;
    (void)user_data;
    memset(mask, 0, len);
    return 0;
}

static void log_message(wslay_event_context_ptr context,
                        const struct wslay_event_on_msg_recv_arg *message, void *user_data) {
    (void)context;
    oracle *o = user_data;
    px_slice payload = px_slice_of((const char *)message->msg, message->msg_length);
    uint16_t code = message->status_code;
    if (message->opcode == PX_WS_CLOSE) {
        o->closed = true;
        if (payload.len == 0)
            code = PX_WS_CLOSE_NO_STATUS;
        payload = px_slice_after(payload, payload.len < 2 ? payload.len : 2);
    }
    ws_log(o->log, message->opcode, code, payload);
}

void ws_ask_wslay(px_slice stream, size_t max_message, bool masked, px_buffer *log) {
    static const struct wslay_event_callbacks CALLBACKS = {
        give_input, drop_output, same_mask, NULL, NULL, NULL, log_message,
    };
    oracle o = {.input = stream, .log = log};
    wslay_event_context_ptr context;
    int result = masked ? wslay_event_context_server_init(&context, &CALLBACKS, &o)
                        : wslay_event_context_client_init(&context, &CALLBACKS, &o);
    assert_int_equal(result, 0);
    wslay_event_config_set_max_recv_msg_length(context, max_message);
    int received = wslay_event_recv(context);
    assert_int_equal(wslay_event_send(context), 0);
    if (received == WSLAY_ERR_CALLBACK_FAILURE) /* so it tells what its frame layer refuses */
        ws_log_failure(log, PX_WS_CLOSE_PROTOCOL_ERROR);
    else if (!o.closed && wslay_event_get_close_sent(context))
        ws_log_failure(log, wslay_event_get_status_code_sent(context));
    wslay_event_context_free(context);
}
