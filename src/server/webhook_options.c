#include "server/webhook_options.h"

#include <stdio.h>

#include "server/url.h"

#define NAME(name, text) [PX_WEBHOOK_##name] = PX_LITERAL(text),
const px_slice px_webhook_kind_names[PX_WEBHOOK_KIND_COUNT] = {PX_WEBHOOK_KINDS(NAME)};
#undef NAME

void px_webhook_options_default(px_webhook_options *options) {
    *options = (px_webhook_options){PX_WEBHOOK_OPTIONS(PX_SETTING_DEFAULT)};
}

/* ---- Copying ---- */

static int copy_filter(px_webhook_filter *filter, px_arena *arena) {
    int result = px_arena_copy(arena, filter->starts_with, &filter->starts_with);
    return result == PX_OK ? px_arena_copy(arena, filter->ends_with, &filter->ends_with) : result;
}

static int copy_webhook(px_webhook_options *options, px_arena *arena) {
    int result = PX_OK;
#define COPY_URL(field)                                                                            \
    if (result == PX_OK)                                                                           \
        result = px_arena_copy(arena, options->field, &options->field);
#define COPY_FILTER(field)                                                                         \
    if (result == PX_OK)                                                                           \
        result = copy_filter(&options->field, arena);
#define COPY_HEADERS(field)                                                                        \
    if (result == PX_OK)                                                                           \
        result = px_named_text_list_copy(&options->field, arena);
#define COPY_KINDS(field)
#define COPY_NUMBER(field)
#define COPY_FLAG(field)
#define COPY(type, field, name, fallback, minimum, maximum, text) COPY_##type(field)
    PX_WEBHOOK_OPTIONS(COPY)
    return result;
}

int px_webhook_list_copy(px_webhook_list *list, px_arena *arena) {
    void *memory;
    if (list->count == 0)
        return PX_OK;
    int result = px_arena_alloc(arena, list->count * sizeof(px_webhook_options), &memory);
    if (result != PX_OK)
        return result;
    px_webhook_options *items = memory;
    for (size_t i = 0; i < list->count; i++) {
        items[i] = list->items[i];
        result = copy_webhook(&items[i], arena);
        if (result != PX_OK)
            return result;
    }
    list->items = items;
    return PX_OK;
}

/* ---- Checks ---- */

/* RFC 9110, section 5.6.2: what the name of a header consists of. */
static bool is_token(px_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_alphanumeric = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9');
        if (!is_alphanumeric && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return text.len > 0;
}

static bool is_header_value(px_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < ' ' || c == 0x7f)
            return false;
    }
    return true;
}

const char *px_webhook_header_fault(px_slice name, px_slice value) {
    static const px_slice RESERVED[] = {PX_LITERAL("Host"),
                                        PX_LITERAL("Content-Type"),
                                        PX_LITERAL("Content-Length"),
                                        PX_LITERAL("Connection"),
                                        PX_LITERAL("Transfer-Encoding"),
                                        PX_LITERAL("Expect"),
                                        PX_LITERAL("Upgrade"),
                                        PX_LITERAL("TE"),
                                        PX_LITERAL("Trailer"),
                                        PX_LITERAL("Keep-Alive")};
    static const px_slice OURS = PX_LITERAL("X-Pusher-");
    if (!is_token(name))
        return "must have names of letters, digits and - only";
    if (name.len >= OURS.len && px_slice_equal_ignore_case(px_slice_of(name.ptr, OURS.len), OURS))
        return "must not hold X-Pusher-...: these are the server's own";
    for (size_t i = 0; i < sizeof RESERVED / sizeof *RESERVED; i++)
        if (px_slice_equal_ignore_case(name, RESERVED[i]))
            return "must not hold headers that say how the request itself is sent, such as Host "
                   "or Content-Type";
    if (!is_header_value(value))
        return "must have values without line breaks and other control characters";
    return NULL;
}

static const char *headers_fault(const px_named_text_list *headers) {
    for (size_t i = 0; i < headers->count; i++) {
        const px_named_text *header = &headers->items[i];
        const char *fault = px_webhook_header_fault(header->name, header->value);
        if (fault)
            return fault;
        for (size_t k = 0; k < i; k++)
            if (px_slice_equal_ignore_case(header->name, headers->items[k].name))
                return "must not hold a header twice";
    }
    return NULL;
}

int px_webhook_options_check(const px_webhook_options *options, char *why, size_t size) {
    px_url url;
    const char *url_fault = px_url_parse(options->url, &url);
    const char *fault = headers_fault(&options->headers);
    if (url_fault)
        snprintf(why, size, "url of a webhook must be an http:// or https:// URL: %s", url_fault);
    else if (options->event_types == 0 || options->event_types > PX_WEBHOOK_ALL)
        snprintf(why, size, "event_types of a webhook must be at least one of the known kinds");
    else if (fault)
        snprintf(why, size, "headers of a webhook %s", fault);
    else
        return PX_OK;
    return PX_ERR_ARGUMENT;
}
