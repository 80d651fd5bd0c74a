#include "core/options.h"

#include "base/utf8.h"

enum { MAX_TEXT = 4096, MAX_PAIRS_SIZE = 65536, MAX_TIMELINE_PARAMS_SIZE = 8192 };

/* The last members of a row, which depend on its type. */
#define VALUES_TEXT(fallback, minimum, maximum)   .default_text = fallback
#define VALUES_NUMBER(fallback, minimum, maximum) .default_number = fallback, minimum, maximum
#define VALUES_FLAG(fallback, minimum, maximum)   .default_number = 0
#define VALUES_CHOICE                             VALUES_FLAG
#define VALUES_LIST                               VALUES_FLAG
#define VALUES_PAIRS                              VALUES_FLAG

const px_option px_option_table[] = {
#define ROW(type, field, name, fallback, minimum, maximum, text)                                   \
    {offsetof(px_options, field),                                                                  \
     PX_OPTION_##type,                                                                             \
     name,                                                                                         \
     {VALUES_##type(fallback, minimum, maximum)}},
    PX_OPTIONS(ROW)
#undef ROW
};
const size_t px_option_count = sizeof(px_option_table) / sizeof(px_option_table[0]);

#define FITS(type, field, called, fallback, minimum, maximum, text)                                \
    _Static_assert(sizeof called <= sizeof px_option_table[0].name, "the name needs its NUL");
PX_OPTIONS(FITS)
#undef FITS

px_slice px_option_name(const px_option *option) {
    return px_slice_of_text(option->name);
}

static void fill_http_host(px_options *options) {
    if (options->http_host.len || !options->ws_host.len)
        return;
    options->http_host = options->ws_host;
    if (!options->http_port)
        options->http_port = options->ws_port;
    if (!options->https_port)
        options->https_port = options->wss_port;
}

void px_options_fill(px_options *options) {
    fill_http_host(options);
    for (size_t i = 0; i < px_option_count; i++) {
        const px_option *option = &px_option_table[i];
        void *field = (char *)options + option->offset;
        if (option->type == PX_OPTION_NUMBER && *(uint32_t *)field == 0)
            *(uint32_t *)field = option->default_number;
        if (option->type == PX_OPTION_TEXT && ((px_slice *)field)->len == 0 &&
            option->default_text[0])
            *(px_slice *)field = px_slice_of_text(option->default_text);
    }
}

/* ---- The sentence that says what is wrong ---- */

typedef struct sentence {
    char *text;
    size_t size;
    size_t len;
} sentence;

static void say(sentence *complaint, px_slice words) {
    for (size_t i = 0; i < words.len && complaint->len + 1 < complaint->size; i++)
        complaint->text[complaint->len++] = words.ptr[i];
    if (complaint->size)
        complaint->text[complaint->len] = '\0';
}

static void say_number(sentence *complaint, uint64_t number) {
    char digits[20];
    say(complaint, px_slice_of(digits, px_u64_to_text(number, digits)));
}

static int refuse(sentence *complaint, px_slice option, px_slice why) {
    say(complaint, option);
    say(complaint, PX_SLICE(" "));
    say(complaint, why);
    return PX_ERR_ARGUMENT;
}

/* ---- Checks ---- */

static bool has_any_of(px_slice text, px_slice characters) {
    for (size_t i = 0; i < text.len; i++)
        if (memchr(characters.ptr, text.ptr[i], characters.len))
            return true;
    return false;
}

/* Blanks and control characters, which no part of a URL or of a header's name may hold. */
static bool has_blank(px_slice text) {
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] <= ' ' || text.ptr[i] == 0x7f)
            return true;
    return false;
}

bool px_host_valid(px_slice text) {
    if (has_blank(text) || has_any_of(text, PX_SLICE("/?#@\\%")))
        return false;
    const char *colon = text.len ? memchr(text.ptr, ':', text.len) : NULL;
    /* One colon is a port; two or more are an IPv6 address. */
    return !colon || memchr(colon + 1, ':', (size_t)(text.ptr + text.len - colon - 1));
}

static bool is_port(px_slice text) {
    uint64_t port;
    return px_slice_to_u64(text, &port) && port >= 1 && port <= 65535;
}

bool px_host_with_port_valid(px_slice text) {
    if (!text.len || has_blank(text) || has_any_of(text, PX_SLICE("/?#@\\%")))
        return false;
    bool bracketed = text.ptr[0] == '[';
    const char *bracket = bracketed ? memchr(text.ptr, ']', text.len) : text.ptr;
    if (!bracket)
        return false;
    size_t searched = (size_t)(text.ptr + text.len - bracket);
    const char *colon = memchr(bracket, ':', searched);
    size_t host_len = colon ? (size_t)(colon - text.ptr) : text.len;
    if (host_len == 0 || bracket == text.ptr + 1 ||
        (bracketed && bracket + 1 != text.ptr + host_len))
        return false;
    return !colon || is_port(px_slice_after(text, host_len + 1));
}

static bool is_stats_host(px_slice text) {
    return text.len == 0 || px_host_with_port_valid(text);
}

static bool is_cluster(px_slice text) {
    return !has_blank(text) && !has_any_of(text, PX_SLICE("/?#@\\%:"));
}

static bool is_path(px_slice text) {
    return text.len == 0 ||
           (text.ptr[0] == '/' && !has_blank(text) && !has_any_of(text, PX_SLICE("?#")));
}

static bool is_url(px_slice text) {
    return !has_blank(text);
}

static bool is_authorization_transport(px_slice text) {
    return text.len == 0 || px_slice_equal(text, PX_SLICE("ajax")) ||
           px_slice_equal(text, PX_SLICE("jsonp"));
}

static bool is_statistics_transport(px_slice text) {
    return text.len == 0 || px_slice_equal(text, PX_SLICE("xhr")) ||
           px_slice_equal(text, PX_SLICE("jsonp"));
}
#define HOST_RULE "must be a host name or an address, without scheme, port or path"
#define PATH_RULE "must start with a slash, without blanks, '?' or '#'"

static const struct {
    size_t offset;
    bool (*holds)(px_slice text);
    px_slice otherwise;
} text_rules[] = {
    {offsetof(px_options, ws_host), px_host_valid, PX_LITERAL(HOST_RULE)},
    {offsetof(px_options, http_host), px_host_valid, PX_LITERAL(HOST_RULE)},
    {offsetof(px_options, cluster), is_cluster, PX_LITERAL("must be the name of a cluster")},
    {offsetof(px_options, ws_path), is_path, PX_LITERAL(PATH_RULE)},
    {offsetof(px_options, http_path), is_path, PX_LITERAL(PATH_RULE)},
    {offsetof(px_options, auth_endpoint), is_url, PX_LITERAL("must be a URL without blanks")},
    {offsetof(px_options, auth_transport), is_authorization_transport,
     PX_LITERAL("must be ajax or jsonp")},
    {offsetof(px_options, user_auth_endpoint), is_url, PX_LITERAL("must be a URL without blanks")},
    {offsetof(px_options, user_auth_transport), is_authorization_transport,
     PX_LITERAL("must be ajax or jsonp")},
    {offsetof(px_options, stats_host), is_stats_host,
     PX_LITERAL("must be a host name or an address (IPv6 in brackets), perhaps with :PORT")},
    {offsetof(px_options, stats_transport), is_statistics_transport,
     PX_LITERAL("must be xhr or jsonp")},
};

px_slice px_option_rule(const px_option *option) {
    for (size_t i = 0; i < sizeof(text_rules) / sizeof(text_rules[0]); i++)
        if (text_rules[i].offset == option->offset)
            return text_rules[i].otherwise;
    return PX_SLICE("");
}

static int check_text(const px_option *option, px_slice text, sentence *complaint) {
    if (text.len > MAX_TEXT)
        return refuse(complaint, px_option_name(option),
                      PX_SLICE("is too long (more than 4096 bytes)"));
    if (!px_utf8_valid(text))
        return refuse(complaint, px_option_name(option), PX_SLICE("is not valid UTF-8"));
    for (size_t i = 0; i < sizeof(text_rules) / sizeof(text_rules[0]); i++)
        if (text_rules[i].offset == option->offset && !text_rules[i].holds(text))
            return refuse(complaint, px_option_name(option), text_rules[i].otherwise);
    return PX_OK;
}

static int check_number(const px_option *option, uint32_t number, sentence *complaint) {
    if (number == 0 || (number >= option->minimum && number <= option->maximum))
        return PX_OK;
    refuse(complaint, px_option_name(option), PX_SLICE("must be between "));
    say_number(complaint, option->minimum);
    say(complaint, PX_SLICE(" and "));
    say_number(complaint, option->maximum);
    return PX_ERR_ARGUMENT;
}

bool px_header_valid(px_slice name, px_slice value) {
    return name.len && !has_blank(name) && !has_any_of(name, PX_SLICE(":\"(),/;<=>?@[\\]{}")) &&
           px_utf8_valid(name) && !has_any_of(value, PX_SLICE("\r\n\0"));
}

/* Statistics travel in a URL, which holds less than a body. */
size_t px_option_pairs_limit(const px_option *option) {
    return option->offset == offsetof(px_options, timeline_params) ? MAX_TIMELINE_PARAMS_SIZE
                                                                   : MAX_PAIRS_SIZE;
}

static int refuse_length(const px_option *option, size_t limit, sentence *complaint) {
    refuse(complaint, px_option_name(option), PX_SLICE("is too long (more than "));
    say_number(complaint, limit / 1024);
    say(complaint, PX_SLICE(" KiB)"));
    return PX_ERR_ARGUMENT;
}

static int check_pairs(const px_option *option, px_pairs pairs, sentence *complaint) {
    bool headers = option->offset == offsetof(px_options, auth_headers) ||
                   option->offset == offsetof(px_options, user_auth_headers);
    size_t limit = px_option_pairs_limit(option);
    size_t size = 0;
    for (size_t i = 0; i < pairs.count; i++) {
        const px_pair *pair = &pairs.items[i];
        size += pair->name.len + pair->value.len;
        if (size > limit)
            return refuse_length(option, limit, complaint);
        if (headers && !px_header_valid(pair->name, pair->value))
            return refuse(complaint, px_option_name(option),
                          PX_SLICE("has a header whose name or value HTTP does not allow"));
    }
    return PX_OK;
}

static int check_choice(const px_option *option, px_choice choice, sentence *complaint) {
    if (choice == PX_CHOICE_ABSENT || choice == PX_CHOICE_YES || choice == PX_CHOICE_NO)
        return PX_OK;
    return refuse(complaint, px_option_name(option), PX_SLICE("must be yes, no or absent"));
}

int px_options_check(const px_options *options, char *text, size_t size) {
    sentence complaint = {.text = text, .size = size};
    say(&complaint, PX_SLICE(""));
    if (!options->key.ptr)
        return refuse(&complaint, PX_SLICE("key"), PX_SLICE("is missing: give the app key"));
    for (size_t i = 0; i < px_option_count; i++) {
        const px_option *option = &px_option_table[i];
        const void *field = (const char *)options + option->offset;
        int result = PX_OK;
        if (option->type == PX_OPTION_TEXT)
            result = check_text(option, *(const px_slice *)field, &complaint);
        else if (option->type == PX_OPTION_NUMBER)
            result = check_number(option, *(const uint32_t *)field, &complaint);
        else if (option->type == PX_OPTION_CHOICE)
            result = check_choice(option, *(const px_choice *)field, &complaint);
        else if (option->type == PX_OPTION_PAIRS)
            result = check_pairs(option, *(const px_pairs *)field, &complaint);
        if (result != PX_OK)
            return result;
    }
    return PX_OK;
}

/* ---- Copying ---- */

static int copy_list(px_arena *arena, px_slices *list) {
    void *items;
    int result = px_arena_alloc(arena, list->count * sizeof(px_slice), &items);
    px_slice *copies = items;
    for (size_t i = 0; result == PX_OK && i < list->count; i++)
        result = px_arena_copy(arena, list->items[i], &copies[i]);
    if (result == PX_OK)
        list->items = copies;
    return result;
}

static int copy_pairs(px_arena *arena, px_pairs *pairs) {
    void *items;
    int result = px_arena_alloc(arena, pairs->count * sizeof(px_pair), &items);
    px_pair *copies = items;
    for (size_t i = 0; result == PX_OK && i < pairs->count; i++) {
        result = px_arena_copy(arena, pairs->items[i].name, &copies[i].name);
        if (result == PX_OK)
            result = px_arena_copy(arena, pairs->items[i].value, &copies[i].value);
    }
    if (result == PX_OK)
        pairs->items = copies;
    return result;
}

int px_options_copy(px_options *options, px_arena *arena) {
    int result = PX_OK;
    for (size_t i = 0; result == PX_OK && i < px_option_count; i++) {
        const px_option *option = &px_option_table[i];
        void *field = (char *)options + option->offset;
        if (option->type == PX_OPTION_TEXT)
            result = px_arena_copy(arena, *(px_slice *)field, field);
        else if (option->type == PX_OPTION_LIST)
            result = copy_list(arena, field);
        else if (option->type == PX_OPTION_PAIRS)
            result = copy_pairs(arena, field);
    }
    return result;
}
