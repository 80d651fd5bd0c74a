#include "core/sockjs.h"

#include "base/plant.h"
#include "core/http_request.h"
#include "core/internal.h"

enum {
    INFO_TIMEOUT_MS = 8000,
    ROUNDTRIPS = 2, /* that a stream may take to begin: a connection, an answer */
    FAST_ANSWER_MS = 100,
    SLACK_MS = 200,
};

int px_sockjs_ask(px_core *core, px_transport *transport) {
    px_http_socket *socket = transport->http;
    const px_http_question question = {
        .kind = PX_REQUEST_INFO, .path = PX_SLICE("/info"), .timeout_ms = INFO_TIMEOUT_MS};
    socket->asked_at = core->now;
    socket->open_deadline = core->now + INFO_TIMEOUT_MS;
    return px_http_socket_ask(core, socket, transport->id, &question, &socket->info);
}

/* How long a stream may take to begin, after what the question took. */
static uint32_t patience(uint64_t took_ms) {
    uint64_t round_trip = took_ms > FAST_ANSWER_MS ? 3 * took_ms : took_ms + SLACK_MS;
    return (uint32_t)(round_trip * ROUNDTRIPS);
}

static bool is_object(px_slice body) {
    return px_fields_read(body, NULL, 0) == PX_JSON_ERROR_NONE;
}

void px_sockjs_informed(px_core *core, px_request *request, const px_answer *answer) {
    px_transport *transport = px_transport_find(core, request->owner);
    px_request_end(core, request);
    px_http_socket *socket = transport->http;
    socket->info = 0;
    if (answer->status != 200 || !is_object(answer->body)) {
        px_http_socket_fail(core, transport, PX_SLICE("Can't connect to server"), answer);
        return;
    }
    socket->open_deadline = core->now + patience(core->now - socket->asked_at);
    int result = px_http_socket_receive(core, transport);
    if (result != PX_OK)
        px_connection_transport_broken(core, transport, result);
}

void px_sockjs_poll_instead(px_core *core, px_transport *transport) {
    px_http_socket *socket = transport->http;
    px_request *request = px_request_find(core, socket->receive);
    if (request)
        px_request_cancel(core, request);
    socket->receive = 0;
    socket->open_deadline = PX_NO_DEADLINE;
    socket->polling = true;
    if (!PX_PLANTED(SAME_SESSION))
        px_http_socket_new_session(core, socket);
    int result = px_http_socket_receive(core, transport);
    if (result != PX_OK)
        px_connection_transport_broken(core, transport, result);
}
