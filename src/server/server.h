/* The server: the hub on libevent, listening on sockets. This is what `pusher serve` uses.
 *
 *     px_server_options options;
 *     px_server_options_default(&options);
 *     px_server *server;
 *     char why[PX_SERVER_ERROR_SIZE];
 *     if (px_server_new(&options, &server, why, sizeof why) != PX_OK)
 *         ... print why ...
 *     int result = px_server_run(server);
 *     px_server_free(server);
 *
 * A server belongs to the thread that runs it; only px_server_stop may be called from elsewhere. */
#ifndef PX_SERVER_SERVER_H
#define PX_SERVER_SERVER_H

#include "base/result.h"
#include "base/slice.h"
#include "server/app.h"

#define PX_SERVER_DEFAULT_LISTEN "127.0.0.1:6001"
#define PX_SERVER_DEFAULT_TLS    "127.0.0.1:6002" /* with tls_dev */
#define PX_SERVER_DEFAULT_ID     "app-id"
#define PX_SERVER_DEFAULT_KEY    "app-key"
#define PX_SERVER_DEFAULT_SECRET "app-secret"

enum { PX_SERVER_ERROR_SIZE = 512, PX_SERVER_ADDRESS_SIZE = 64 };

/* The server's own settings, beside those of the hub and of the apps in server/app.h:
 * X(type, field, "name_in_the_config_file", default, minimum, maximum, "documentation") */
#define PX_SERVER_OPTIONS(X)                                                                       \
    X(LIST, listen, "listen", 0, 0, 0,                                                             \
      "Addresses to listen on, as ADDRESS:PORT or [ADDRESS]:PORT; `localhost` is 127.0.0.1; "      \
      "port 0: the system chooses. None: " PX_SERVER_DEFAULT_LISTEN                                \
      ", unless tls_listen has some.")                                                             \
    X(TEXT, path_prefix, "path_prefix", "", 0, 0,                                                  \
      "Put before every path, such as /realtime; starts with / and ends without.")                 \
    X(FLAG, dev_auth, "dev_auth", 0, 0, 1,                                                         \
      "Authorize every channel at /pusher/auth, and authenticate every user at "                   \
      "/pusher/user-auth. Loopback only, for development.")                                        \
    X(TEXT, web, "web", "", 0, 0,                                                                  \
      "Folder whose folders js and demo are served below /js/ and /demo/. `pusher serve` has one " \
      "without being told; empty: none.")                                                          \
    X(LIST, tls_listen, "tls_listen", 0, 0, 0,                                                     \
      "Addresses to listen on with TLS, written alike. None with tls_dev: " PX_SERVER_DEFAULT_TLS  \
      ".")                                                                                         \
    X(TEXT, tls_cert, "tls_cert", "", 0, 0,                                                        \
      "File with the certificate for tls_listen and its chain, in PEM form.")                      \
    X(TEXT, tls_key, "tls_key", "", 0, 0, "File with the certificate's private key, in PEM form.") \
    X(FLAG, tls_dev, "tls_dev", 0, 0, 1,                                                           \
      "Make a certificate for this machine at start. Loopback only, for development.")             \
    X(TEXT, tls_dev_ca, "tls_dev_ca", "", 0, 0,                                                    \
      "Folder with rootCA.pem and rootCA-key.pem, as mkcert makes them, to sign it with.")         \
    X(TEXT, tls_dev_cert, "tls_dev_cert", "", 0, 0,                                                \
      "File to write to what clients have to trust then.")                                         \
    X(NUMBER, tls_timeout_ms, "tls_timeout_ms", 10000, 10, 600000,                                 \
      "Milliseconds in which a TLS handshake must be over.")                                       \
    X(LIST, trusted_proxies, "trusted_proxies", 0, 0, 0,                                           \
      "Addresses and ranges, such as 10.0.0.0/8, of proxies that are believed who a client is.")   \
    X(FLAG, proxy_protocol, "proxy_protocol", 0, 0, 1,                                             \
      "Connections begin with a header of the PROXY protocol; others are closed.")                 \
    X(NUMBER, grace_ms, "grace_ms", 3000, 0, 600000,                                               \
      "Milliseconds over which a stopping server closes its connections.")                         \
    X(NUMBER, max_message, "max_message", 65536, 1024, 16777216,                                   \
      "Bytes of one message from a client (1009 beyond).")                                         \
    X(NUMBER, max_backlog, "max_backlog", 1048576, 4096, 1073741824,                               \
      "Bytes that may wait for one slow connection (4100 beyond).")                                \
    X(NUMBER, max_head, "max_head", 16384, 1024, 1048576,                                          \
      "Bytes of the head of an HTTP request (431 beyond).")                                        \
    X(NUMBER, max_body, "max_body", 1048576, 1024, 1073741824,                                     \
      "Bytes of the body of an HTTP request (413 beyond).")                                        \
    X(NUMBER, head_timeout_ms, "head_timeout_ms", 10000, 10, 600000,                               \
      "Milliseconds in which the head of a request must arrive whole.")                            \
    X(NUMBER, body_timeout_ms, "body_timeout_ms", 30000, 10, 600000,                               \
      "Milliseconds for the body of a request, and for taking the answer.")                        \
    X(NUMBER, idle_timeout_ms, "idle_timeout_ms", 60000, 10, 3600000,                              \
      "Milliseconds that an HTTP connection stays open between two requests.")                     \
    X(NUMBER, close_timeout_ms, "close_timeout_ms", 5000, 10, 600000,                              \
      "Milliseconds to wait for the peer when a connection is closed.")                            \
    X(FLAG, http_fallbacks, "http_fallbacks", 1, 0, 1,                                             \
      "Serve clients without WebSocket below /pusher: HTTP streaming, polling, SockJS.")           \
    X(NUMBER, http_heartbeat_ms, "http_heartbeat_ms", 25000, 100, 600000,                          \
      "Milliseconds between heartbeats to HTTP clients, and the longest a poll waits.")            \
    X(NUMBER, http_disconnect_ms, "http_disconnect_ms", 5000, 10, 600000,                          \
      "Milliseconds after which an HTTP session without a request for events ends.")               \
    X(NUMBER, http_hold_ms, "http_hold_ms", 2000, 0, 60000,                                        \
      "Milliseconds to wait for a client that begins its stream anew, as pusher-js does after "    \
      "262144 characters; 0: never.")                                                              \
    X(NUMBER, http_max_stream, "http_max_stream", 16777216, 524288, 1073741824,                    \
      "Characters of one stream of a client that does not begin it anew (4200 beyond).")           \
    X(NUMBER, http_max_sessions, "http_max_sessions", 100000, 1, 10000000,                         \
      "HTTP sessions at one time, of all apps (503 beyond).")                                      \
    X(TEXT, http_hostname, "http_hostname", "", 0, 0,                                              \
      "Host name that HTTP clients are told to send the further requests of their session to.")    \
    X(NUMBER, sockjs_max_stream, "sockjs_max_stream", 131072, 1024, 1073741824,                    \
      "Characters after which a SockJS stream ends, so that the client begins a new one.")         \
    X(TEXT, sockjs_url, "sockjs_url",                                                              \
      "https://cdn.jsdelivr.net/npm/sockjs-client@1/dist/sockjs.min.js", 0, 0,                     \
      "Where SockJS's iframe page gets the SockJS client from.")                                   \
    X(NUMBER, webhook_max_events, "webhook_max_events", 10000, 1, 10000000,                        \
      "Events of an app that may wait for its webhooks; the oldest are dropped beyond.")           \
    X(NUMBER, webhook_max_bytes, "webhook_max_bytes", 16777216, 65536, 1073741824,                 \
      "Bytes of memory that they may take.")                                                       \
    X(FLAG, io_uring, "io_uring", 1, 0, 1,                                                         \
      "Send to many connections with one system call, where the system has io_uring and lets the " \
      "server use it.")                                                                            \
    X(TEXT, webhook_ca, "webhook_ca", "", 0, 0,                                                    \
      "File with the authorities that webhooks' certificates are verified by, in PEM form. "       \
      "Empty: the system's.")                                                                      \
    X(TEXT, webhook_state, "webhook_state", "", 0, 0,                                              \
      "File that counts the events that wait for webhooks, so that the server can say after a "    \
      "crash what was lost. `pusher serve` has one without being told; empty: none.")

#define PX_FIELD(type, field, name, fallback, minimum, maximum, text) PX_SETTING_C_##type field;
typedef struct px_server_options {
    PX_SERVER_OPTIONS(PX_FIELD)
    px_hub_options hub;
    const px_app_options *apps; /* none: the default app, on loopback addresses only */
    size_t app_count;
    /* From px_server_new to _free: SIGTERM and SIGINT stop the server, and SIGHUP is
     * px_server_reload where tls_cert is given. */
    bool handle_signals;
    /* A webhook_state that can't be used is a warning and no error. */
    bool webhook_state_is_optional;
    /* A line for the operator, without a line break: no secret, no payload. Level: 1 error,
     * 2 warning, 3 information, 4 debug (a line for each request and connection). NULL: silence. */
    void (*log)(void *context, int level, px_slice line);
    void *log_context;
    int log_level; /* lines above it are not made, which saves time; 0: all are */
} px_server_options;
#undef PX_FIELD

/* Every default; no apps, no addresses, no log. */
void px_server_options_default(px_server_options *options);

typedef struct px_server px_server;

/* Copies the options, binds every address and listens. PX_ERR_ARGUMENT: the options can't be used
 * (PX_ERR_STATE: the system refused something, such as an address that is taken); `why` then says
 * what is wrong and what to do, as one sentence without a line break, cut at `size`. */
PX_MUST_CHECK int px_server_new(const px_server_options *options, px_server **server, char *why,
                                size_t size);

/* The addresses that were bound, in the order of options.listen, then of options.tls_listen:
 * "127.0.0.1:6001", "[::1]:6001", with the port that the system chose. Returns false beyond the
 * last. */
bool px_server_address(const px_server *server, size_t index, char out[PX_SERVER_ADDRESS_SIZE]);

/* True when TLS is spoken at that address. */
bool px_server_address_is_tls(const px_server *server, size_t index);

/* Serves until it was stopped and every connection is gone. PX_OK, or PX_ERR_STATE when the event
 * loop failed. */
PX_MUST_CHECK int px_server_run(px_server *server);

/* Asks a running server (or one that will run) to end: it stops listening, closes the connections
 * with 4200 within grace_ms, and px_server_run returns. Asked a second time, it ends at once.
 * Thread-safe, and safe in signal handlers. */
void px_server_stop(px_server *server);

/* Tells a running server to read the certificate and its key again. Open connections stay as they
 * are; when something is wrong with the files the log says so, and nothing changes. Thread-safe, and
 * safe in signal handlers. */
void px_server_reload(px_server *server);

/* NULL is fine. Connections that are still open are cut. */
void px_server_free(px_server *server);

/* True when the app has the secret that everybody knows. */
bool px_server_app_is_default(const px_app_options *app);

/* True when only this machine can reach the address: 127.0.0.0/8, ::1, localhost. False also when
 * it is no address. */
bool px_server_address_is_loopback(px_slice address);

#endif
