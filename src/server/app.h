/* The settings of the hub and of each app, as tables: the same rows give the structs, the defaults,
 * the configuration file's keys, the checks and the documentation. */
#ifndef PX_SERVER_APP_H
#define PX_SERVER_APP_H

#include "server/webhook_options.h"

/* A key with its secret, both beside those of the app itself. */
#define PX_TOKEN_OPTIONS(X)                                                                        \
    X(TEXT, key, "key", "", 0, 0, "A further key of the app. Required.")                           \
    X(TEXT, secret, "secret", "", 0, 0, "What signs together with it. Required.")

/* Beside the types of server/setting.h: TOKENS, WEBHOOKS: lists of objects. */
#define PX_APP_OPTIONS(X)                                                                          \
    X(TEXT, id, "id", "", 0, 0, "The app id, in the paths of the HTTP API. Required.")             \
    X(TEXT, key, "key", "", 0, 0, "The app key, which clients connect with. Required.")            \
    X(TEXT, secret, "secret", "", 0, 0, "The app secret, which signs. Required.")                  \
    X(TOKENS, tokens, "tokens", 0, 0, 0,                                                           \
      "Further pairs of key and secret that count as well: a list of objects with `key` and "      \
      "`secret`.")                                                                                 \
    X(FLAG, enabled, "enabled", 1, 0, 1, "A disabled app refuses everything (4003, HTTP 403).")    \
    X(FLAG, client_events, "client_events", 1, 0, 1, "Allow client events.")                       \
    X(FLAG, require_tls, "require_tls", 0, 0, 1, "Refuse connections without TLS (4000).")         \
    X(FLAG, authorized_connections, "authorized_connections", 0, 0, 1,                             \
      "Close connections that neither sign in nor join a private or presence channel in time "     \
      "(4009).")                                                                                   \
    X(NUMBER, authorization_timeout, "authorization_timeout", 30, 1, 86400,                        \
      "Seconds that they have for it.")                                                            \
    X(FLAG, watchlists, "watchlists", 1, 0, 1,                                                     \
      "Tell signed-in users who of those on their watchlist is online.")                           \
    X(FLAG, subscription_count, "subscription_count", 0, 0, 1,                                     \
      "Tell the subscribers of a channel how many they are, and the HTTP API as well.")            \
    X(LIST, allowed_origins, "allowed_origins", 0, 0, 0,                                           \
      "Origins that browsers may connect from; `*` matches any run of characters. None: all.")     \
    X(NUMBER, max_connections, "max_connections", 0, 0, 100000000,                                 \
      "Connections at one time (4004 beyond); 0: no limit.")                                       \
    X(NUMBER, client_events_per_second, "client_events_per_second", 10, 0, 1000000,                \
      "Client events a second for each connection (4301 beyond); 0: no limit.")                    \
    X(NUMBER, max_backend_events_per_second, "max_backend_events_per_second", 0, 0, 100000000,     \
      "Events a second that the HTTP API takes (429 beyond); 0: no limit.")                        \
    X(NUMBER, max_read_requests_per_second, "max_read_requests_per_second", 0, 0, 100000000,       \
      "Questions a second that the HTTP API answers (429 beyond); 0: no limit.")                   \
    X(NUMBER, cache_ttl, "cache_ttl", 1800, 1, 31536000,                                           \
      "Seconds for which a cache channel remembers its last event.")                               \
    X(NUMBER, max_cache_bytes, "max_cache_bytes", 67108864, 0, 4294967295,                         \
      "Bytes of what all cache channels remember; beyond it the oldest event is forgotten.")       \
    X(NUMBER, max_channel_name, "max_channel_name", 200, 1, 1000, "Bytes of a channel name.")      \
    X(NUMBER, max_event_name, "max_event_name", 200, 1, 1000, "Bytes of an event name.")           \
    X(NUMBER, max_event_data, "max_event_data", 10240, 1, 1048576, "Bytes of an event's data.")    \
    X(NUMBER, max_event_channels, "max_event_channels", 100, 1, 10000, "Channels of one publish.") \
    X(NUMBER, max_batch, "max_batch", 10, 1, 1000, "Events of one batch.")                         \
    X(NUMBER, max_presence_members, "max_presence_members", 100, 1, 1000000,                       \
      "Distinct users of one presence channel.")                                                   \
    X(NUMBER, max_presence_user_id, "max_presence_user_id", 128, 1, 1000,                          \
      "Bytes of a user id, in presence channels and at sign-in.")                                  \
    X(NUMBER, max_presence_user_info, "max_presence_user_info", 1024, 1, 1048576,                  \
      "Bytes of a presence user_info.")                                                            \
    X(NUMBER, max_watchlist, "max_watchlist", 100, 1, 10000,                                       \
      "User ids of one watchlist (4302 beyond).")                                                  \
    X(NUMBER, max_subscriptions, "max_subscriptions", 1000, 0, 1000000,                            \
      "Subscriptions of one connection; 0: no limit.")                                             \
    X(WEBHOOKS, webhooks, "webhooks", 0, 0, 0,                                                     \
      "Where to send events about the app's channels: a list of objects with the keys below.")

/* X("other name", "name", factor): how soketi and others spell settings of an app. The value counts
 * `factor` times; -1 is no limit, where 0 is that. */
#define PX_APP_ALIASES(X)                                                                          \
    X("enableClientMessages", "client_events", 1)                                                  \
    X("enableUserAuthentication", "authorized_connections", 1)                                     \
    X("maxConnections", "max_connections", 1)                                                      \
    X("maxClientEventsPerSecond", "client_events_per_second", 1)                                   \
    X("maxBackendEventsPerSecond", "max_backend_events_per_second", 1)                             \
    X("maxReadRequestsPerSecond", "max_read_requests_per_second", 1)                               \
    X("maxChannelNameLength", "max_channel_name", 1)                                               \
    X("maxEventNameLength", "max_event_name", 1)                                                   \
    X("maxEventPayloadInKb", "max_event_data", 1024)                                               \
    X("maxEventChannelsAtOnce", "max_event_channels", 1)                                           \
    X("maxEventBatchSize", "max_batch", 1)                                                         \
    X("maxPresenceMembersPerChannel", "max_presence_members", 1)                                   \
    X("maxPresenceMemberSizeInKb", "max_presence_user_info", 1024)

#define PX_WEBHOOK_FILTER_ALIASES(X)                                                               \
    X("channel_prefix", "channel_name_starts_with", 1)                                             \
    X("channel_suffix", "channel_name_ends_with", 1)

#define PX_HUB_OPTIONS(X)                                                                          \
    X(NUMBER, activity_timeout, "activity_timeout", 120, 1, 86400,                                 \
      "Seconds without traffic before a ping; told to clients in the handshake.")                  \
    X(NUMBER, pong_timeout, "pong_timeout", 30, 1, 3600,                                           \
      "Seconds to wait after a ping before closing with 4201.")                                    \
    X(NUMBER, max_connections, "max_connections", 0, 0, 100000000,                                 \
      "Connections at one time, of all apps (4100 beyond); 0: no limit.")                          \
    X(NUMBER, watchlist_grace_ms, "watchlist_grace_ms", 3000, 0, 60000,                            \
      "Milliseconds that a user may be away before its watchers hear of it.")                      \
    X(FLAG, strict_protocol, "strict_protocol", 0, 0, 1,                                           \
      "Refuse connections that name no protocol version (4008).")                                  \
    X(NUMBER, webhook_grace_ms, "webhook_grace_ms", 3000, 0, 60000,                                \
      "Milliseconds in which a client that is back was never gone, for webhooks.")

#define PX_FIELD(type, field, name, fallback, minimum, maximum, text) PX_SETTING_C_##type field;
typedef struct px_token {
    PX_TOKEN_OPTIONS(PX_FIELD)
} px_token;

typedef struct px_token_list {
    const px_token *items;
    size_t count;
} px_token_list;

#define PX_SETTING_C_TOKENS                px_token_list
#define PX_SETTING_C_WEBHOOKS              px_webhook_list
#define PX_SETTING_DEFAULT_TOKENS(value)   PX_SETTING_NOTHING
#define PX_SETTING_DEFAULT_WEBHOOKS(value) PX_SETTING_NOTHING

typedef struct px_app_options {
    PX_APP_OPTIONS(PX_FIELD)
} px_app_options;
typedef struct px_hub_options {
    PX_HUB_OPTIONS(PX_FIELD)
} px_hub_options;
#undef PX_FIELD

/* An app inside the hub; opaque outside of it. */
typedef struct px_app px_app;

void px_app_options_default(px_app_options *options);
void px_hub_options_default(px_hub_options *options);

/* What the options point to is copied into the arena. Errors as px_arena_alloc; do not use them
 * then. */
PX_MUST_CHECK int px_app_options_copy(px_app_options *options, px_arena *arena);

/* The secret that belongs to the key, which may be the app's own or one of its tokens. False: the app
 * has no such key; *secret is untouched. */
bool px_app_find_secret(const px_app_options *app, px_slice key, px_slice *secret);

#endif
