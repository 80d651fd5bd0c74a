/* The options of a client: one table gives the struct, the defaults, the checks, the names by which
 * they can be set, and the table in the documentation. */
#ifndef PX_CORE_OPTIONS_H
#define PX_CORE_OPTIONS_H

#include "base/arena.h"
#include "base/result.h"
#include "base/slice.h"

typedef struct px_pair {
    px_slice name;
    px_slice value;
} px_pair;

typedef struct px_pairs {
    const px_pair *items;
    size_t count;
} px_pairs;

typedef struct px_slices {
    const px_slice *items;
    size_t count;
    bool given; /* distinguishes "no list" from "an empty list", which means none */
} px_slices;

/* A flag that can also be absent, which is not the same as no. */
typedef enum px_choice {
    PX_CHOICE_ABSENT,
    PX_CHOICE_YES,
    PX_CHOICE_NO,
} px_choice;

/* X(type, field, "nameOfTheOption", default, minimum, maximum, "documentation")
 * type: TEXT, NUMBER (32 bits), FLAG, CHOICE, LIST (of names), PAIRS.
 * A NUMBER of 0 and an empty TEXT mean "the default"; but an empty key is a key, and only one whose
 * pointer is NULL is missing. Minimum and maximum are of NUMBERs. */
#define PX_OPTIONS(X)                                                                              \
    X(TEXT, key, "key", "", 0, 0, "The app key. Required.")                                        \
    X(TEXT, cluster, "cluster", "", 0, 0,                                                          \
      "The cluster: gives the host ws-CLUSTER.pusher.com where wsHost is not given.")              \
    X(TEXT, ws_host, "wsHost", "", 0, 0, "The host of WebSocket connections.")                     \
    X(NUMBER, ws_port, "wsPort", 80, 1, 65535, "The port of ws:// connections.")                   \
    X(NUMBER, wss_port, "wssPort", 443, 1, 65535, "The port of wss:// connections.")               \
    X(TEXT, ws_path, "wsPath", "", 0, 0, "Put before /app/KEY, verbatim.")                         \
    X(TEXT, http_host, "httpHost", "", 0, 0,                                                       \
      "The host of the HTTP transports. Not given: wsHost, if that is; else "                      \
      "sockjs-CLUSTER.pusher.com.")                                                                \
    X(NUMBER, http_port, "httpPort", 80, 1, 65535,                                                 \
      "The port of http:// requests. Where the host is wsHost: wsPort.")                           \
    X(NUMBER, https_port, "httpsPort", 443, 1, 65535,                                              \
      "The port of https:// requests. Where the host is wsHost: wssPort.")                         \
    X(TEXT, http_path, "httpPath", "/pusher", 0, 0,                                                \
      "Put before /app/KEY of the HTTP transports; the base of SockJS.")                           \
    X(FLAG, ignore_null_origin, "ignoreNullOrigin", 0, 0, 0,                                       \
      "For SockJS in a browser whose page has no origin; no effect elsewhere.")                    \
    X(FLAG, sockjs_client, "sockjsClient", 0, 0, 0,                                                \
      "Open `sockjs` transports by the SockJS client of whoever carries out transports.")          \
    X(FLAG, plain, "plain", 0, 0, 0,                                                               \
      "Connect without TLS: what encrypted:false or forceTLS:false ask for.")                      \
    X(LIST, enabled_transports, "enabledTransports", 0, 0, 0,                                      \
      "Only these transports; an empty list allows none.")                                         \
    X(LIST, disabled_transports, "disabledTransports", 0, 0, 0,                                    \
      "Not these transports; wins over enabledTransports.")                                        \
    X(NUMBER, activity_timeout, "activityTimeout", 120000, 1, 86400000,                            \
      "Milliseconds without a message before a ping (at most; the server may want less).")         \
    X(NUMBER, pong_timeout, "pongTimeout", 30000, 1, 86400000,                                     \
      "Milliseconds to wait for the answer to a ping.")                                            \
    X(NUMBER, unavailable_timeout, "unavailableTimeout", 10000, 1, 86400000,                       \
      "Milliseconds of connecting before the state is `unavailable`.")                             \
    X(TEXT, auth_endpoint, "authEndpoint", "/pusher/auth", 0, 0,                                   \
      "The URL that authorizes private and presence channels.")                                    \
    X(TEXT, auth_transport, "authTransport", "ajax", 0, 0, "`ajax` or `jsonp`.")                   \
    X(PAIRS, auth_params, "auth.params", 0, 0, 0, "Fields added to authorization requests.")       \
    X(PAIRS, auth_headers, "auth.headers", 0, 0, 0, "Headers added to authorization requests.")    \
    X(NUMBER, auth_timeout, "authTimeout", 15000, 1, 3600000,                                      \
      "Milliseconds to wait for an authorization before it counts as failed.")                     \
    X(FLAG, auth_batch, "authBatch", 0, 0, 0,                                                      \
      "Ask for many channels in one request, whose answer has an entry for each.")                 \
    X(NUMBER, auth_batch_size, "authBatchSize", 100, 1, 1000,                                      \
      "Channels of one such request, at most.")                                                    \
    X(TEXT, user_auth_endpoint, "userAuth.endpoint", "/pusher/user-auth", 0, 0,                    \
      "The URL that authenticates the user.")                                                      \
    X(TEXT, user_auth_transport, "userAuth.transport", "ajax", 0, 0, "`ajax` or `jsonp`.")         \
    X(PAIRS, user_auth_params, "userAuth.params", 0, 0, 0,                                         \
      "Fields added to requests that authenticate the user.")                                      \
    X(PAIRS, user_auth_headers, "userAuth.headers", 0, 0, 0,                                       \
      "Headers added to requests that authenticate the user.")                                     \
    X(FLAG, ask_user_authentication, "askUserAuthentication", 0, 0, 0,                             \
      "Ask the application to authenticate the user (a provider or custom handler is there).")     \
    X(FLAG, ask_authorization, "askAuthorization", 0, 0, 0,                                        \
      "Ask the application for each authorization (a provider or custom authorizer is there).")    \
    X(FLAG, encryption, "encryption", 0, 0, 0,                                                     \
      "Boxes of encrypted channels can be opened by whoever delivers events.")                     \
    X(CHOICE, enable_stats, "enableStats", 0, 0, 0,                                                \
      "Send statistics about connecting, to the stats host.")                                      \
    X(CHOICE, disable_stats, "disableStats", 0, 0, 0,                                              \
      "Deprecated: the opposite of enableStats, where that is not given.")                         \
    X(TEXT, stats_host, "statsHost", "", 0, 0,                                                     \
      "The host of statistics: the one of the connection where it is named, else "                 \
      "stats.pusher.com.")                                                                         \
    X(TEXT, stats_transport, "statsTransport", "xhr", 0, 0, "`xhr` or `jsonp`.")                   \
    X(PAIRS, timeline_params, "timelineParams", 0, 0, 0,                                           \
      "Fields added to the statistics, or put in the place of theirs.")                            \
    X(TEXT, client_name, "clientName", "js", 0, 0, "The `client` parameter of the URL.")           \
    X(TEXT, client_version, "clientVersion", "", 0, 0, "The `version` parameter of the URL.")      \
    X(NUMBER, max_channels, "maxChannels", 10000, 1, 1000000, "Channels at one time, at most.")    \
    X(NUMBER, max_outbound, "maxOutbound", 4194304, 1024, 1073741824,                              \
      "Bytes that may wait to be carried out, at most.")                                           \
    X(NUMBER, log_level, "logLevel", 2, 1, 3, "1 errors, 2 warnings too, 3 everything.")

#define PX_OPTION_C_TEXT   px_slice
#define PX_OPTION_C_NUMBER uint32_t
#define PX_OPTION_C_FLAG   bool
#define PX_OPTION_C_CHOICE px_choice
#define PX_OPTION_C_LIST   px_slices
#define PX_OPTION_C_PAIRS  px_pairs

typedef struct px_options {
#define PX_FIELD(type, field, name, fallback, minimum, maximum, text) PX_OPTION_C_##type field;
    PX_OPTIONS(PX_FIELD)
#undef PX_FIELD
} px_options;

typedef enum px_option_type {
    PX_OPTION_TEXT,
    PX_OPTION_NUMBER,
    PX_OPTION_FLAG,
    PX_OPTION_CHOICE,
    PX_OPTION_LIST,
    PX_OPTION_PAIRS,
} px_option_type;

/* A row holds its texts itself: a pointer to each would have to be adjusted whenever a program that
 * has the shared library begins. */
typedef struct px_option {
    uint16_t offset; /* in px_options */
    uint8_t type;    /* a px_option_type */
    char name[25];
    union {
        char default_text[20]; /* of a TEXT */
        struct {
            uint32_t default_number; /* of a NUMBER, as the limits */
            uint32_t minimum;
            uint32_t maximum;
        };
    };
} px_option;

/* The place of each option in the table: PX_OPTION_OF_key, PX_OPTION_OF_cluster, and so on. */
enum px_option_place {
#define PX_PLACE(type, field, name, fallback, minimum, maximum, text) PX_OPTION_OF_##field,
    PX_OPTIONS(PX_PLACE)
#undef PX_PLACE
};

/* The table behind PX_OPTIONS, for documentation and for setting options by name. */
extern const px_option px_option_table[];
extern const size_t px_option_count;

px_slice px_option_name(const px_option *option);
px_slice px_option_documentation(const px_option *option);

/* What a TEXT must be, a sentence without its subject: "must be ajax or jsonp". Empty:
 * there is no rule but those of all texts. */
px_slice px_option_rule(const px_option *option);

/* Bytes that all PAIRS of an option may have together. */
size_t px_option_pairs_limit(const px_option *option);

/* Fills in the default wherever a field is empty or 0. A user who names one host means no other: what
 * is not said of the HTTP transports' host and ports is then that of the WebSocket's. */
void px_options_fill(px_options *options);

/* PX_OK, or PX_ERR_ARGUMENT with a sentence that names the option and says what is wrong: it is
 * written into `text` (NUL-terminated, cut at `size`). */
PX_MUST_CHECK int px_options_check(const px_options *options, char *text, size_t size);

/* Copies what the options point to into `arena` and lets them point there. On an error (those of
 * px_arena_alloc) the options are half copied: do not use them. */
PX_MUST_CHECK int px_options_copy(px_options *options, px_arena *arena);

/* True for a host name or an address (IPv6 with or without brackets), without scheme, port or path;
 * and for nothing. */
bool px_host_valid(px_slice host);
/* True for a host name or an address (IPv6 in brackets), perhaps with a port behind it. */
bool px_host_with_port_valid(px_slice text);

/* True when HTTP allows such a header: a token as its name, no line break in its value. */
bool px_header_valid(px_slice name, px_slice value);

#endif
