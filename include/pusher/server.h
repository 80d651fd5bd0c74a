/* libpusher-server: the Pusher Channels protocol from the side of an application's server. It
 * authorizes channels and users, publishes events and asks about channels through the HTTP API,
 * encrypts, and verifies webhooks.
 *
 *     #include <pusher/server.h>
 *     #include <stdio.h>
 *
 *     int main(void) {
 *         pusher_app_options options = PUSHER_APP_OPTIONS_INIT;
 *         options.id = pusher_str("app-id");
 *         options.key = pusher_str("app-key");
 *         options.secret = pusher_str("app-secret");
 *         pusher_app *app;
 *         pusher_answer answer;
 *         if (pusher_app_new(&options, &app))
 *             return 1;
 *         int result = pusher_app_trigger(app, pusher_str("my-channel"), pusher_str("new-comment"),
 *                                         pusher_str("{\"text\":\"hi\"}"), &answer);
 *         if (result)
 *             fprintf(stderr, "%s\n", answer.error);
 *         pusher_app_free(app);
 *         return result ? 1 : 0;
 *     }
 *
 * Conventions
 *  - Text is pointer and length (`pusher_string`); nothing needs to be NUL-terminated.
 *    pusher_str("...") makes one from a C string. What is handed in is never kept.
 *  - Functions return PUSHER_OK or a negative PUSHER_ERR_* (<pusher/error.h>). A `pusher_answer` is
 *    filled in also when a function fails: `error` then says in one sentence what is wrong and,
 *    where that is known, what to do. It may be NULL. All of them can fail with
 *    PUSHER_ERR_NO_MEMORY.
 *  - Threads: an app belongs to one thread at a time. Two apps in two threads are fine, also when
 *    they are the same app to the service. The library starts no thread. (libcurl may resolve a
 *    host name on a short-lived one of its own.) An app must not be used on both sides of a fork.
 *  - What asks the HTTP API blocks, at most for the option `timeout`. Everything else only
 *    computes.
 *  - No secret, key or payload is ever in `error`. */
#ifndef PUSHER_SERVER_H
#define PUSHER_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pusher/error.h>
#include <pusher/string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this library, such as "1.0.0". Static. Thread-safe. */
PUSHER_API const char *pusher_server_version(void);

/* ---- Answers --------------------------------------------------------------------------------- */

/* What comes of a call. */
typedef struct pusher_answer {
    int status;         /* HTTP status: of the server's answer, 0 when none came; of what signs
                           (authorize, authenticate, encrypt), the one that an endpoint answers
                           with: 200, 400 (asked wrongly) or 500 */
    pusher_string body; /* JSON, usually. Valid until the next call with this app has ended */
    const char *error;  /* a sentence, NUL-terminated; "" when all went well. Valid until the next
                           call begins */
} pusher_answer;

/* ---- The app --------------------------------------------------------------------------------- */

/* One app of the service: its credentials, where its HTTP API is, and connections to that. */
typedef struct pusher_app pusher_app;

/* What an app is told at its birth. Start from PUSHER_APP_OPTIONS_INIT; zero (or empty) always
 * means the default. All text is copied. Later versions append members: `size` keeps old programs
 * working. */
typedef struct pusher_app_options {
    size_t size; /* sizeof(pusher_app_options), set by PUSHER_APP_OPTIONS_INIT */

    /* Which app. */
    pusher_string id;     /* only what asks the HTTP API needs it */
    pusher_string key;    /* must be given */
    pusher_string secret; /* must be given */

    /* Where its HTTP API is. Default: api.pusherapp.com, or api-CLUSTER.pusher.com when there is a
     * cluster. */
    pusher_string cluster;
    pusher_string host; /* a name or an address, without scheme, port or path; beats `cluster` */
    uint16_t port;      /* default 443; 80 with `plain` */
    pusher_string path; /* put before /apps/ID; starts with a slash and ends without */
    bool plain;         /* without TLS: on your own machine only */

    /* The master key of encrypted channels, in one form or the other. */
    pusher_string encryption_master_key;        /* 32 bytes */
    pusher_string encryption_master_key_base64; /* text */

    uint32_t timeout;  /* milliseconds for one request; 15000 */
    uint32_t max_data; /* bytes of one event's data; 10240, as the hosted service has it */

    /* TLS. It is on, and verified, unless something here says otherwise. */
    pusher_string ca_file;             /* PEM file of authorities, instead of the system's */
    pusher_string ca_path;             /* folder of hashed certificate authorities */
    pusher_string pin;                 /* public key pin, "sha256//BASE64[;sha256//BASE64...]" */
    bool insecure;                     /* verify nothing */
    pusher_string client_cert;         /* PEM file of a certificate that we show */
    pusher_string client_key;          /* PEM file of its key; default: client_cert has it */
    pusher_string client_key_password; /* of an encrypted key */

    /* Proxies. Default: as the environment has it (http_proxy, https_proxy, all_proxy, no_proxy). */
    pusher_string proxy;          /* "http://", "https://", "socks5://" or "socks5h://" HOST:PORT,
                                     with USER:PASSWORD@ if need be; "direct": none at all */
    pusher_string proxy_username; /* who we are to the proxy */
    pusher_string proxy_password; /* its password */
    pusher_string no_proxy;       /* hosts to be reached directly, separated by commas; "*": all */
} pusher_app_options;

/* C's form names the member, so that -Wextra does not complain about the others. */
#ifdef __cplusplus
#define PUSHER_APP_OPTIONS_INIT                                                                    \
    { sizeof(pusher_app_options) }
#else
#define PUSHER_APP_OPTIONS_INIT                                                                    \
    { .size = sizeof(pusher_app_options) }
#endif

/* Fills in what the environment says: PUSHER_APP_ID, PUSHER_APP_KEY, PUSHER_APP_SECRET, PUSHER_HOST,
 * PUSHER_PORT, PUSHER_SCHEME (http or https), PUSHER_APP_CLUSTER, PUSHER_ENCRYPTION_MASTER_KEY
 * (base64), and PUSHER_URL (https://KEY:SECRET@HOST:PORT/apps/ID), which the others override. An
 * empty variable counts as not set; a host goes before a cluster. What is set in `options` stays;
 * with a host or cluster there, nothing is taken of where the server is. Texts are those of the
 * environment: call pusher_app_new before it changes.
 * PUSHER_ERR_ARGUMENT: a variable makes no sense; `options` is untouched, and `text` (may be NULL
 * with a `size` of 0) holds a sentence, NUL-terminated. */
PUSHER_API PUSHER_RESULT_MATTERS int
pusher_app_options_from_environment(pusher_app_options *options, char *text, size_t size);

/* Makes an app; nothing is sent yet. PUSHER_ERR_ARGUMENT: an option is missing or makes no sense;
 * pusher_app_options_check says which and why. PUSHER_ERR_NO_MEMORY. */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_app_new(const pusher_app_options *options,
                                                    pusher_app **app);

/* Checks options as pusher_app_new does, and writes a sentence that names the option and says what
 * is wrong into `text` (NUL-terminated, cut at `size`). PUSHER_OK, PUSHER_ERR_ARGUMENT or
 * PUSHER_ERR_NO_MEMORY. Thread-safe. */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_app_options_check(const pusher_app_options *options,
                                                              char *text, size_t size);

/* Closes its connections, wipes its secrets. NULL is fine. */
PUSHER_API void pusher_app_free(pusher_app *app);

/* ---- Authorization: what an application's endpoints answer --------------------------------------
 *
 * Whether a user may do it is the application's decision, made before. The answer's `body` is the
 * JSON that the client waits for, to be sent with the answer's `status` and the type
 * application/json. PUSHER_ERR_ARGUMENT: what the client sent is not what it must be, and nothing
 * is signed; answer with status 400. */

/* Authorizes one connection for one channel: {"auth":...}, with "channel_data" where that was given
 * and "shared_secret" for an encrypted channel.
 *
 * `channel_data` is for presence channels: a JSON object with a "user_id" (a string or number) and
 * perhaps "user_info"; it may be left empty when the user is signed in. It is signed and handed on
 * as it is.
 *
 * PUSHER_ERR_ARGUMENT: no socket id; a channel that needs no authorization, or whose name is none;
 * channel_data that is not as above, or for a channel that is not a presence channel.
 * PUSHER_ERR_STATE: an encrypted channel, and no master key was given. */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_app_authorize(pusher_app *app, pusher_string socket_id,
                                                          pusher_string channel,
                                                          pusher_string channel_data,
                                                          pusher_answer *answer);

/* What an application has decided about one of several channels. */
typedef struct pusher_decision {
    pusher_string channel;      /* its name, as the client sent it */
    pusher_string channel_data; /* as for pusher_app_authorize */
    int status;                 /* 0 or 200: it may; else it may not: 403, for instance */
} pusher_decision;

/* Authorizes one connection for many channels at once, as clients with authBatch ask for it:
 * {"NAME":{"status":200,"data":{"auth":...}},"NAME":{"status":403}}. A channel that can't be
 * authorized as it was asked for gets the status 400 or 500 in there, and harms no other.
 * PUSHER_ERR_ARGUMENT: no socket id. PUSHER_ERR_LIMIT: more than 1000 channels. */
PUSHER_API PUSHER_RESULT_MATTERS int
pusher_app_authorize_batch(pusher_app *app, pusher_string socket_id,
                           const pusher_decision *decisions, size_t count, pusher_answer *answer);

/* Says who the user of a connection is: {"auth":...,"user_data":...}. `user_data` is a JSON object
 * with an "id" (a string, not empty), perhaps "user_info" and a "watchlist" (an array of ids); it
 * is signed and handed on as it is. PUSHER_ERR_ARGUMENT: no socket id, or user_data that is not so. */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_app_authenticate(pusher_app *app,
                                                             pusher_string socket_id,
                                                             pusher_string user_data,
                                                             pusher_answer *answer);

/* ---- Encrypted channels -------------------------------------------------------------------------
 *
 * Publishing to a channel whose name begins with "private-encrypted-" encrypts by itself. These two
 * are for who does the publishing or authorizing in another way. */

/* Characters of a shared secret, with the NUL behind it. */
#define PUSHER_SHARED_SECRET_SIZE 45

/* The key of one encrypted channel, derived from the master key, in base64; NUL-terminated. Clients
 * get it with the authorization. PUSHER_ERR_STATE: no master key was given. PUSHER_ERR_ARGUMENT:
 * not the name of an encrypted channel. `secret` is untouched then. */
PUSHER_API PUSHER_RESULT_MATTERS int
pusher_app_shared_secret(pusher_app *app, pusher_string channel,
                         char secret[PUSHER_SHARED_SECRET_SIZE]);

/* Encrypts data for the channel, with a nonce of its own: {"nonce":...,"ciphertext":...}. Errors as
 * pusher_app_shared_secret; PUSHER_ERR_LIMIT: more than max_data. PUSHER_ERR_STATE also when the
 * library was built without libsodium. */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_app_encrypt(pusher_app *app, pusher_string channel,
                                                        pusher_string data, pusher_answer *answer);

/* ---- The HTTP API -------------------------------------------------------------------------------
 *
 * Each of these makes one signed request and waits for its answer. Connections are kept open
 * between calls.
 *
 * PUSHER_OK: the server has done it (a status of 200 to 299); the answer's `body` is what it said.
 * What was published is then on its way, not yet delivered. PUSHER_ERR_REFUSED: the server said no,
 * with the answer's `status` and `body`; `error` has its words. PUSHER_ERR_ARGUMENT,
 * PUSHER_ERR_LIMIT: what was given is not what it must be, or too much; nothing was sent.
 * PUSHER_ERR_STATE: the option `id` was not given; or, for an encrypted channel, the master key.
 * PUSHER_ERR_RESOLVE, _CONNECT, _TLS, _PROXY, _CLOSED, _TIMEOUT, _PROTOCOL, _SYSTEM: no answer
 * came; `error` names the host. After _CLOSED, _TIMEOUT and _PROTOCOL it may have been done all the
 * same: events that are sent again may arrive twice. */

/* An event to publish. */
typedef struct pusher_publication {
    const pusher_string *channels; /* 1 to 100 names; one only, if that one is encrypted */
    size_t channel_count;          /* how many */
    pusher_string event;           /* its name: 1 to 200 bytes */
    pusher_string data;      /* usually JSON text; sent as it is, at most max_data bytes (of what is
                                      sent: encryption adds to it). Must be UTF-8 */
    pusher_string socket_id; /* do not send it to this connection; empty: to all */
    pusher_string info;      /* ask for "user_count", "subscription_count" or both, separated by a
                                      comma, of each channel; empty: for nothing */
} pusher_publication;

/* Publishes an event to one channel. */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_app_trigger(pusher_app *app, pusher_string channel,
                                                        pusher_string event, pusher_string data,
                                                        pusher_answer *answer);

/* Publishes an event to one channel or many. */
PUSHER_API PUSHER_RESULT_MATTERS int
pusher_app_publish(pusher_app *app, const pusher_publication *publication, pusher_answer *answer);

/* Publishes 1 to 10 events at once, each to one channel; all or none. */
PUSHER_API PUSHER_RESULT_MATTERS int
pusher_app_publish_batch(pusher_app *app, const pusher_publication *publications, size_t count,
                         pusher_answer *answer);

/* Sends an event to all connections of a user who is signed in. */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_app_send_to_user(pusher_app *app, pusher_string user_id,
                                                             pusher_string event,
                                                             pusher_string data,
                                                             pusher_answer *answer);

/* Ends all connections of a user who is signed in. That nobody is there is no error. */
PUSHER_API PUSHER_RESULT_MATTERS int
pusher_app_terminate_user(pusher_app *app, pusher_string user_id, pusher_answer *answer);

/* The channels that somebody is subscribed to: {"channels":{"NAME":{...}}}; with a prefix only
 * those whose names begin so. `info` asks for "user_count" (only with a prefix that begins with
 * "presence-"), or "subscription_count"; both may be empty. */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_app_channels(pusher_app *app, pusher_string prefix,
                                                         pusher_string info, pusher_answer *answer);

/* About one channel: {"occupied":true,...}. `info` asks for "user_count" (presence channels),
 * "subscription_count", "cache" (cache channels), separated by commas; may be empty. */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_app_channel(pusher_app *app, pusher_string channel,
                                                        pusher_string info, pusher_answer *answer);

/* The users of a presence channel: {"users":[{"id":"ann"}]}. */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_app_users(pusher_app *app, pusher_string channel,
                                                      pusher_answer *answer);

/* Any other request: `path` is below /apps/ID and starts with a slash, percent-encoded where need
 * be; names of parameters are in lower case, and not those that sign ("auth_...", "body_md5"); at
 * most 32. `body` is JSON, or empty. */
PUSHER_API PUSHER_RESULT_MATTERS int pusher_app_get(pusher_app *app, pusher_string path,
                                                    const pusher_pair *parameters, size_t count,
                                                    pusher_answer *answer);
PUSHER_API PUSHER_RESULT_MATTERS int pusher_app_post(pusher_app *app, pusher_string path,
                                                     const pusher_pair *parameters, size_t count,
                                                     pusher_string body, pusher_answer *answer);

/* ---- Webhooks -------------------------------------------------------------------------------- */

/* A webhook's request, as it came. */
typedef struct pusher_webhook_request {
    pusher_string key;          /* the header X-Pusher-Key */
    pusher_string signature;    /* the header X-Pusher-Signature */
    pusher_string content_type; /* the header Content-Type; empty: not looked at */
    pusher_string body;         /* every byte of it, untouched: it is what was signed */
} pusher_webhook_request;

/* A key and its secret, where an app has more than one pair. Without a secret it counts for nothing.
 */
typedef struct pusher_token {
    pusher_string key;    /* as X-Pusher-Key has it */
    pusher_string secret; /* what it signs with */
} pusher_token;

/* A webhook that was verified. */
typedef struct pusher_webhook pusher_webhook;

/* Verifies a webhook: with the app's key and secret, or those of one of the further tokens (NULL,
 * 0: none). Answer it with status 200, or 401 when this fails with PUSHER_ERR_REFUSED: a key that
 * is of no token, or a wrong signature. PUSHER_ERR_SYNTAX: signed rightly, but not a webhook's
 * JSON, or another content type than application/json. PUSHER_ERR_LIMIT: a body of more than 16
 * MiB. It takes the same time wherever a signature is wrong. */
PUSHER_API PUSHER_RESULT_MATTERS int
pusher_app_read_webhook(pusher_app *app, const pusher_webhook_request *request,
                        const pusher_token *tokens, size_t token_count, pusher_webhook **webhook);

/* NULL is fine. */
PUSHER_API void pusher_webhook_free(pusher_webhook *webhook);

/* When it was made: milliseconds since 1970. */
PUSHER_API uint64_t pusher_webhook_time_ms(const pusher_webhook *webhook);

/* One event of a webhook. What it does not have is empty. Later versions may add members at the
 * end. */
typedef struct pusher_webhook_event {
    pusher_string name;          /* "channel_occupied", "channel_vacated", "member_added",
                                    "member_removed", "client_event", "cache_miss",
                                    "subscription_count"; others may come: ignore them */
    pusher_string channel;       /* of all of these */
    pusher_string user_id;       /* of members, and of client events of presence channels */
    pusher_string event;         /* of a client event: its name */
    pusher_string data;          /* of a client event: what it carries; JSON, usually */
    pusher_string socket_id;     /* of a client event: who sent it */
    uint64_t subscription_count; /* of subscription_count */
    pusher_string json;          /* the whole event as it stands in the body */
} pusher_webhook_event;

/* Goes through its events in their order: start with *cursor 0; false at the end. Texts are valid
 * as long as the webhook. */
PUSHER_API bool pusher_webhook_next(const pusher_webhook *webhook, size_t *cursor,
                                    pusher_webhook_event *event);

#ifdef __cplusplus
}
#endif

#endif
