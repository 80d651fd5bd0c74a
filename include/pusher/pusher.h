/* libpusher: a client for the Pusher Channels protocol.
 *
 *     #include <pusher/pusher.h>
 *     #include <stdio.h>
 *
 *     static void on_comment(const pusher_event *event, void *context) {
 *         printf("%.*s\n", (int)event->data.len, event->data.ptr);
 *     }
 *
 *     int main(void) {
 *         pusher_client *client;
 *         pusher_channel *channel;
 *         if (pusher_client_new(pusher_str("app-key"), NULL, &client) ||
 *             pusher_subscribe(client, pusher_str("my-channel"), &channel) ||
 *             pusher_channel_bind(channel, pusher_str("new-comment"), on_comment, NULL, NULL))
 *             return 1;
 *         pusher_connect(client);
 *         return pusher_run(client);
 *     }
 *
 * Conventions
 *  - Text is pointer and length (`pusher_string`); nothing needs to be NUL-terminated.
 *    pusher_str("...") makes one from a C string. Text that the library hands out is valid until
 *    the handler returns, unless its comment says otherwise.
 *  - Functions return PUSHER_OK or a negative PUSHER_ERR_* and give results through their last
 *    parameters, which are untouched on error. A call that fails has changed nothing.
 *  - Threads: a client (with its loop) belongs to one thread at a time; only functions documented
 *    "thread-safe" may be called from another, and they post to the loop.
 *  - Handlers run only inside pusher_run, pusher_poll and pusher_dispatch, or on the thread of
 *    pusher_start; no other call calls them. So what is bound right after pusher_subscribe misses
 *    nothing. They may call any function, pusher_client_free of their own client included, save
 *    the first three (PUSHER_ERR_STATE).
 *  - The library starts no thread of its own unless pusher_start is called. (libcurl may resolve a
 *    host name on a short-lived thread of its own.)
 *  - No function blocks, but for pusher_run, pusher_poll and pusher_stop. */
#ifndef PUSHER_PUSHER_H
#define PUSHER_PUSHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pusher/error.h>
#include <pusher/string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Results (texts: <pusher/string.h>) ---- */

/* The name, such as "PUSHER_ERR_LIMIT", and a sentence for a result code. Static, NUL-terminated.
 * Thread-safe. */
PUSHER_API const char *pusher_result_name(int result);
PUSHER_API const char *pusher_result_text(int result);

/* The version of the library, such as "1.0.0". Static. Thread-safe. */
PUSHER_API const char *pusher_version(void);

/* ---- Types ---- */

/* A connection to one app, with its channels and handlers; a channel of it; what makes it go. */
typedef struct pusher_client pusher_client;
typedef struct pusher_channel pusher_channel;
typedef struct pusher_loop pusher_loop;

/* The states of a connection. */
typedef enum pusher_state {
    PUSHER_INITIALIZED,  /* pusher_connect was not called yet */
    PUSHER_CONNECTING,   /* trying to connect */
    PUSHER_CONNECTED,    /* connected; see pusher_socket_id */
    PUSHER_UNAVAILABLE,  /* connecting takes longer than unavailable_timeout; still trying */
    PUSHER_FAILED,       /* no transport is allowed by the options; connecting is pointless */
    PUSHER_DISCONNECTED, /* pusher_disconnect was called, or the service refused for good */
} pusher_state;

/* "initialized", "connecting", ... Static, NUL-terminated. Thread-safe. */
PUSHER_API const char *pusher_state_name(pusher_state state);

/* How grave a log line is; as an option, how much is logged. */
typedef enum pusher_log_level {
    PUSHER_LOG_ERROR = 1,
    PUSHER_LOG_WARN = 2,
    PUSHER_LOG_DEBUG = 3,
} pusher_log_level;

/* What a log line looks like: a JSON array of what is logged, or as pusher-js has it. */
typedef enum pusher_log_format {
    PUSHER_LOG_FORMAT_JSON,      /* ["State changed","initialized -> connecting"] */
    PUSHER_LOG_FORMAT_PUSHER_JS, /* Pusher :  : ["State changed","initialized -> connecting"] */
    PUSHER_LOG_FORMAT_CLASSIC,   /* Pusher : State changed : initialized -> connecting */
} pusher_log_format;

/* A yes or no that can also be left open. `true` is a yes. */
typedef enum pusher_choice {
    PUSHER_UNSET, /* the default */
    PUSHER_YES,
    PUSHER_NO,
} pusher_choice;

/* How an event's payload stood in the message. */
typedef enum pusher_data_type {
    PUSHER_DATA_NONE,   /* there was none; `data` is empty */
    PUSHER_DATA_STRING, /* a string (the usual case: servers send JSON text in a string); `data` is
                           its content, UTF-8, escapes resolved */
    PUSHER_DATA_JSON,   /* any other JSON value; `data` is its text */
} pusher_data_type;

/* What kind of error it is. */
typedef enum pusher_error_type {
    PUSHER_ERROR_PROTOCOL = 1, /* the service said so: `code` is 4000-4399, or a close code */
    PUSHER_ERROR_TRANSPORT,    /* the network failed: `result` is a PUSHER_ERR_* */
    PUSHER_ERROR_HANDSHAKE,    /* the peer's first message was not what it must be */
    PUSHER_ERROR_PARSE,        /* a message could not be understood; the connection stays */
    PUSHER_ERROR_AUTH,         /* a channel was not authorized, or the user not authenticated:
                                  `status` is the HTTP status */
} pusher_error_type;

/* "PusherError", "WebSocketError", "HandshakeError", "MessageParseError", "AuthError". */
PUSHER_API const char *pusher_error_type_name(pusher_error_type type);

/* An asynchronous failure. */
typedef struct pusher_error {
    pusher_error_type type; /* who failed */
    int result;             /* PUSHER_ERR_*, or 0 */
    int code;               /* protocol or close code, or 0 */
    int status;             /* HTTP status, or 0 */
    bool will_retry;        /* the client tries again by itself */
    pusher_string message;  /* a sentence: what is wrong and, where that is known, what to do */
    pusher_string data;     /* the offending input, where there is one */
} pusher_error;

/* A member of a presence channel. */
typedef struct pusher_member {
    pusher_string id;   /* always as text: the number 7 is "7" */
    pusher_string info; /* JSON text; empty when there is none */
} pusher_member;

/* An event, as handlers get it. Later versions may add members at the end. */
typedef struct pusher_event {
    pusher_client *client;       /* whose event it is */
    pusher_channel *channel;     /* the channel object; NULL when the event is of none */
    pusher_string name;          /* "new-comment", "pusher:subscription_succeeded", ... */
    pusher_string channel_name;  /* as the message had it; empty: none */
    pusher_string data;          /* the payload, as data_type says */
    pusher_data_type data_type;  /* how it stood in the message */
    pusher_string user_id;       /* of a presence channel's event; empty: none */
    const pusher_member *member; /* with pusher:member_added and pusher:member_removed */
    const pusher_error *error;   /* with error, pusher:subscription_error, pusher:signin_error */
    pusher_state previous;       /* with state_change */
    pusher_state current;        /* with state_change and the events named after a state */
    uint32_t delay_ms;           /* with connecting_in */
} pusher_event;

/* A handler. `context` is what it was bound with. */
typedef void (*pusher_event_fn)(const pusher_event *event, void *context);

/* Called exactly once when a binding ends, whatever ends it; while a handler of the same place runs,
 * after that has returned. `context` is the binding's. It must not touch the client when it is
 * called because of pusher_client_free. NULL: none is needed. */
typedef void (*pusher_destroy_fn)(void *context);

/* ---- Options ---- */

/* Collects the pairs that a provider adds. */
typedef struct pusher_pairs pusher_pairs;

/* Adds one pair (copied). PUSHER_ERR_ARGUMENT: a control character in a header. */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_pairs_add(pusher_pairs *pairs, pusher_string name,
                                                      pusher_string value);

/* Called for each authorization request: adds its fields or headers. Without a channel's name it is about
 * the user or, with auth_batch, about many channels. */
typedef void (*pusher_provider_fn)(pusher_client *client, pusher_string channel_name,
                                   pusher_pairs *pairs, void *context);

/* One question of a custom authorizer. It lives until it is answered, or the client is freed (do
 * not answer then); it may be answered inside the authorizer or later, on the client's thread. */
typedef struct pusher_authorization pusher_authorization;

/* Replaces the HTTP request that authorizes channels or (without a channel's name) authenticates the user.
 * The texts are valid until it returns. */
typedef void (*pusher_authorizer_fn)(pusher_authorization *question, pusher_client *client,
                                     pusher_string channel_name, pusher_string socket_id,
                                     void *context);

/* Says yes: `auth` is "KEY:SIGNATURE"; `channel_data` (presence channels; for the user: the user data) is
 * the JSON text that was signed, or empty. The question is gone afterwards, unless PUSHER_ERR_NO_MEMORY. */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_authorization_succeed(pusher_authorization *question,
                                                                  pusher_string auth,
                                                                  pusher_string channel_data);

/* The same for a channel whose name starts with private-encrypted-: `shared_secret` is its key, base64 of
 * exactly 32 bytes. Without one, or with something else, the channel gets pusher:subscription_error. When
 * the question is for a new key (the channel is subscribed), only the secret counts. */
PUSHER_API PUSHER_RESULT_MATTERS int
pusher_authorization_succeed_encrypted(pusher_authorization *question, pusher_string auth,
                                       pusher_string shared_secret);

/* Says no: the channel gets pusher:subscription_error, the user pusher:signin_error, with this status
 * (0: none) and message. The question is gone afterwards. */
PUSHER_API void pusher_authorization_fail(pusher_authorization *question, int status,
                                          pusher_string message);

/* Gets each log line, as log_format says, without a newline. It must not call the client. */
typedef void (*pusher_log_fn)(pusher_log_level level, pusher_string line, void *context);

/* What a client is told at its birth. Start from PUSHER_OPTIONS_INIT; zero (or empty) always means
 * the default. All text is copied. The comments give the name of the option in JavaScript where it
 * differs. Later versions append members: `size` keeps old programs working. */
typedef struct pusher_options {
    size_t size; /* sizeof(pusher_options), set by PUSHER_OPTIONS_INIT */

    /* Where. Default: ws.pusherapp.com, or ws-CLUSTER.pusher.com when there is a cluster. */
    pusher_string cluster;
    pusher_string host; /* wsHost */
    uint16_t port;      /* wsPort; default 80 */
    uint16_t tls_port;  /* wssPort; default 443 */
    pusher_string path; /* wsPath: put before /app/KEY */

    /* TLS. It is on, and verified, unless something here says otherwise. */
    bool plain;            /* connect without TLS (forceTLS: false, encrypted: false) */
    pusher_string ca_file; /* PEM file of certificate authorities, instead of the system's */
    pusher_string ca_path; /* folder of hashed certificate authorities */
    pusher_string pin;     /* public key pin, "sha256//BASE64[;sha256//BASE64...]" */
    bool insecure;         /* verify nothing; every connection logs a warning */

    /* Transports, by name ("ws", "wss"). A list that is not NULL and has the count 0 means none. */
    const pusher_string *enabled_transports;  /* enabledTransports: these only */
    size_t enabled_transport_count;           /* names in the list */
    const pusher_string *disabled_transports; /* disabledTransports: not these */
    size_t disabled_transport_count;          /* names in the list */

    /* Milliseconds. */
    uint32_t activity_timeout;    /* activityTimeout; 120000 */
    uint32_t pong_timeout;        /* pongTimeout; 30000 */
    uint32_t unavailable_timeout; /* unavailableTimeout; 10000 */

    /* Authorization of private and presence channels. */
    pusher_string auth_endpoint;              /* authEndpoint: a URL, or a path on the host of the
                                                 connection; "/pusher/auth" */
    pusher_string auth_transport;             /* authTransport: "ajax" (default) or "jsonp" */
    const pusher_pair *auth_params;           /* auth.params: fields of each request */
    size_t auth_param_count;                  /* pairs */
    const pusher_pair *auth_headers;          /* auth.headers: headers of each request */
    size_t auth_header_count;                 /* pairs */
    uint32_t auth_timeout;                    /* milliseconds; 15000 */
    pusher_provider_fn auth_params_provider;  /* adds fields to each request */
    pusher_provider_fn auth_headers_provider; /* adds headers to each request */
    pusher_authorizer_fn authorizer;          /* instead of the endpoint */
    void *auth_context;                       /* for these three */

    /* Logging. Default: nothing. */
    pusher_log_fn log;          /* gets the lines */
    void *log_context;          /* for it */
    pusher_log_level log_level; /* default PUSHER_LOG_WARN */

    /* Limits. */
    uint32_t max_channels;     /* 10000 */
    uint32_t max_message_size; /* bytes of one incoming message; 1 MiB, at most 16 MiB */
    uint32_t max_outbound;     /* bytes waiting to be sent; 4 MiB */

    pusher_loop *loop; /* share this loop; NULL: the client has one of its own */

    /* HTTP transports, by name "xhr_streaming", "xhr_polling" and "sockjs": what carries the
     * connection where no WebSocket gets through. With `host` and without `http_host` they go to
     * `host`, with `port` and `tls_port` unless http_port and https_port are given. */
    pusher_string http_host; /* httpHost; sockjs.pusher.com, or sockjs-CLUSTER.pusher.com */
    uint16_t http_port;      /* httpPort; default 80 */
    uint16_t https_port;     /* httpsPort; default 443 */
    pusher_string http_path; /* httpPath: put before /app/KEY; "/pusher" */
    bool ignore_null_origin; /* ignoreNullOrigin: for browsers; without effect here */

    /* Statistics about connecting, for the service. Off by default. */
    pusher_choice enable_stats;  /* enableStats */
    pusher_choice disable_stats; /* disableStats: deprecated; the opposite, where enable_stats
                                           is not set */
    pusher_string stats_host;    /* statsHost, perhaps with :PORT; default: http_host or host
                                           where one is set, else stats.pusher.com */
    const pusher_pair *timeline_params; /* timelineParams: fields that are sent along */
    size_t timeline_param_count;        /* pairs */

    /* Proxies: for all connections and requests. Default: as the environment has it (http_proxy for
     * plain connections, https_proxy for those over TLS, all_proxy, no_proxy). A proxy that fails is
     * told as PUSHER_ERR_PROXY; no password is ever in a message. */
    pusher_string proxy;          /* "http://", "https://", "socks5://" or "socks5h://" HOST:PORT,
                                     with USER:PASSWORD@ if need be; "direct": none at all */
    pusher_string proxy_username; /* who we are to the proxy */
    pusher_string proxy_password; /* its password */
    pusher_string no_proxy;       /* hosts to be reached directly, separated by commas; "*": all */

    /* TLS: who we are, where the server wants to know. Files are read for each connection; one that
     * can't be used is told as PUSHER_ERR_TLS. */
    pusher_string client_cert;         /* PEM file of the certificate, and of those above it */
    pusher_string client_key;          /* PEM file of its key; default: client_cert has it */
    pusher_string client_key_password; /* of an encrypted key */

    /* Which transport worked is remembered for half an hour, so that the next start begins with it:
     * in a small file for each server, below $XDG_CACHE_HOME/libpusher or ~/.cache/libpusher. */
    bool no_transport_cache; /* keep no such file */
    pusher_string cache_dir; /* an absolute path: keep them there instead */

    bool no_network_watch; /* do not watch the network interfaces of the machine (Linux) */

    pusher_log_format log_format; /* of the lines that `log` gets */

    /* Authentication of the user, for pusher_signin: as channels are authorized, with auth_timeout. */
    pusher_string user_auth_endpoint;     /* userAuthentication.endpoint: a URL, or a path on
                                                      the host of the connection;
                                                      "/pusher/user-auth" */
    pusher_string user_auth_transport;    /* userAuthentication.transport: "ajax" (default)
                                                      or "jsonp" */
    const pusher_pair *user_auth_params;  /* userAuthentication.params */
    size_t user_auth_param_count;         /* pairs */
    const pusher_pair *user_auth_headers; /* userAuthentication.headers */
    size_t user_auth_header_count;        /* pairs */
    pusher_provider_fn user_auth_params_provider;  /* adds fields to each request */
    pusher_provider_fn user_auth_headers_provider; /* adds headers to each request */
    pusher_authorizer_fn user_authenticator;       /* customHandler: instead of the endpoint */
    void *user_auth_context;                       /* for these three */

    /* Authorization of many channels by one request: those that need one at the same time are asked for
     * together (docs/protocol.md, "Authorization in batches"), also by auth_params_provider and
     * auth_headers_provider. An `authorizer` is asked for each channel all the same. */
    bool auth_batch;          /* authBatch */
    uint32_t auth_batch_size; /* authBatchSize: channels of a request, at most; 100 */
} pusher_options;

/* C's form names the member, so that -Wextra does not complain about the others. */
#ifdef __cplusplus
#define PUSHER_OPTIONS_INIT                                                                        \
    { sizeof(pusher_options) }
#else
#define PUSHER_OPTIONS_INIT                                                                        \
    { .size = sizeof(pusher_options) }
#endif

/* ---- Client ---- */

/* Makes a client; it does not connect yet. `options` NULL: all defaults.
 * PUSHER_ERR_ARGUMENT: a missing key or an option that makes no sense; pusher_options_check
 * says which and why. PUSHER_ERR_NO_MEMORY, PUSHER_ERR_SYSTEM (no more descriptors). */
PUSHER_API PUSHER_RESULT_MATTERS int
pusher_client_new(pusher_string key, const pusher_options *options, pusher_client **client);

/* Checks options as pusher_client_new does, and writes a sentence that names the option and says
 * what is wrong into `text` (NUL-terminated, cut at `size`). PUSHER_OK or PUSHER_ERR_ARGUMENT.
 * Thread-safe. */
PUSHER_API PUSHER_RESULT_MATTERS int
pusher_options_check(pusher_string key, const pusher_options *options, char *text, size_t size);

/* Ends the client: closes its connection, ends its bindings, drops its posts. What was sent before
 * is written as far as the socket takes it at once; over an HTTP transport what is still on its way
 * may be lost. Legal in every state and inside every handler; never blocks; no handler runs
 * afterwards. A loop of its own goes with it: not while it runs on a thread, except on that thread.
 * NULL is fine. */
PUSHER_API void pusher_client_free(pusher_client *client);

/* Starts to connect, and from then on keeps the client connected until pusher_disconnect. */
PUSHER_API void pusher_connect(pusher_client *client);

/* Disconnects for good, from any state. Channels stay; pusher_connect subscribes them again. */
PUSHER_API void pusher_disconnect(pusher_client *client);

/* Goes over to another app and cluster (empty: the oldest default): closes what is open, and connects there
 * at once, from any state. Channels and bindings stay, and are subscribed there. Hosts and URLs that
 * options name stay. PUSHER_ERR_ARGUMENT: no key, or one of them is not what its option may be.
 * PUSHER_ERR_NO_MEMORY. */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_switch_cluster(pusher_client *client, pusher_string key,
                                                           pusher_string cluster);

/* The present state; it changes only inside calls into the library. */
PUSHER_API pusher_state pusher_connection_state(const pusher_client *client);

/* The name of the transport that carries the connection: "ws", "wss", "xhr_streaming", "xhr_polling" or
 * "sockjs"; empty while there is none. Static. */
PUSHER_API pusher_string pusher_connection_transport(const pusher_client *client);

/* The socket id of the last connection, empty before the first. Valid until the next connection. */
PUSHER_API pusher_string pusher_socket_id(const pusher_client *client);

/* Tells the client that the machine's network came back or went away. Optional: it speeds up what
 * the client finds out by itself. */
PUSHER_API void pusher_network_online(pusher_client *client);
PUSHER_API void pusher_network_offline(pusher_client *client);

/* Tells the client that the machine's network is another one now: another address, another route,
 * awake again after a sleep. A live connection is asked at once whether it still works; a client
 * that is connecting, or waits before it does, tries at once. On Linux the client is told by the
 * system, unless no_network_watch is set. From another thread: inside pusher_post. */
PUSHER_API void pusher_network_changed(pusher_client *client);

/* ---- Channels ---- */

/* Subscribes now, or as soon as there is a connection, and again after each reconnection. Names
 * that start with private- or presence- are authorized first. Subscribing twice gives the same
 * channel.
 *
 * What servers send on channels whose names start with private-encrypted- is sealed with a key that
 * comes with the authorization. The channel's handlers get what was sealed, as PUSHER_DATA_STRING, the
 * handlers of the client and the connection the data as it came: a JSON object with a nonce and a
 * ciphertext. When a key does not fit any more, the client asks for a new one and gives the channel what
 * came meanwhile afterwards, in order; what can't be read even so is said in the log and nowhere else.
 *
 * The channel object belongs to the client. It is valid until pusher_unsubscribe of its name
 * (inside one of its own handlers: until the handler returns) or the end of the client.
 *
 * PUSHER_ERR_ARGUMENT: the name is empty, longer than 200 bytes, not UTF-8, or starts with '#'; or with
 * "private-encrypted-" where the library was built without libsodium. PUSHER_ERR_LIMIT: more than
 * max_channels, or more than max_outbound is waiting. PUSHER_ERR_NO_MEMORY. `channel` may be NULL. */
PUSHER_API int pusher_subscribe(pusher_client *client, pusher_string name,
                                pusher_channel **channel);

/* Leaves the channel, and ends its bindings. A name that is not subscribed is ignored. */
PUSHER_API void pusher_unsubscribe(pusher_client *client, pusher_string name);

/* The channel of that name, or NULL. */
PUSHER_API pusher_channel *pusher_find_channel(const pusher_client *client, pusher_string name);

/* Goes through the channels in the order of their subscription: start with *cursor 0; NULL at the
 * end. Unsubscribing during it is fine. */
PUSHER_API pusher_channel *pusher_next_channel(const pusher_client *client, size_t *cursor);

/* Its name, valid as long as the channel, and whose it is. */
PUSHER_API pusher_string pusher_channel_name(const pusher_channel *channel);
PUSHER_API pusher_client *pusher_channel_client(const pusher_channel *channel);

/* True between pusher:subscription_succeeded and the end of the connection or subscription. */
PUSHER_API bool pusher_channel_is_subscribed(const pusher_channel *channel);

/* Sends a client event to the channel's other subscribers. `event` must start with "client-" and
 * `data` must be JSON text (empty: none). Nothing is queued for later.
 * PUSHER_ERR_ARGUMENT: a wrong event name, data that is not JSON, or an encrypted channel, on which
 * clients can't send. PUSHER_ERR_STATE: not connected. PUSHER_ERR_LIMIT: more than max_outbound is
 * waiting. PUSHER_ERR_NO_MEMORY. */
PUSHER_API PUSHER_RESULT_MATTERS int
pusher_channel_trigger(pusher_channel *channel, pusher_string event, pusher_string data);

/* Sends an event as it is, to a channel or (empty) to none. Errors as pusher_channel_trigger,
 * without the check of the event's name. */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_send_event(pusher_client *client, pusher_string event,
                                                       pusher_string data, pusher_string channel);

/* Presence channels. Others have no members. Texts are valid until the next event. */
PUSHER_API size_t pusher_channel_member_count(const pusher_channel *channel);
PUSHER_API bool pusher_channel_member(const pusher_channel *channel, pusher_string id,
                                      pusher_member *member);
PUSHER_API bool pusher_channel_me(const pusher_channel *channel, pusher_member *member);
/* Start with *cursor 0; false at the end. */
PUSHER_API bool pusher_channel_next_member(const pusher_channel *channel, size_t *cursor,
                                           pusher_member *member);

/* ---- The user ---- */

/* Signs in the user who is at the other end of the application: his server is asked who he is (options
 * user_auth_...), now or as soon as there is a connection, and again on each one. Only the first call
 * does anything. How it ends: pusher:signin_success at the client, or pusher:signin_error at the user.
 * PUSHER_ERR_NO_MEMORY, PUSHER_ERR_LIMIT: nothing is under way, try again. */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_signin(pusher_client *client);

/* True while a user is signed in: what the service says of him, JSON with an "id". Valid until the next
 * event. */
PUSHER_API bool pusher_user_data(const pusher_client *client, pusher_string *data);

/* ---- Events ---- */

/* Handlers can be bound at these places:
 *
 *   a channel     events of this channel, pusher:subscription_succeeded, pusher:subscription_error,
 *                 pusher:member_added, pusher:member_removed
 *   the client    events of all channels, pusher:error, pusher:connection_established,
 *                 pusher:subscribe
 *   the user      events that servers send to the user who is signed in, pusher:signin_error
 *   the watchlist   online and offline, about other users: data has their user_ids
 *   the connection  state_change, connecting, connected, unavailable, failed, disconnected,
 *                 connecting_in, error, and message: each message, under its own name
 *
 * At each place, global handlers run first, then those of the event's name, in the order in which
 * they were bound. A handler that is unbound during the delivery of an event does not run any more;
 * one that is bound then waits for the next event.
 *
 * bind adds a handler; the same handler may be added many times and then runs many times. `destroy`
 * runs once when the binding ends (also when bind fails). PUSHER_ERR_NO_MEMORY, PUSHER_ERR_ARGUMENT
 * (no handler).
 *
 * unbind removes the bindings that match all that is given: an empty event, a NULL handler and a
 * NULL context each match everything. bind_global and unbind_global do the same for handlers of
 * every event (bind_all is the old name of bind_global). */
PUSHER_API int pusher_channel_bind(pusher_channel *channel, pusher_string event,
                                   pusher_event_fn handler, void *context,
                                   pusher_destroy_fn destroy);
PUSHER_API int pusher_channel_bind_global(pusher_channel *channel, pusher_event_fn handler,
                                          void *context, pusher_destroy_fn destroy);
PUSHER_API void pusher_channel_unbind(pusher_channel *channel, pusher_string event,
                                      pusher_event_fn handler, const void *context);
PUSHER_API void pusher_channel_unbind_global(pusher_channel *channel, pusher_event_fn handler,
                                             const void *context);

/* The same at the client. */
PUSHER_API int pusher_bind(pusher_client *client, pusher_string event, pusher_event_fn handler,
                           void *context, pusher_destroy_fn destroy);
PUSHER_API int pusher_bind_global(pusher_client *client, pusher_event_fn handler, void *context,
                                  pusher_destroy_fn destroy);
PUSHER_API void pusher_unbind(pusher_client *client, pusher_string event, pusher_event_fn handler,
                              const void *context);
PUSHER_API void pusher_unbind_global(pusher_client *client, pusher_event_fn handler,
                                     const void *context);

/* The same at the connection. */
PUSHER_API int pusher_connection_bind(pusher_client *client, pusher_string event,
                                      pusher_event_fn handler, void *context,
                                      pusher_destroy_fn destroy);
PUSHER_API int pusher_connection_bind_global(pusher_client *client, pusher_event_fn handler,
                                             void *context, pusher_destroy_fn destroy);
PUSHER_API void pusher_connection_unbind(pusher_client *client, pusher_string event,
                                         pusher_event_fn handler, const void *context);
PUSHER_API void pusher_connection_unbind_global(pusher_client *client, pusher_event_fn handler,
                                                const void *context);

/* The same at the user. */
PUSHER_API int pusher_user_bind(pusher_client *client, pusher_string event, pusher_event_fn handler,
                                void *context, pusher_destroy_fn destroy);
PUSHER_API int pusher_user_bind_global(pusher_client *client, pusher_event_fn handler,
                                       void *context, pusher_destroy_fn destroy);
PUSHER_API void pusher_user_unbind(pusher_client *client, pusher_string event,
                                   pusher_event_fn handler, const void *context);
PUSHER_API void pusher_user_unbind_global(pusher_client *client, pusher_event_fn handler,
                                          const void *context);

/* The same at the user's watchlist. */
PUSHER_API int pusher_watchlist_bind(pusher_client *client, pusher_string event,
                                     pusher_event_fn handler, void *context,
                                     pusher_destroy_fn destroy);
PUSHER_API int pusher_watchlist_bind_global(pusher_client *client, pusher_event_fn handler,
                                            void *context, pusher_destroy_fn destroy);
PUSHER_API void pusher_watchlist_unbind(pusher_client *client, pusher_string event,
                                        pusher_event_fn handler, const void *context);
PUSHER_API void pusher_watchlist_unbind_global(pusher_client *client, pusher_event_fn handler,
                                               const void *context);

/* The name that bind_global had first. */
#define pusher_channel_bind_all    pusher_channel_bind_global
#define pusher_bind_all            pusher_bind_global
#define pusher_connection_bind_all pusher_connection_bind_global
#define pusher_user_bind_all       pusher_user_bind_global
#define pusher_watchlist_bind_all  pusher_watchlist_bind_global

/* ---- Running ------------------------------------------------------------------------------------
 *
 * A loop carries one client or many (give the same one in pusher_options.loop): one process can
 * hold ten thousand. There are three ways to run it; each function exists for a loop and, for
 * programs with one client, for a client.
 *
 *  1. Its own loop: pusher_run goes on until pusher_quit or until no client is left; pusher_poll
 *     does one round and waits at most that long.
 *  2. Inside another loop: watch pusher_fd for reading, wait at most pusher_timeout, then call
 *     pusher_dispatch, which never blocks. Ask for the time-out again after each dispatch; other
 *     calls need nothing, they make the descriptor readable when there is something to do.
 *     Headers under <pusher/adapters/> do it for libuv, libevent, libev, GLib and sd-event.
 *  3. On a thread: pusher_start runs the loop on a thread of its own until pusher_stop; from then
 *     on everything happens on that thread, and others use pusher_post. */

/* A loop without clients. PUSHER_ERR_NO_MEMORY, PUSHER_ERR_SYSTEM. */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_loop_new(pusher_loop **loop);

/* All its clients must have been freed before. NULL is fine. */
PUSHER_API void pusher_loop_free(pusher_loop *loop);

/* The loop of a client. */
PUSHER_API pusher_loop *pusher_client_loop(pusher_client *client);

/* The three ways, for a loop. All that return a result: PUSHER_OK, PUSHER_ERR_STATE inside a
 * handler of the same loop, PUSHER_ERR_SYSTEM when waiting fails. */
PUSHER_API int pusher_loop_run(pusher_loop *loop);
PUSHER_API int pusher_loop_poll(pusher_loop *loop, int timeout_ms); /* -1: as long as it takes */
PUSHER_API int pusher_loop_fd(const pusher_loop *loop); /* -1 where the system has no such thing */
PUSHER_API int pusher_loop_timeout(pusher_loop *loop);  /* milliseconds; -1: none */
PUSHER_API int pusher_loop_dispatch(pusher_loop *loop);
/* Thread-safe: makes pusher_loop_run return PUSHER_OK. */
PUSHER_API void pusher_loop_quit(pusher_loop *loop);
/* PUSHER_ERR_STATE when it runs already, PUSHER_ERR_SYSTEM when there is no thread to be had. */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_loop_start(pusher_loop *loop);
/* Waits until the thread has ended; must not be called from it. The loop can then be used by the
 * caller's thread. */
PUSHER_API void pusher_loop_stop(pusher_loop *loop);
/* Thread-safe: runs `function` on the loop's thread, in order; never, when the loop (with
 * pusher_post: the client) is freed before. PUSHER_ERR_NO_MEMORY. */
PUSHER_API PUSHER_RESULT_MATTERS int
pusher_loop_post(pusher_loop *loop, void (*function)(void *context), void *context);

/* The same for a client's loop. */
PUSHER_API int pusher_run(pusher_client *client);
PUSHER_API int pusher_poll(pusher_client *client, int timeout_ms);
PUSHER_API int pusher_fd(const pusher_client *client);
PUSHER_API int pusher_timeout(pusher_client *client);
PUSHER_API int pusher_dispatch(pusher_client *client);
PUSHER_API void pusher_quit(pusher_client *client); /* thread-safe */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_start(pusher_client *client);
PUSHER_API void pusher_stop(pusher_client *client);
PUSHER_API PUSHER_RESULT_MATTERS int
pusher_post(pusher_client *client, void (*function)(pusher_client *client, void *context),
            void *context); /* thread-safe */

#ifdef __cplusplus
}
#endif

#endif
