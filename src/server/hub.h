/* The heart of the server, without any I/O: apps, connections, channels, presence, limits and the
 * meaning of the HTTP API. src/server/host_*.c puts it on libevent; the simulator puts it on a
 * simulated network.
 *
 * Inputs are calls. Outputs go through px_hub_host: functions that must not call back into the hub
 * (they queue bytes, mark connections dirty, remember closes) and that return at once. Time is an
 * argument of px_hub_tick and the hub says with px_hub_deadline when it wants the next one.
 *
 * A connection belongs to the host: it embeds px_hub_connection and finds itself again from it. */
#ifndef PX_SERVER_HUB_H
#define PX_SERVER_HUB_H

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/result.h"
#include "base/slice.h"
#include "server/app.h"
#include "server/protocol_error.h"
#include "server/wheel.h"

typedef struct px_hub px_hub;
typedef struct px_subscription px_subscription;
typedef struct px_identity px_identity;

/* A message on its way to one or many connections: the text of one WebSocket message. It is encoded
 * once and shared; hosts that need it beyond the call hold a reference. */
typedef struct px_message {
    const px_allocator *allocator;
    struct px_message *rendering; /* what the host made of it for HTTP, NULL: nothing yet; released
                                     together with the message */
    uint32_t references;
    uint32_t frame_len;   /* the whole frame, head included */
    uint32_t text_offset; /* where the text starts in frame[] */
    uint32_t text_units;  /* the host's: UTF-16 units of the text of a rendering */
    char frame[];         /* an unmasked WebSocket text frame */
} px_message;

static inline px_message *px_message_hold(px_message *message) {
    message->references++;
    return message;
}
/* When the last reference is gone. */
void px_message_free(px_message *message);
static inline void px_message_release(px_message *message) {
    if (message && --message->references == 0)
        px_message_free(message);
}
static inline px_slice px_message_text(const px_message *message) {
    return px_slice_of(message->frame + message->text_offset,
                       message->frame_len - message->text_offset);
}
static inline px_slice px_message_frame(const px_message *message) {
    return px_slice_of(message->frame, message->frame_len);
}

/* A connection as the hub sees it. The host embeds it, sets it to zero once, before
 * px_hub_open_connection, and leaves the fields alone afterwards, but for `carrier`. */
typedef struct px_hub_connection {
    px_app *app;                    /* NULL while the hub does not know the connection */
    px_subscription *subscriptions; /* a list */
    px_identity *identity;          /* NULL: not signed in */
    uint32_t subscription_count;
    uint32_t flags;
    px_wheel_node timer; /* when the hub looks at the connection again */
    uint64_t last_activity_ms;
    uint64_t socket_id[2];
    union {
        uint64_t authorize_by_ms;     /* while it must be authorized, else it is closed */
        uint64_t client_events_at_ms; /* token bucket of client events */
    };
    uint32_t client_event_tokens; /* in thousandths */
    uint16_t malformed;           /* consecutive frames that were not understood */
    uint8_t carrier;              /* the host's, for its own use: the hub does not touch it */
} px_hub_connection;

/* An event for the webhooks of an app. */
typedef struct px_notice {
    px_slice app_id;
    px_webhook_kind kind;
    px_slice channel;
    px_slice event; /* the object that stands in the request: {"name":...} */
} px_notice;

/* What the hub asks of its host. */
typedef struct px_hub_host {
    /* Hands one message to `count` connections, in order with everything sent to them before. */
    void (*deliver)(void *context, px_hub_connection *const *connections, size_t count,
                    px_message *message);
    /* Sends a transport-level ping (a WebSocket PING; an `h` on the HTTP transports). */
    void (*ping)(void *context, px_hub_connection *connection);
    /* Closes after what was delivered has been sent. The hub has forgotten the connection already:
     * the host must not call px_hub_close for it. */
    void (*close)(void *context, px_hub_connection *connection, uint16_t code, px_slice reason);
    /* A line for the operator: no secret, no payload. Level as px_log_level of core: 1 error,
     * 2 warning, 3 information, 4 debug. */
    void (*log)(void *context, int level, px_slice line);
    void *context;
    /* Something has happened that one of the app's webhooks may want to know. NULL: nobody does. */
    void (*notice)(void *context, const px_notice *notice);
    /* For what comes and goes with every input: messages, and what handling it needs. NULL: as for
     * everything else. */
    const px_allocator *transient;
} px_hub_host;

/* `seed`: unpredictable bits for socket ids, hashing and jitter. The apps are added afterwards. */
PX_MUST_CHECK int px_hub_new(const px_allocator *allocator, const px_hub_options *options,
                             const px_hub_host *host, const uint64_t seed[2], uint64_t now_ms,
                             uint64_t unix_seconds, px_hub **hub);

/* NULL is fine. Connections that are still open are forgotten without a word to them. */
void px_hub_free(px_hub *hub);

/* Copies the app. PX_ERR_ARGUMENT: the id or the key is taken; `why` (static) says which. */
PX_MUST_CHECK int px_hub_add_app(px_hub *hub, const px_app_options *app, const char **why);

/* Tells the time: monotonic milliseconds and the wall clock (for signatures' timestamps). Does what
 * is due: pings, closes. Call it when the deadline has come, and before inputs that arrive later
 * than the last tick; it costs next to nothing when nothing is due. */
void px_hub_tick(px_hub *hub, uint64_t now_ms, uint64_t unix_seconds);

/* When the next tick is wanted, at the latest; UINT64_MAX: not before the next input. */
uint64_t px_hub_deadline(const px_hub *hub);

/* ---- Connections ---- */

typedef struct px_hub_open {
    px_slice key;      /* the path segment after /app/, percent-decoded */
    px_slice protocol; /* query parameters as text; ptr NULL: absent */
    px_slice client;
    px_slice version;
    px_slice origin;  /* the Origin header; ptr NULL: absent */
    px_slice address; /* of the client, for the log */
    bool is_tls;
} px_hub_open;

/* A transport was opened. The hub sends connection_established, or an error and a close
 * (then it has forgotten the connection when this returns). */
void px_hub_open_connection(px_hub *hub, px_hub_connection *connection, const px_hub_open *open);

/* One text message from the client. Ignored for a connection that the hub has closed. */
void px_hub_message(px_hub *hub, px_hub_connection *connection, px_slice text);

/* Something else arrived that shows the peer is alive, and that it answers the host's pings (a
 * WebSocket PONG or PING, the answer to an `h`). */
void px_hub_activity(px_hub *hub, px_hub_connection *connection);

/* The peer is alive, which says nothing of its answering pings (a new request of an HTTP client). */
void px_hub_alive(px_hub *hub, px_hub_connection *connection);

/* The transport is gone. Safe to call for a connection that the hub closed or never accepted. */
void px_hub_close_connection(px_hub *hub, px_hub_connection *connection);

/* The peer does not take what is sent to it: closes the connection with 4100. */
void px_hub_shed_connection(px_hub *hub, px_hub_connection *connection);

/* The host has a reason of its own to end the connection: closes it with that error. */
void px_hub_break_connection(px_hub *hub, px_hub_connection *connection, px_protocol_error error);

/* May pages of this origin (ptr NULL: none was told) use the app of that key? True when there is no
 * such app, so that whoever asks hears of that. */
bool px_hub_allows_origin(const px_hub *hub, px_slice key, px_slice origin);

/* Closes all connections with 4200, each at its own random moment within `grace_ms` (ticks do it);
 * new ones are refused with 4200. The HTTP API answers 503 from now on. */
void px_hub_drain(px_hub *hub, uint32_t grace_ms);

/* Open connections, of all apps. */
size_t px_hub_connection_count(const px_hub *hub);

/* ---- The HTTP API ---- */

typedef struct px_http_request {
    px_slice method;
    px_slice path;  /* as received, not decoded, without the query, path prefix removed */
    px_slice query; /* as received, without '?' */
    px_slice body;
} px_http_request;

typedef struct px_http_response {
    int status;
    const char *content_type;
    const char *allow;    /* with 405: the Allow header; else NULL */
    uint32_t retry_after; /* with 429: the Retry-After header, seconds; else 0 */
    px_buffer *body;      /* the caller's buffer, filled by the hub */
} px_http_response;

/* Answers a request under /apps/. Never fails: what goes wrong becomes a status and a JSON body. */
void px_hub_http(px_hub *hub, const px_http_request *request, px_http_response *response);

/* Publishes for an application that the host trusts for reasons of its own: what POST /apps/ID/events
 * does with that body, but for the signature. */
void px_hub_publish(px_hub *hub, px_slice app_id, px_slice body, px_http_response *response);

/* What is running, for the status page and health checks. */
typedef struct px_hub_stats {
    size_t apps;
    size_t connections;
    size_t channels;
    size_t subscriptions;
    size_t users; /* that are signed in */
    uint64_t messages_received;
    uint64_t messages_delivered;
    uint64_t api_requests;
    uint64_t reports;         /* of clients */
    uint64_t unknown_reports; /* of them, those that name no app of this server */
    bool draining;
} px_hub_stats;

void px_hub_get_stats(const px_hub *hub, px_hub_stats *stats);

/* A client of the app with that key has reported how it got its connection. */
void px_hub_count_report(px_hub *hub, px_slice key);

/* How many have been counted for the app with that key; 0 also when there is no such app. */
uint64_t px_hub_reports_of(const px_hub *hub, px_slice key);

#endif
