/* The settings of a webhook, as a table like those of server/app.h, and the kinds of events that
 * webhooks tell of. */
#ifndef PX_SERVER_WEBHOOK_OPTIONS_H
#define PX_SERVER_WEBHOOK_OPTIONS_H

#include "server/setting.h"

/* X(name, "name_on_the_wire"): the kinds of events. */
#define PX_WEBHOOK_KINDS(X)                                                                        \
    X(CHANNEL_OCCUPIED, "channel_occupied")                                                        \
    X(CHANNEL_VACATED, "channel_vacated")                                                          \
    X(MEMBER_ADDED, "member_added")                                                                \
    X(MEMBER_REMOVED, "member_removed")                                                            \
    X(CLIENT_EVENT, "client_event")                                                                \
    X(CACHE_MISS, "cache_miss")                                                                    \
    X(SUBSCRIPTION_COUNT, "subscription_count")

#define PX_WEBHOOK_KIND_NAME(name, text) PX_WEBHOOK_##name,
typedef enum px_webhook_kind {
    PX_WEBHOOK_KINDS(PX_WEBHOOK_KIND_NAME) PX_WEBHOOK_KIND_COUNT
} px_webhook_kind;
#undef PX_WEBHOOK_KIND_NAME

enum { PX_WEBHOOK_ALL = (1 << PX_WEBHOOK_KIND_COUNT) - 1 };

/* The name on the wire of each kind. */
extern const px_slice px_webhook_kind_names[PX_WEBHOOK_KIND_COUNT];

/* Which channels' events a webhook gets: those whose name begins and ends like this. */
#define PX_WEBHOOK_FILTER(X)                                                                       \
    X(TEXT, starts_with, "channel_name_starts_with", "", 0, 0,                                     \
      "Events of channels whose name begins with it only.")                                        \
    X(TEXT, ends_with, "channel_name_ends_with", "", 0, 0,                                         \
      "Events of channels whose name ends with it only.")

/* Beside the types of server/setting.h: KINDS: a list of names of kinds, as bits (1 << kind); FILTER:
 * an object as above. */
#define PX_WEBHOOK_OPTIONS(X)                                                                      \
    X(URL, url, "url", "", 0, 0,                                                                   \
      "Where the events are sent to: an http:// or https:// URL. "                                 \
      "Required.")                                                                                 \
    X(KINDS, event_types, "event_types", PX_WEBHOOK_ALL, 0, 0,                                     \
      "The kinds of events to send, a list of: channel_occupied, channel_vacated, member_added, "  \
      "member_removed, client_event, cache_miss, subscription_count.")                             \
    X(FILTER, filter, "filter", 0, 0, 0,                                                           \
      "Only events of some channels: an object with channel_name_starts_with, "                    \
      "channel_name_ends_with, or both.")                                                          \
    X(HEADERS, headers, "headers", 0, 0, 0,                                                        \
      "Further headers of the requests: an object of strings. X-Pusher-Key and the like can't be " \
      "set.")                                                                                      \
    X(FLAG, batching, "batching", 0, 0, 1,                                                         \
      "Send events that come within 50 ms, or that wait, in one request of up to 100.")            \
    X(NUMBER, timeout_ms, "timeout_ms", 10000, 10, 600000,                                         \
      "Milliseconds in which a request must be answered.")                                         \
    X(NUMBER, retry_ms, "retry_ms", 300000, 0, 86400000,                                           \
      "Milliseconds for which a failed request is tried again; 0: never.")

#define PX_FIELD(type, field, name, fallback, minimum, maximum, text) PX_SETTING_C_##type field;
typedef struct px_webhook_filter {
    PX_WEBHOOK_FILTER(PX_FIELD)
} px_webhook_filter;

#define PX_SETTING_C_KINDS              uint32_t
#define PX_SETTING_C_FILTER             px_webhook_filter
#define PX_SETTING_DEFAULT_KINDS(value) (value)
#define PX_SETTING_DEFAULT_FILTER(value)                                                           \
    { PX_LITERAL(""), PX_LITERAL("") }

typedef struct px_webhook_options {
    PX_WEBHOOK_OPTIONS(PX_FIELD)
} px_webhook_options;
#undef PX_FIELD

typedef struct px_webhook_list {
    const px_webhook_options *items;
    size_t count;
} px_webhook_list;

void px_webhook_options_default(px_webhook_options *options);

/* What the list points to is copied into the arena. Errors as px_arena_alloc; do not use the list
 * then. */
PX_MUST_CHECK int px_webhook_list_copy(px_webhook_list *list, px_arena *arena);

/* NULL when a header with that name and value may be sent along; otherwise what is wrong, to stand
 * behind the name of the setting. */
const char *px_webhook_header_fault(px_slice name, px_slice value);

/* PX_ERR_ARGUMENT: the webhook can't be used; `why` then says what is wrong, cut at `size`. */
PX_MUST_CHECK int px_webhook_options_check(const px_webhook_options *options, char *why,
                                           size_t size);

#endif
