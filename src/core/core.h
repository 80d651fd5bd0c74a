/* The client protocol engine, without any I/O.
 *
 * Inputs are calls, outputs are a queue of actions, and time is an argument. The owner (the native
 * driver, the browser glue, a test) does this, again and again:
 *
 *     px_core_tick(core, now);                 // tell the time; overdue timers fire
 *     px_core_transport_message(core, ...);    // or any other input
 *     while (px_core_next(core, &action))      // carry out what the engine wants
 *         ...
 *     wait at most until px_core_deadline(core)
 *
 * Rules:
 *  - The engine holds no socket, clock, thread, global or environment. All memory comes from the
 *    allocator it was given. It never calls back: there is no re-entrancy.
 *  - An action's slices are valid until px_core_next returns false. The functions an application
 *    may call from a handler (group "requests of the application") leave them alone; the functions
 *    of the group "what the network says" must only be called when the queue is drained.
 *  - The slices given to px_core_transport_message and px_core_request_progress must stay valid
 *    until the queue is drained: events point into them (no copy is made of a payload). Of a piece
 *    that holds several messages, px_core_next deals with the next one when the actions of the one
 *    before are carried out.
 *  - Transports and requests have ids that are never reused soon (slot and generation). Late input
 *    for a dead id is ignored.
 *  - Functions that return px_result codes leave the engine as it was when they fail.
 *  - An allocation that fails inside a network input never corrupts: the connection is closed as
 *    lost (and tried again), an error event tells PX_ERR_NO_MEMORY. */
#ifndef PX_CORE_CORE_H
#define PX_CORE_CORE_H

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/result.h"
#include "base/slice.h"
#include "core/options.h"

typedef struct px_core px_core;

/* An id of a transport or request: never 0. */
typedef uint32_t px_id;

/* A channel: slot (low 20 bits; dense, reused, good as an array index) and generation. Never 0. */
typedef uint32_t px_channel_id;
#define PX_CHANNEL_SLOT(id) ((id)&0xfffffu)
#define PX_NO_DEADLINE      UINT64_MAX

/* Bytes of a channel's name, at most. */
#define PX_MAX_CHANNEL_NAME 200
/* Bytes of one incoming message, at most: a longer one ends the connection. */
#define PX_MAX_MESSAGE 16777216
/* Members of one presence channel, at most: more are not taken in, an error event says so. */
#define PX_MAX_MEMBERS 100000

typedef enum px_state {
    PX_STATE_INITIALIZED,
    PX_STATE_CONNECTING,
    PX_STATE_CONNECTED,
    PX_STATE_UNAVAILABLE,
    PX_STATE_FAILED,
    PX_STATE_DISCONNECTED,
} px_state;

/* "initialized", "connecting", ... */
px_slice px_state_name(px_state state);

typedef enum px_log_level {
    PX_LOG_ERROR = 1,
    PX_LOG_WARN = 2,
    PX_LOG_DEBUG = 3,
} px_log_level;

typedef struct px_header {
    px_slice name;
    px_slice value;
} px_header;

/* ---- What the engine wants done ---- */

typedef enum px_action_type {
    PX_ACTION_OPEN = 1,     /* open a transport */
    PX_ACTION_SEND,         /* send one message on an open transport */
    PX_ACTION_CLOSE,        /* close a transport; the id is dead, report nothing more about it */
    PX_ACTION_REQUEST,      /* make an HTTP request */
    PX_ACTION_CANCEL,       /* drop a request; the id is dead */
    PX_ACTION_AUTHORIZE,    /* ask the application (providers or a custom authorizer) */
    PX_ACTION_STORE,        /* remember (or, with empty data, forget) which transport worked */
    PX_ACTION_STATE,        /* the connection state changed */
    PX_ACTION_EVENT,        /* deliver an event to bindings */
    PX_ACTION_LOG,          /* a log line */
    PX_ACTION_USER,         /* somebody is signed in, or nobody any more; a sign-in has begun */
    PX_ACTION_CHANNEL_GONE, /* a channel left the map: its id is dead, drop what hangs on it */
} px_action_type;

typedef enum px_transport_kind {
    PX_TRANSPORT_WS,     /* a WebSocket; the URL's scheme says whether over TLS */
    PX_TRANSPORT_SOCKJS, /* the owner's own SockJS client (option sockjsClient); the URL is its base */
} px_transport_kind;

/* Why the engine wants an HTTP request. */
typedef enum px_request_kind {
    PX_REQUEST_CHANNEL_AUTHORIZATION,
    PX_REQUEST_USER_AUTHENTICATION,
    PX_REQUEST_RECEIVE, /* what an HTTP transport gets: report each piece of the answer's body as it
                           comes, with px_core_request_progress */
    PX_REQUEST_SEND,    /* what an HTTP transport sends */
    PX_REQUEST_INFO,    /* what a SockJS server tells of itself */
    PX_REQUEST_STATS,   /* statistics; with `jsonp` its answer is a script, as it stands */
} px_request_kind;

/* How far an event goes, in this order of delivery. */
enum {
    PX_TO_CHANNEL = 1 << 0,    /* the channel's own bindings */
    PX_TO_CLIENT = 1 << 1,     /* the client's bindings */
    PX_TO_USER = 1 << 3,       /* the user's bindings: they get the data and nothing else */
    PX_TO_WATCHLIST = 1 << 4,  /* the bindings of the user's watchlist, likewise */
    PX_TO_CONNECTION = 1 << 2, /* the connection's bindings, under the name of `connection_name` */
};

/* What kind of payload an event carries. */
typedef enum px_data_type {
    PX_DATA_NONE,    /* the frame had no data member */
    PX_DATA_STRING,  /* a JSON string: the text between its quotes (see px_core_event_text) */
    PX_DATA_JSON,    /* any other JSON value, as it stood in the frame */
    PX_DATA_MEMBERS, /* a presence roster: ask px_core_members_* */
    PX_DATA_MEMBER,  /* one presence member: `member` */
    PX_DATA_ERROR,   /* `error` */
    PX_DATA_DELAY,   /* `delay_ms` */
    PX_DATA_SEALED,  /* `sealed`: of an encrypted channel */
} px_data_type;

/* Of keys, nonces and boxes of encrypted channels (XSalsa20 and Poly1305: "secretbox"). */
enum { PX_SEAL_KEY_BYTES = 32, PX_SEAL_NONCE_BYTES = 24, PX_SEAL_OVERHEAD = 16 };

/* A sealed box: the owner opens it with the channel's key of that moment (px_core_channel_key), before
 * it calls anything else. The channel's bindings get what is in it, a STRING that must be UTF-8; the
 * other targets get `data`. What can't be opened goes to px_core_not_opened, and not to the channel. */
typedef struct px_sealed {
    px_slice box; /* at least PX_SEAL_OVERHEAD bytes */
    unsigned char nonce[PX_SEAL_NONCE_BYTES];
    px_data_type data_type; /* of `data`: STRING or JSON, NONE without it */
    bool last_try;          /* a new key was asked for already */
} px_sealed;

/* Where an error came from (docs/protocol.md, "Errors"). */
typedef enum px_error_type {
    PX_ERROR_PROTOCOL = 1, /* "PusherError": the service said so; `code` is its code */
    PX_ERROR_TRANSPORT,    /* "WebSocketError": the transport failed; `result` says how */
    PX_ERROR_HANDSHAKE,    /* "HandshakeError": the first message was not what it must be */
    PX_ERROR_PARSE,        /* "MessageParseError": a frame was not understood */
    PX_ERROR_AUTH,         /* "AuthError": a channel could not be authorized; `status` is HTTP's */
} px_error_type;

typedef struct px_error {
    px_error_type type;
    int result;          /* a px_result or a code of the driver's own, as it was passed in; or 0 */
    int code;            /* close or pusher:error code (1000-4999), or 0 */
    int status;          /* HTTP status of the authorization answer; 0: none came */
    bool will_retry;     /* the engine will try again by itself */
    bool without_status; /* AUTH: a `status` of 0 is no failed request, there just is none */
    bool repeated;       /* tells again, as the transport's error, what the error before it told as
                         the service's: pusher-js emits both for one close */
    px_slice message;    /* a sentence for people */
    px_slice data;       /* the offending input, where there is one */
} px_error;

/* Appends the error as JSON, in the shapes that pusher-js gives to applications (docs/protocol.md,
 * "Errors"). Errors as px_buffer_append; the buffer may then hold a part of it. */
PX_MUST_CHECK int px_error_write(const px_error *error, px_buffer *out);

typedef struct px_member {
    px_slice id;       /* always as text: the number 7 is "7" */
    px_slice info;     /* JSON, as received; empty when there was none */
    bool id_is_number; /* how user_id stood in the JSON */
} px_member;

typedef struct px_event {
    unsigned targets;      /* PX_TO_* */
    px_channel_id channel; /* 0: the event is of no known channel */
    px_slice name;
    px_slice connection_name; /* with PX_TO_CONNECTION: "message", "error", "connecting_in" */
    px_slice channel_name;    /* as in the frame; empty: none */
    px_slice user_id;         /* empty: none. Given to channel bindings of presence channels only */
    px_slice sender;          /* the message's user_id on whatever channel */
    px_data_type data_type;
    px_slice data;           /* STRING and JSON */
    bool data_escaped;       /* STRING: `data` still holds JSON escapes */
    const px_sealed *sealed; /* SEALED: always with PX_TO_CHANNEL */
    px_member member;        /* MEMBER */
    px_error error;    /* ERROR, and beside its data the service's pusher:subscription_error */
    uint32_t delay_ms; /* DELAY */
} px_event;

typedef struct px_action {
    px_action_type type;
    px_id id; /* transport (OPEN, SEND, CLOSE) or request (REQUEST, CANCEL, AUTHORIZE) */
    union {
        struct {
            px_transport_kind kind;
            px_slice url;
        } open;
        struct {
            px_slice message;
        } send;
        struct {
            uint16_t code;
            px_slice reason;
        } close;
        struct {
            px_request_kind kind;
            bool jsonp;      /* make it in the JSONP layout: as a script, whose answer is a call of
                                a receiver that the owner has numbered */
            px_slice method; /* "POST" or "GET" */
            px_slice url;
            px_slice
                url_end; /* with `jsonp` the address is `url`, the receiver's number and this */
            const px_header *headers;
            size_t header_count;
            px_slice body;
            uint32_t timeout_ms; /* give up after this long; 0: never, the engine cancels */
        } request;
        struct {
            px_request_kind kind;  /* CHANNEL_AUTHORIZATION or USER_AUTHENTICATION */
            px_channel_id channel; /* of a channel: its id and name; of many (authBatch): none, and
                                      px_core_authorized can't be the answer */
            px_slice channel_name;
            px_slice socket_id;
        } authorize;
        struct {
            px_slice key;
            px_slice data;
        } store;
        struct {
            px_state previous;
            px_state current;
            px_slice socket_id; /* with PX_STATE_CONNECTED */
        } state;
        px_event event;
        struct {
            bool signed_in;
            bool done;     /* the last sign-in has ended, well or not; false: one is under way */
            px_slice data; /* with `signed_in`: JSON, as the service gave it */
        } user;
        struct {
            px_channel_id channel;
        } channel_gone;
        struct {
            px_log_level level;
            px_slice line; /* a JSON array (docs/protocol.md, "Log lines") */
        } log;
    } as;
} px_action;

/* The next thing to do; false when there is nothing (only then do earlier slices die). */
bool px_core_next(px_core *core, px_action *action);

/* The same for an owner that carries out from within a handler what the handler asked for: only what
 * is queued already. It never goes on to the next message of a piece, and when it is false earlier
 * slices live on: draining the queue is still px_core_next's business. */
bool px_core_next_queued(px_core *core, px_action *action);

/* When px_core_tick should be called next (the same clock), or PX_NO_DEADLINE. */
uint64_t px_core_deadline(px_core *core);

/* The text of a STRING event with its escapes resolved. Valid until px_core_next is called again.
 * Does no work when there is no escape. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_core_event_text(px_core *core, const px_event *event, px_slice *text);

/* ---- Life ---- */

/* Copies the options. `seed` feeds jitter and hashing: give it unpredictable bits. `now_ms` is any
 * monotonic clock in milliseconds. PX_ERR_ARGUMENT for options that px_options_check refuses. */
PX_MUST_CHECK int px_core_new(const px_allocator *allocator, const px_options *options,
                              const uint64_t seed[2], uint64_t now_ms, px_core **core);

/* What PX_ACTION_STORE told to remember in an earlier life. Before the first px_core_connect; what
 * can't be used is ignored. */
void px_core_restore(px_core *core, px_slice key, px_slice data);

/* Frees everything at once, in any state; the owner drops its sockets and requests by itself. */
void px_core_free(px_core *core);

/* ---- Time ---- */

/* Says what time it is (never backwards) and fires what is due. Allowed at any time, but best
 * before each input of the network: what comes in is taken to come at the time told last. */
void px_core_tick(px_core *core, uint64_t now_ms);

/* Says what time it is, and fires nothing: for a call of the application in the middle of a turn, so that what
 * it asks for goes together with what the next calls do (authBatch). */
void px_core_tell_time(px_core *core, uint64_t now_ms);

/* What the wall clock shows at the time told last, in milliseconds since 1970; it goes on with the
 * ticks. Tell it at the start, and again when it was set. Nothing is timed by it: it dates what is
 * stored or sent. */
void px_core_set_wall_clock(px_core *core, uint64_t unix_ms);

/* ---- Requests of the application (allowed at any time, from handlers too) ---- */

/* Starts to connect. Does nothing when connected or on the way; ends the pause before the next
 * attempt. */
void px_core_connect(px_core *core);

/* Closes for good, from any state. */
void px_core_disconnect(px_core *core);

/* Goes over to another app and cluster: what is open is closed, and a connection is sought at once, from
 * any state. Channels stay, to be subscribed there. Hosts that options name stay, too; so does the
 * choice of TLS. PX_ERR_ARGUMENT: one of them is not what its option may be. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_core_switch(px_core *core, px_slice key, px_slice cluster);

/* Finds or makes the channel and subscribes to it now, or as soon as there is a connection.
 * PX_ERR_ARGUMENT: a name that is empty, starts with '#', is longer than PX_MAX_CHANNEL_NAME or is not
 * UTF-8; or it starts with "private-encrypted-" and the option `encryption` is off. PX_ERR_LIMIT: too
 * many channels, or too much is waiting to be sent. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_core_subscribe(px_core *core, px_slice name, px_channel_id *channel);

/* Leaves the channel. An unknown name does nothing. A channel whose subscription is pending is only
 * marked as cancelled: it goes when the answer, or a disconnection, comes. */
void px_core_unsubscribe(px_core *core, px_slice name);

/* Signs in the user, on this connection and on each one after it. Only the first call does anything.
 * PX_ERR_NO_MEMORY, PX_ERR_LIMIT: nothing is under way, try again. */
PX_MUST_CHECK int px_core_signin(px_core *core);

/* Sends an event to the channel's other subscribers. PX_ERR_ARGUMENT: the name does not start with
 * "client-", or the channel is encrypted (nothing is sealed by clients). PX_ERR_SYNTAX: `data` is not
 * one JSON value (empty is fine: no data member).
 * PX_ERR_NOT_FOUND: the channel is gone. PX_ERR_STATE: not connected, nothing was sent (there is no
 * queue). PX_ERR_LIMIT: too much is waiting to be sent. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_core_trigger(px_core *core, px_channel_id channel, px_slice event,
                                  px_slice data);

/* Sends any event, without a check of its name; an empty channel leaves that member out. Errors as
 * px_core_trigger, but for the name. */
PX_MUST_CHECK int px_core_send_event(px_core *core, px_slice event, px_slice data,
                                     px_slice channel);

/* Sends a text as it stands, as one message: whatever it holds. PX_ERR_SYNTAX: it is not valid UTF-8.
 * PX_ERR_STATE, PX_ERR_LIMIT, PX_ERR_NO_MEMORY as px_core_trigger. */
PX_MUST_CHECK int px_core_send(px_core *core, px_slice message);

/* The network came back, went away, is another one (docs/protocol.md, "Network hints"). */
void px_core_network_online(px_core *core);
void px_core_network_offline(px_core *core);
void px_core_network_changed(px_core *core);

/* Answers PX_ACTION_AUTHORIZE when the application has only parameters and headers to add: the
 * engine then makes the HTTP request, under the same id. PX_ERR_ARGUMENT: a header that HTTP does
 * not allow. PX_ERR_NO_MEMORY, PX_ERR_LIMIT. Errors leave the question open. */
PX_MUST_CHECK int px_core_authorize_with(px_core *core, px_id id, const px_header *params,
                                         size_t param_count, const px_header *headers,
                                         size_t header_count);

typedef struct px_authorization {
    px_slice auth;          /* "KEY:SIGNATURE" */
    px_slice channel_data;  /* presence: JSON text; ptr NULL: absent */
    px_slice user_data;     /* of the user: JSON text */
    px_slice shared_secret; /* of an encrypted channel: its key in base64 */
} px_authorization;

/* Answers PX_ACTION_AUTHORIZE with the application's own authorization. An unknown (old) id is
 * ignored. PX_ERR_ARGUMENT: the question is about many channels. PX_ERR_NO_MEMORY, PX_ERR_LIMIT. Errors
 * leave the question open. */
PX_MUST_CHECK int px_core_authorized(px_core *core, px_id id, const px_authorization *answer);

/* Answers PX_ACTION_AUTHORIZE with a failure; `status` is an HTTP status or 0. */
void px_core_authorize_failed(px_core *core, px_id id, int status, px_slice message);

/* The box of a SEALED event that was just pulled can't be opened, or holds no UTF-8. The engine asks for
 * a new key, and gives what came since once more when it is there, to the channel alone and in order;
 * an event that was tried again already is dropped. Failures are in the log. */
void px_core_not_opened(px_core *core, const px_event *event);

/* Which log lines there are from now on, in the place of the option. */
void px_core_set_log_level(px_core *core, px_log_level level);

/* Logs (debug) that nothing is bound to this event of a channel, of "user" or of "watchlist events", which
 * only the owner of the bindings can know. Global bindings do not count. */
void px_core_no_callbacks(px_core *core, px_slice channel, px_slice event);

/* ---- What the network says (only when the queue is drained) ---- */

void px_core_transport_opened(px_core *core, px_id id);

/* One message (for a WebSocket: one text message, valid UTF-8). */
void px_core_transport_message(px_core *core, px_id id, px_slice message);

/* The transport is gone: before it opened (it failed) or after. `code` and `reason` come from the
 * close frame, or are 1006 and empty. `result` and `message` tell a failure of the driver (0 and
 * empty: none): resolving, connecting, TLS, the upgrade. `clean` as the WebSocket API has it. */
void px_core_transport_closed(px_core *core, px_id id, uint16_t code, px_slice reason, bool clean,
                              int result, px_slice message);

/* A piece of the body of the answer to a PX_REQUEST_RECEIVE, as soon as it has come. `status` is
 * HTTP's. */
void px_core_request_progress(px_core *core, px_id id, int status, px_slice piece);

/* The answer to PX_ACTION_REQUEST. `status` 0: none came, or it broke off; `result` (as in
 * px_core_transport_closed) and `message` say why. For PX_REQUEST_RECEIVE `body` is empty (all
 * pieces were told before); `status` is HTTP's when the answer is complete, however long it was. */
void px_core_request_done(px_core *core, px_id id, int status, px_slice body, int result,
                          px_slice message);

/* ---- Looking ---- */

px_state px_core_state(const px_core *core);

/* The options as they are: with the defaults filled in, and with what px_core_switch has changed. */
const px_options *px_core_options(const px_core *core);

/* Of the last connection; empty before the first. Valid until the next connection. */
px_slice px_core_socket_id(const px_core *core);

/* The name of the live connection's transport; empty: there is none. Static. */
px_slice px_core_transport(const px_core *core);

/* True when a message sent now would go out. */
bool px_core_is_live(const px_core *core);

/* True while a user is signed in: what the service says of him, JSON. Valid until the next input. */
bool px_core_user(const px_core *core, px_slice *data);

/* 0 when there is no such channel. */
px_channel_id px_core_find_channel(const px_core *core, px_slice name);

/* Channels in the order they were subscribed: start with *cursor 0; 0 at the end. */
px_channel_id px_core_next_channel(const px_core *core, size_t *cursor);

typedef enum px_channel_kind {
    PX_CHANNEL_PUBLIC,
    PX_CHANNEL_PRIVATE,
    PX_CHANNEL_PRESENCE,
    PX_CHANNEL_ENCRYPTED,
} px_channel_kind;

typedef struct px_channel_info {
    px_slice name; /* valid while the channel is */
    px_channel_kind kind;
    bool subscribed;
    bool subscription_pending;
    bool subscription_cancelled;
    int64_t subscription_count; /* as the server told last; -1: it has not */
} px_channel_info;

/* False for a dead id. */
bool px_core_channel_info(const px_core *core, px_channel_id channel, px_channel_info *info);

/* The key of an encrypted channel, PX_SEAL_KEY_BYTES long, valid until the next call; NULL: there is
 * none. It is a secret. */
const unsigned char *px_core_channel_key(const px_core *core, px_channel_id channel);

/* Presence. Counts 0 and false for channels of other kinds. Slices are valid until the next message
 * from the network. Members come in the order they were first seen. */
size_t px_core_member_count(const px_core *core, px_channel_id channel);
bool px_core_member(const px_core *core, px_channel_id channel, px_slice id, px_member *member);
bool px_core_member_me(const px_core *core, px_channel_id channel, px_member *member);
bool px_core_next_member(const px_core *core, px_channel_id channel, size_t *cursor,
                         px_member *member);

#endif
