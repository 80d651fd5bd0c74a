/* What clients send: reading the envelope of a message and finding who handles its event. */
#include "server/client_event.h"
#include "server/connection.h"
#include "server/signin.h"
#include "server/subscribe.h"

enum { MAX_MALFORMED = 5 };

static void complain_malformed(px_hub *hub, px_hub_connection *connection,
                               px_protocol_error error) {
    px_connection_complain(hub, connection, error);
    if (++connection->malformed >= MAX_MALFORMED && connection->app)
        px_connection_close(hub, connection, PX_ERROR_TOO_MUCH_GARBAGE);
}

/* What px_object_read says is our fault (no memory) or the peer's. */
static void complain_unread(px_hub *hub, px_hub_connection *connection, int result,
                            px_protocol_error error) {
    if (result == PX_ERR_SYNTAX)
        complain_malformed(hub, connection, error);
    else
        px_connection_close(hub, connection, PX_ERROR_RECONNECT);
}

/* The members of an event's data, which may be an object or a string that holds one. False when it
 * was answered already. */
static bool read_data(px_hub *hub, px_hub_connection *connection, const px_member_value *data,
                      const px_slice *names, px_member_value *values, size_t count) {
    px_slice object = px_value_is_string(data) ? data->text : data->raw;
    int result = px_object_read(&hub->arena, object, names, values, count);
    if (result != PX_OK)
        complain_unread(hub, connection, result, PX_ERROR_INVALID_DATA);
    return result == PX_OK;
}

static void on_ping(px_hub *hub, px_hub_connection *connection, const px_member_value *data) {
    (void)data;
    px_connection_send(hub, connection, px_message_hold(hub->pong));
}

/* Being a message, it has marked the connection alive. */
static void on_pong(px_hub *hub, px_hub_connection *connection, const px_member_value *data) {
    (void)hub;
    (void)connection;
    (void)data;
}

static void on_subscribe(px_hub *hub, px_hub_connection *connection, const px_member_value *data) {
    static const px_slice NAMES[] = {PX_LITERAL("channel"), PX_LITERAL("auth"),
                                     PX_LITERAL("channel_data")};
    px_member_value values[3];
    if (read_data(hub, connection, data, NAMES, values, 3))
        px_subscribe(hub, connection, values[0].text,
                     &(px_credentials){.auth = values[1].text, .channel_data = values[2].text});
}

static void on_unsubscribe(px_hub *hub, px_hub_connection *connection,
                           const px_member_value *data) {
    static const px_slice NAMES[] = {PX_LITERAL("channel")};
    px_member_value value;
    if (!read_data(hub, connection, data, NAMES, &value, 1))
        return;
    const px_channel *channel = px_channel_find(connection->app, value.text);
    px_subscription *subscription = channel ? px_subscription_find(channel, connection) : NULL;
    if (subscription)
        px_subscription_end(hub, subscription);
}

static void on_signin(px_hub *hub, px_hub_connection *connection, const px_member_value *data) {
    static const px_slice NAMES[] = {PX_LITERAL("auth"), PX_LITERAL("user_data")};
    px_member_value values[2];
    if (read_data(hub, connection, data, NAMES, values, 2))
        px_signin(hub, connection, values[0].text, &values[1]);
}

static const struct {
    px_slice event;
    void (*handle)(px_hub *hub, px_hub_connection *connection, const px_member_value *data);
} HANDLERS[] = {
    {PX_LITERAL("pusher:ping"), on_ping},
    {PX_LITERAL("pusher:pong"), on_pong},
    {PX_LITERAL("pusher:subscribe"), on_subscribe},
    {PX_LITERAL("pusher:unsubscribe"), on_unsubscribe},
    {PX_LITERAL("pusher:signin"), on_signin},
};

static bool is_protocol_event(px_slice event) {
    return px_slice_starts_with(event, PX_SLICE("pusher:")) ||
           px_slice_starts_with(event, PX_SLICE("pusher_internal:"));
}

/* Newer clients may send protocol events that we do not know; they are ignored. */
static void dispatch_protocol_event(px_hub *hub, px_hub_connection *connection, px_slice event,
                                    const px_member_value *data) {
    for (size_t i = 0; i < sizeof(HANDLERS) / sizeof(HANDLERS[0]); i++)
        if (px_slice_equal(event, HANDLERS[i].event)) {
            HANDLERS[i].handle(hub, connection, data);
            return;
        }
    char id[PX_SOCKET_ID_MAX];
    px_slice socket_id = px_socket_id_text(connection, id);
    px_hub_log(hub, PX_HUB_LOG_DEBUG, "%.*s sent an unknown protocol event; ignored",
               PX_PRINT(socket_id));
}

static void dispatch(px_hub *hub, px_hub_connection *connection, px_slice text) {
    static const px_slice NAMES[] = {PX_LITERAL("event"), PX_LITERAL("channel"),
                                     PX_LITERAL("data")};
    px_member_value values[3];
    int result = px_object_read(&hub->arena, text, NAMES, values, 3);
    if (result != PX_OK) {
        complain_unread(hub, connection, result, PX_ERROR_INVALID_JSON);
        return;
    }
    if (!px_value_is_string(&values[0])) {
        complain_malformed(hub, connection, PX_ERROR_INVALID_MESSAGE);
        return;
    }
    uint32_t malformed = connection->malformed;
    if (is_protocol_event(values[0].text))
        dispatch_protocol_event(hub, connection, values[0].text, &values[2]);
    else
        px_client_event(hub, connection, values[0].text, &values[1], &values[2]);
    if (connection->malformed == malformed)
        connection->malformed = 0;
}

void px_hub_message(px_hub *hub, px_hub_connection *connection, px_slice text) {
    if (!connection->app)
        return;
    hub->stats.messages_received++;
    px_connection_mark_active(hub, connection);
    dispatch(hub, connection, text);
    px_hub_input_done(hub);
}
