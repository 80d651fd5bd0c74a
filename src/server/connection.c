#include "server/connection.h"

#include "base/plant.h"
#include "server/channel.h"
#include "server/event.h"
#include "server/origin.h"
#include "server/subscribe.h"
#include "server/user.h"

enum {
    PINGED = 1 << 0,          /* a ping was sent and nothing has arrived since */
    ANSWERS_CONTROL = 1 << 1, /* has sent a WebSocket ping or pong */
    LEAVING = 1 << 2,         /* the timer is for the close of a draining server */
    UNAUTHORIZED = 1 << 3,    /* must be authorized in time */
    PING_JITTER_DIVISOR = 10, /* pings come up to a tenth of the activity timeout late */
    OLDEST_PROTOCOL = 5,      /* knows pusher:ping and pusher:pong */
    DEFAULT_PROTOCOL = 7,
    NEWEST_PROTOCOL = 7,
};

/* ---- Sending ---- */

void px_connection_send(px_hub *hub, px_hub_connection *connection, px_message *message) {
    if (!connection->app)
        px_message_release(message);
    else if (message)
        px_hub_deliver(hub, &connection, 1, message);
    else
        px_connection_close(hub, connection, PX_ERROR_RECONNECT);
}

void px_connection_complain_text(px_hub *hub, px_hub_connection *connection, uint16_t code,
                                 px_slice text) {
    px_connection_send(hub, connection, px_event_error(hub, code, text));
}

void px_connection_complain(px_hub *hub, px_hub_connection *connection, px_protocol_error error) {
    px_connection_complain_text(hub, connection, px_protocol_error_code(error),
                                px_protocol_error_text(error));
}

/* ---- Closing ---- */

static void forget(px_hub *hub, px_hub_connection *connection) {
    while (connection->subscriptions)
        px_subscription_end(hub, connection->subscriptions);
    px_user_sign_out(hub, connection);
    px_wheel_clear(&hub->timers, &connection->timer);
    px_sockets_remove(&hub->sockets, connection);
    connection->app->connection_count--;
    connection->app = NULL;
}

/* Without memory for the message, the close code alone has to do. */
static void say_and_close(px_hub *hub, px_hub_connection *connection, px_protocol_error error) {
    uint16_t code = px_protocol_error_code(error);
    px_slice text = px_protocol_error_text(error);
    px_message *message = px_event_error(hub, code, text);
    if (message)
        px_hub_deliver(hub, &connection, 1, message);
    hub->host.close(hub->host.context, connection, code, text);
}

void px_connection_close(px_hub *hub, px_hub_connection *connection, px_protocol_error error) {
    char id[PX_SOCKET_ID_MAX];
    px_slice socket_id = px_socket_id_text(connection, id);
    px_hub_log(hub, PX_HUB_LOG_DEBUG, "%.*s closed with %d", PX_PRINT(socket_id),
               px_protocol_error_code(error));
    forget(hub, connection);
    say_and_close(hub, connection, error);
}

void px_hub_close_connection(px_hub *hub, px_hub_connection *connection) {
    if (!connection->app)
        return;
    char id[PX_SOCKET_ID_MAX];
    px_slice socket_id = px_socket_id_text(connection, id);
    px_hub_log(hub, PX_HUB_LOG_DEBUG, "%.*s is gone", PX_PRINT(socket_id));
    forget(hub, connection);
}

void px_hub_shed_connection(px_hub *hub, px_hub_connection *connection) {
    if (connection->app)
        px_connection_close(hub, connection, PX_ERROR_CAPACITY);
}

void px_hub_break_connection(px_hub *hub, px_hub_connection *connection, px_protocol_error error) {
    if (connection->app)
        px_connection_close(hub, connection, error);
}

/* ---- Time ---- */

/* Wakes up no later than the time by which it must be authorized. */
static void set_timer(px_hub *hub, px_hub_connection *connection, uint64_t due_ms) {
    if (connection->flags & UNAUTHORIZED && connection->authorize_by_ms < due_ms)
        due_ms = connection->authorize_by_ms;
    px_wheel_set(&hub->timers, &connection->timer, due_ms);
}

static uint64_t activity_timeout_ms(const px_hub *hub) {
    return UINT64_C(1000) * hub->options.activity_timeout;
}

void px_connection_mark_active(const px_hub *hub, px_hub_connection *connection) {
    connection->last_activity_ms = hub->now_ms;
    connection->flags &= ~(uint32_t)PINGED;
}

/* Activity does not move the timer; it is looked at when it fires. */
static void expect_activity(px_hub *hub, px_hub_connection *connection) {
    uint64_t timeout = activity_timeout_ms(hub);
    uint64_t jitter = px_hub_random(hub, timeout / PING_JITTER_DIVISOR + 1);
    set_timer(hub, connection, connection->last_activity_ms + timeout + jitter);
}

/* Peers that never answered a WebSocket ping may not see them (old libraries, proxies): they get
 * the protocol's own as well. */
static void ping(px_hub *hub, px_hub_connection *connection) {
    connection->flags |= PINGED;
    set_timer(hub, connection, hub->now_ms + UINT64_C(1000) * hub->options.pong_timeout);
    hub->host.ping(hub->host.context, connection);
    if (!(connection->flags & ANSWERS_CONTROL))
        px_hub_deliver(hub, &connection, 1, px_message_hold(hub->ping));
}

void px_connection_timer(px_hub *hub, px_hub_connection *connection) {
    if (connection->flags & LEAVING)
        px_connection_close(hub, connection, PX_ERROR_RECONNECT);
    else if (connection->flags & UNAUTHORIZED && connection->authorize_by_ms <= hub->now_ms)
        px_connection_close(hub, connection, PX_ERROR_UNAUTHORIZED_TOO_LONG);
    else if (connection->flags & PINGED && !PX_PLANTED(NEVER_CLOSES))
        px_connection_close(hub, connection, PX_ERROR_NO_PONG);
    else if (connection->last_activity_ms + activity_timeout_ms(hub) > hub->now_ms)
        expect_activity(hub, connection);
    else
        ping(hub, connection);
}

static void require_authorization(const px_hub *hub, px_hub_connection *connection) {
    connection->flags |= UNAUTHORIZED;
    connection->authorize_by_ms =
        hub->now_ms + UINT64_C(1000) * connection->app->options.authorization_timeout;
}

/* The message that brought this about counts as an answer to a ping, so that only activity is left
 * to wait for. */
void px_connection_authorized(px_hub *hub, px_hub_connection *connection) {
    if (!(connection->flags & UNAUTHORIZED))
        return;
    connection->flags &= ~(uint32_t)UNAUTHORIZED;
    connection->client_events_at_ms = hub->now_ms;
    if (!(connection->flags & LEAVING))
        expect_activity(hub, connection);
}

void px_connection_close_within(px_hub *hub, px_hub_connection *connection, uint32_t grace_ms) {
    uint64_t at_ms = hub->now_ms + px_hub_random(hub, (uint64_t)grace_ms + 1);
    if (connection->flags & UNAUTHORIZED && connection->authorize_by_ms < at_ms)
        at_ms = connection->authorize_by_ms;
    connection->flags |= LEAVING;
    px_wheel_set(&hub->timers, &connection->timer, at_ms);
}

void px_hub_activity(px_hub *hub, px_hub_connection *connection) {
    if (!connection->app)
        return;
    px_connection_mark_active(hub, connection);
    connection->flags |= ANSWERS_CONTROL;
}

void px_hub_alive(px_hub *hub, px_hub_connection *connection) {
    if (connection->app)
        px_connection_mark_active(hub, connection);
}

/* ---- Opening ---- */

typedef struct px_opening {
    const px_hub *hub;
    const px_hub_open *open;
    const px_app *app; /* NULL: nobody has that key */
} px_opening;

static bool is_draining(const px_opening *opening) {
    return opening->hub->draining;
}

static bool lacks_version(const px_opening *opening) {
    return !opening->open->protocol.ptr && opening->hub->options.strict_protocol;
}

static bool reads_version(const px_opening *opening, uint64_t *version) {
    *version = DEFAULT_PROTOCOL;
    return !opening->open->protocol.ptr || px_slice_to_u64(opening->open->protocol, version);
}

static bool has_bad_version(const px_opening *opening) {
    uint64_t version;
    return !reads_version(opening, &version);
}

static bool has_unsupported_version(const px_opening *opening) {
    uint64_t version;
    return reads_version(opening, &version) &&
           (version < OLDEST_PROTOCOL || version > NEWEST_PROTOCOL);
}

static bool lacks_tls(const px_opening *opening) {
    return opening->app && opening->app->options.require_tls && !opening->open->is_tls;
}

static bool is_unknown_app(const px_opening *opening) {
    return !opening->app;
}

static bool is_disabled(const px_opening *opening) {
    return !opening->app->options.enabled;
}

static bool has_bad_origin(const px_opening *opening) {
    return !px_origin_allowed(opening->open->origin, opening->app->options.allowed_origins);
}

static bool is_over(size_t count, uint32_t limit) {
    return limit > 0 && count >= limit;
}

static bool is_full(const px_opening *opening) {
    return is_over(px_sockets_count(&opening->hub->sockets), opening->hub->options.max_connections);
}

static bool is_over_quota(const px_opening *opening) {
    return is_over(opening->app->connection_count, opening->app->options.max_connections);
}

/* In this order; the first that is true refuses the connection. */
static const struct {
    bool (*refuses)(const px_opening *opening);
    px_protocol_error error;
} CHECKS[] = {
    {is_draining, PX_ERROR_RECONNECT},
    {lacks_version, PX_ERROR_VERSION_MISSING},
    {has_bad_version, PX_ERROR_VERSION_FORMAT},
    {has_unsupported_version, PX_ERROR_VERSION_UNSUPPORTED},
    {lacks_tls, PX_ERROR_TLS_ONLY},
    {is_unknown_app, PX_ERROR_UNKNOWN_APP},
    {is_disabled, PX_ERROR_APP_DISABLED},
    {has_bad_origin, PX_ERROR_ORIGIN},
    {is_full, PX_ERROR_CAPACITY},
    {is_over_quota, PX_ERROR_APP_QUOTA},
};

static bool is_refused(const px_opening *opening, px_protocol_error *error) {
    for (size_t i = 0; i < sizeof(CHECKS) / sizeof(CHECKS[0]); i++)
        if (CHECKS[i].refuses(opening)) {
            *error = CHECKS[i].error;
            return true;
        }
    return false;
}

static void refuse(px_hub *hub, px_hub_connection *connection, const px_hub_open *open,
                   px_protocol_error error) {
    px_slice text = px_protocol_error_text(error);
    px_hub_log(hub, PX_HUB_LOG_INFORMATION, "refused a connection: %d %.*s (%.*s)",
               px_protocol_error_code(error), PX_PRINT(text), PX_PRINT(open->address));
    say_and_close(hub, connection, error);
}

static void log_opened(px_hub *hub, const px_hub_connection *connection, const px_hub_open *open) {
    char id[PX_SOCKET_ID_MAX];
    px_slice socket_id = px_socket_id_text(connection, id);
    px_hub_log(hub, PX_HUB_LOG_DEBUG, "%.*s opened (app %.*s, client %.*s %.*s, %.*s)",
               PX_PRINT(socket_id), PX_PRINT(connection->app->options.id), PX_PRINT(open->client),
               PX_PRINT(open->version), PX_PRINT(open->address));
}

bool px_hub_allows_origin(const px_hub *hub, px_slice key, px_slice origin) {
    const px_app *app = px_map_get(&hub->apps_by_key, key);
    return !app || px_origin_allowed(origin, app->options.allowed_origins);
}

void px_hub_open_connection(px_hub *hub, px_hub_connection *connection, const px_hub_open *open) {
    px_protocol_error error = PX_ERROR_CAPACITY;
    px_app *app = px_map_get(&hub->apps_by_key, open->key);
    *connection = (px_hub_connection){.last_activity_ms = hub->now_ms,
                                      .client_events_at_ms = hub->now_ms,
                                      .client_event_tokens = UINT32_MAX /* full */,
                                      .carrier = connection->carrier};
    if (is_refused(&(px_opening){hub, open, app}, &error) ||
        px_sockets_add(&hub->sockets, connection) != PX_OK) {
        refuse(hub, connection, open, error);
        return;
    }
    connection->app = app;
    app->connection_count++;
    if (app->options.authorized_connections && !PX_PLANTED(UNAUTHORIZED_STAYS))
        require_authorization(hub, connection);
    expect_activity(hub, connection);
    log_opened(hub, connection, open);
    px_connection_send(hub, connection, px_event_established(hub, connection));
}
