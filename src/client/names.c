/* Names and texts of codes, states and types; and the proof that the codes of the layers below are
 * those of the public headers. */
#include "core/core.h"
#include "core/log_format.h"
#include "driver/result.h"

#include <pusher/pusher.h>

#define SAME(inside, outside) _Static_assert((int)(inside) == (int)(outside), #outside)

SAME(PX_ERR_NO_MEMORY, PUSHER_ERR_NO_MEMORY);
SAME(PX_ERR_LIMIT, PUSHER_ERR_LIMIT);
SAME(PX_ERR_ARGUMENT, PUSHER_ERR_ARGUMENT);
SAME(PX_ERR_STATE, PUSHER_ERR_STATE);
SAME(PX_ERR_NOT_FOUND, PUSHER_ERR_NOT_FOUND);
SAME(PX_ERR_SYNTAX, PUSHER_ERR_SYNTAX);
SAME(PX_ERR_SYSTEM, PUSHER_ERR_SYSTEM);
SAME(PX_ERR_RESOLVE, PUSHER_ERR_RESOLVE);
SAME(PX_ERR_CONNECT, PUSHER_ERR_CONNECT);
SAME(PX_ERR_TLS, PUSHER_ERR_TLS);
SAME(PX_ERR_PROXY, PUSHER_ERR_PROXY);
SAME(PX_ERR_HANDSHAKE, PUSHER_ERR_HANDSHAKE);
SAME(PX_ERR_CLOSED, PUSHER_ERR_CLOSED);
SAME(PX_ERR_TIMEOUT, PUSHER_ERR_TIMEOUT);
SAME(PX_ERR_PROTOCOL, PUSHER_ERR_PROTOCOL);
SAME(PX_STATE_INITIALIZED, PUSHER_INITIALIZED);
SAME(PX_STATE_CONNECTING, PUSHER_CONNECTING);
SAME(PX_STATE_CONNECTED, PUSHER_CONNECTED);
SAME(PX_STATE_UNAVAILABLE, PUSHER_UNAVAILABLE);
SAME(PX_STATE_FAILED, PUSHER_FAILED);
SAME(PX_STATE_DISCONNECTED, PUSHER_DISCONNECTED);
SAME(PX_LOG_ERROR, PUSHER_LOG_ERROR);
SAME(PX_LOG_WARN, PUSHER_LOG_WARN);
SAME(PX_LOG_DEBUG, PUSHER_LOG_DEBUG);
SAME(PX_LOG_FORMAT_JSON, PUSHER_LOG_FORMAT_JSON);
SAME(PX_LOG_FORMAT_PUSHER_JS, PUSHER_LOG_FORMAT_PUSHER_JS);
SAME(PX_LOG_FORMAT_CLASSIC, PUSHER_LOG_FORMAT_CLASSIC);
SAME(PX_CHOICE_ABSENT, PUSHER_UNSET);
SAME(PX_CHOICE_YES, PUSHER_YES);
SAME(PX_CHOICE_NO, PUSHER_NO);
SAME(PX_ERROR_PROTOCOL, PUSHER_ERROR_PROTOCOL);
SAME(PX_ERROR_TRANSPORT, PUSHER_ERROR_TRANSPORT);
SAME(PX_ERROR_HANDSHAKE, PUSHER_ERROR_HANDSHAKE);
SAME(PX_ERROR_PARSE, PUSHER_ERROR_PARSE);
SAME(PX_ERROR_AUTH, PUSHER_ERROR_AUTH);

static const struct {
    int result;
    const char *name;
    const char *text;
} results[] = {
#define ROW(name, number, text) {name, #name, text},
    PUSHER_RESULTS(ROW)
#undef ROW
};

const char *pusher_result_name(int result) {
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        if (results[i].result == result)
            return results[i].name;
    }
    return "unknown result";
}

const char *pusher_result_text(int result) {
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        if (results[i].result == result)
            return results[i].text;
    }
    return "a result that this version of the library does not have";
}

const char *pusher_state_name(pusher_state state) {
    switch (state) {
    case PUSHER_INITIALIZED:
        return "initialized";
    case PUSHER_CONNECTING:
        return "connecting";
    case PUSHER_CONNECTED:
        return "connected";
    case PUSHER_UNAVAILABLE:
        return "unavailable";
    case PUSHER_FAILED:
        return "failed";
    case PUSHER_DISCONNECTED:
        return "disconnected";
    }
    return "unknown state";
}

const char *pusher_error_type_name(pusher_error_type type) {
    switch (type) {
    case PUSHER_ERROR_PROTOCOL:
        return "PusherError";
    case PUSHER_ERROR_TRANSPORT:
        return "WebSocketError";
    case PUSHER_ERROR_HANDSHAKE:
        return "HandshakeError";
    case PUSHER_ERROR_PARSE:
        return "MessageParseError";
    case PUSHER_ERROR_AUTH:
        return "AuthError";
    }
    return "unknown error";
}

const char *pusher_version(void) {
    return PUSHER_VERSION_TEXT;
}
