#include "client/settings.h"

#include "client/option_names.h"
#include "core/core.h"
#include "core/url.h"
#include "driver/memory.h"
#include "driver/route_settings.h"

#include <stdio.h>

enum { MIN_MESSAGE = 1024, DEFAULT_MESSAGE = 1 << 20 };

/* ---- The client's own options ---- */

static bool is_http_url(px_slice url) {
    return px_slice_starts_with(url, PX_SLICE("http://")) ||
           px_slice_starts_with(url, PX_SLICE("https://"));
}

/* Empty is fine: the default is a path. */
static bool is_endpoint(pusher_string text) {
    px_slice endpoint = px_inside(text);
    return !endpoint.len || endpoint.ptr[0] == '/' || is_http_url(endpoint);
}

#define ENDPOINT_RULE                                                                              \
    " must be an http:// or https:// URL, or a path that starts with a slash (on the host of the " \
    "connection)"

static int check_own(const pusher_options *options, const px_complaint *complaint) {
    if (!is_endpoint(options->auth_endpoint))
        return px_refuse(complaint, "auth_endpoint" ENDPOINT_RULE);
    if (!is_endpoint(options->user_auth_endpoint))
        return px_refuse(complaint, "user_auth_endpoint" ENDPOINT_RULE);
    if (options->max_message_size &&
        (options->max_message_size < MIN_MESSAGE || options->max_message_size > PX_MAX_MESSAGE))
        return px_refuse(complaint, "max_message_size must be between 1024 and 16777216");
    if (options->cache_dir.len && options->cache_dir.ptr[0] != '/')
        return px_refuse(complaint, "cache_dir must be an absolute path");
    if ((unsigned)options->log_format > PUSHER_LOG_FORMAT_CLASSIC)
        return px_refuse(complaint, "log_format must be one of PUSHER_LOG_FORMAT_...");
    return PX_OK;
}

static int read_route(px_route *route, px_arena *arena, const pusher_options *options,
                      const px_complaint *complaint) {
    static const struct {
        uint16_t from;
        uint16_t to;
    } members[] = {
#define MEMBER(name, member) {offsetof(pusher_options, name), offsetof(px_route_texts, name)},
        PX_ROUTE_TEXTS(MEMBER)
#undef MEMBER
    };
    px_route_texts texts = {.insecure = options->insecure};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const pusher_string *text = (const void *)((const char *)options + members[i].from);
        *(px_slice *)(void *)((char *)&texts + members[i].to) = px_inside(*text);
    }
    return px_route_read(route, arena, &texts, complaint);
}

/* ---- The core's options ---- */

static const struct {
    uint16_t offset; /* in pusher_options */
    uint8_t size;    /* of the member */
    uint8_t place;   /* in px_option_table */
    char name[20];
} rows[] = {
#define ROW(member, field)                                                                         \
    {offsetof(pusher_options, member), sizeof(((pusher_options *)0)->member),                      \
     PX_OPTION_OF_##field, #member},
    PX_CLIENT_OPTION_NAMES(ROW)
#undef ROW
};
#define FITS(member, field)                                                                        \
    _Static_assert(sizeof #member <= sizeof rows[0].name, "the name needs its NUL");
PX_CLIENT_OPTION_NAMES(FITS)
#undef FITS

/* A list is a pointer in pusher_options, and behind it the number of its items. */
typedef struct given_list {
    const pusher_string *items;
    size_t count;
} given_list;

static int read_texts(const px_slice **texts, px_arena *arena, const pusher_string *given,
                      size_t count) {
    if (!count)
        return PX_OK;
    void *memory;
    int result = px_arena_alloc(arena, count * sizeof(px_slice), &memory);
    if (result)
        return result;
    px_slice *items = memory;
    for (size_t i = 0; i < count; i++)
        items[i] = px_inside(given[i]);
    *texts = items;
    return PX_OK;
}

static int read_names(px_slices *names, px_arena *arena, given_list given) {
    names->given = given.items != NULL;
    names->count = given.items ? given.count : 0;
    return read_texts(&names->items, arena, given.items, names->count);
}

/* A pair is two texts. */
static int read_pairs(px_pairs *pairs, px_arena *arena, given_list given) {
    const px_slice *texts = NULL;
    pairs->count = given.items ? given.count : 0;
    int result = read_texts(&texts, arena, given.items, 2 * pairs->count);
    pairs->items = (const px_pair *)texts;
    return result;
}

static int read_value(void *field, px_arena *arena, px_option_type type, const void *member,
                      size_t size) {
    given_list list;
    switch (type) {
    case PX_OPTION_TEXT:
        *(px_slice *)field = px_inside(*(const pusher_string *)member);
        break;
    case PX_OPTION_NUMBER:
        *(uint32_t *)field = size == 2 ? *(const uint16_t *)member : *(const uint32_t *)member;
        break;
    case PX_OPTION_FLAG:
        *(bool *)field = *(const bool *)member;
        break;
    case PX_OPTION_CHOICE:
        *(px_choice *)field = (px_choice) * (const pusher_choice *)member;
        break;
    case PX_OPTION_LIST:
        memcpy(&list, member, sizeof list);
        return read_names(field, arena, list);
    case PX_OPTION_PAIRS:
        memcpy(&list, member, sizeof list);
        return read_pairs(field, arena, list);
    }
    return PX_OK;
}

static int read_core(px_options *core, px_arena *arena, pusher_string key,
                     const pusher_options *options) {
    int result = PX_OK;
    for (size_t i = 0; !result && i < sizeof rows / sizeof rows[0]; i++) {
        const px_option *option = &px_option_table[rows[i].place];
        result = read_value((char *)core + option->offset, arena, (px_option_type)option->type,
                            (const char *)options + rows[i].offset, rows[i].size);
    }
    core->key = px_inside(key);
    core->ask_authorization =
        options->auth_params_provider || options->auth_headers_provider || options->authorizer;
    core->auth_batch = options->auth_batch && !options->authorizer;
    core->ask_user_authentication = options->user_auth_params_provider ||
                                    options->user_auth_headers_provider ||
                                    options->user_authenticator;
    core->client_name = PX_SLICE("libpusher");
    core->client_version = PX_SLICE(PUSHER_VERSION_TEXT);
    if (!options->log)
        core->log_level = PX_LOG_ERROR;
    return result;
}

/* What a sentence of the core calls an option by is not what it is called here. */
static int check_core(const px_options *core, const px_complaint *complaint) {
    char sentence[256];
    int result = px_options_check(core, sentence, sizeof sentence);
    if (!result)
        return result;
    px_slice name = px_slice_of(sentence, strcspn(sentence, " "));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!px_slice_equal(px_option_name(&px_option_table[rows[i].place]), name))
            continue;
        char renamed[320];
        snprintf(renamed, sizeof renamed, "%s%s", rows[i].name, sentence + name.len);
        return px_refuse(complaint, renamed);
    }
    return px_refuse(complaint, sentence);
}

/* A path belongs to the host of the connection: http for ws, https for wss. The options are filled
 * already. */
static int resolve_endpoint(const px_options *core, px_arena *arena, px_slice *endpoint) {
    if (endpoint->ptr[0] != '/')
        return PX_OK;
    px_buffer url;
    px_buffer_init(&url, &px_malloc_allocator, PX_SETTINGS_MEMORY);
    px_text text = px_text_begin(&url);
    px_text_add(&text, core->plain ? PX_SLICE("http://") : PX_SLICE("https://"));
    px_url_add_authority(core, !core->plain, &text);
    px_text_add(&text, *endpoint);
    int result = text.result;
    if (!result)
        result = px_arena_copy(arena, px_buffer_slice(&url), endpoint);
    px_buffer_free(&url);
    return result;
}

/* Each channel may have as long an answer as it may have alone. */
static size_t longest_batch(const px_options *core) {
    enum { ANSWER = 65536 };
    size_t longest = (size_t)core->auth_batch_size * ANSWER;
    return longest < PX_MAX_MESSAGE ? longest : PX_MAX_MESSAGE;
}

int px_settings_read(px_settings *settings, px_arena *arena, pusher_string key,
                     const pusher_options *given, char *text, size_t size) {
    const px_complaint complaint = {text, size};
    pusher_options options = PUSHER_OPTIONS_INIT;
    *settings = (px_settings){0};
    int result =
        px_options_read(&options, sizeof options, given, "PUSHER_OPTIONS_INIT", &complaint);
    if (!result)
        result = check_own(&options, &complaint);
    if (!result)
        result = read_route(&settings->route, arena, &options, &complaint);
    if (!result)
        result = px_copy_option(arena, px_inside(options.cache_dir), "cache_dir",
                                &settings->cache_dir, &complaint);
    if (!result)
        result = read_core(&settings->core, arena, key, &options);
    if (!result)
        result = check_core(&settings->core, &complaint);
    if (!result) {
        px_options_fill(&settings->core);
        result = resolve_endpoint(&settings->core, arena, &settings->core.auth_endpoint);
    }
    if (!result)
        result = resolve_endpoint(&settings->core, arena, &settings->core.user_auth_endpoint);
    if (result)
        return result;
    settings->max_message = options.max_message_size ? options.max_message_size : DEFAULT_MESSAGE;
    settings->max_outbound = settings->core.max_outbound;
    if (settings->core.auth_batch)
        settings->max_authorization = longest_batch(&settings->core);
    settings->channel = (px_asking){options.auth_params_provider, options.auth_headers_provider,
                                    options.authorizer, options.auth_context};
    settings->user =
        (px_asking){options.user_auth_params_provider, options.user_auth_headers_provider,
                    options.user_authenticator, options.user_auth_context};
    settings->log = options.log;
    settings->log_context = options.log_context;
    settings->log_format = (px_log_format)options.log_format;
    settings->loop = options.loop;
    settings->no_network_watch = options.no_network_watch;
    settings->no_transport_cache = options.no_transport_cache;
    return PX_OK;
}
