#include "server/config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/map.h"
#include "base/name.h"
#include "server/heap.h"
#include "json/reader.h"

/* ---- The tables ---- */

typedef enum setting_type { SETTING_TEXT, SETTING_NUMBER, SETTING_FLAG, SETTING_LIST } setting_type;

typedef struct setting {
    setting_type type;
    px_slice name;
    size_t offset; /* in the options that the table belongs to */
    uint32_t minimum;
    uint32_t maximum;
} setting;

#define SETTING(options, type, field, name, minimum, maximum)                                      \
    {SETTING_##type, PX_LITERAL(name), offsetof(options, field), minimum, maximum},
#define APP_SETTING(type, field, name, fallback, minimum, maximum, text)                           \
    SETTING(px_app_options, type, field, name, minimum, maximum)
#define SERVER_SETTING(type, field, name, fallback, minimum, maximum, text)                        \
    SETTING(px_server_options, type, field, name, minimum, maximum)
#define HUB_SETTING(type, field, name, fallback, minimum, maximum, text)                           \
    SETTING(px_server_options, type, hub.field, name, minimum, maximum)

static const setting APP_SETTINGS[] = {PX_APP_OPTIONS(APP_SETTING)};
static const setting SERVER_SETTINGS[] = {PX_SERVER_OPTIONS(SERVER_SETTING)
                                              PX_HUB_OPTIONS(HUB_SETTING)};

enum {
    APP_SETTING_COUNT = sizeof APP_SETTINGS / sizeof *APP_SETTINGS,
    SERVER_SETTING_COUNT = sizeof SERVER_SETTINGS / sizeof *SERVER_SETTINGS,
    MAX_SETTINGS = 64, /* of one object: they are bits of a word */
};
_Static_assert(APP_SETTING_COUNT < MAX_SETTINGS && SERVER_SETTING_COUNT < MAX_SETTINGS,
               "the keys of an object are bits of a word");

/* ---- Errors ---- */

typedef struct config {
    const char *name; /* of the file */
    px_json_reader reader;
    px_arena *arena;
    px_server_options *options;
    px_map ids; /* of the apps so far */
    px_map keys;
    char *why;
    size_t size;
} config;

static const char *const TYPE_NAMES[] = {
    [SETTING_TEXT] = "a string",
    [SETTING_NUMBER] = "a whole number",
    [SETTING_FLAG] = "true or false",
    [SETTING_LIST] = "a list of strings",
};

/* Where the token that was read last begins. */
static size_t token_start(const px_json_reader *reader, px_json_token token) {
    switch (token) {
    case PX_JSON_KEY:
    case PX_JSON_STRING:
        return (size_t)(reader->text.ptr - reader->input.ptr) - 1;
    case PX_JSON_NUMBER:
        return (size_t)(reader->text.ptr - reader->input.ptr);
    case PX_JSON_TRUE:
    case PX_JSON_NULL:
        return reader->position - 4;
    case PX_JSON_FALSE:
        return reader->position - 5;
    case PX_JSON_ERROR:
        return reader->position;
    default:
        return reader->position > 0 ? reader->position - 1 : 0;
    }
}

/* Writes "FILE:LINE:COLUMN: " and the sentence. Columns count characters. */
static int fail(const config *this, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int fail(const config *this, size_t at, const char *format, ...) {
    size_t line = 1;
    size_t column = 1;
    for (size_t i = 0; i < at && i < this->reader.input.len; i++) {
        unsigned char byte = (unsigned char)this->reader.input.ptr[i];
        if (byte == '\n') {
            line++;
            column = 1;
        } else if ((byte & 0xc0) != 0x80) {
            column++;
        }
    }
    int used = snprintf(this->why, this->size, "%s:%zu:%zu: ", this->name, line, column);
    if (used < 0 || (size_t)used >= this->size)
        return PX_ERR_SYNTAX;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(this->why + used, this->size - (size_t)used, format, arguments);
    va_end(arguments);
    return PX_ERR_SYNTAX;
}

/* What the arena said. */
static int fail_memory(const config *this, int result) {
    snprintf(this->why, this->size, "%s: %s", this->name,
             result == PX_ERR_LIMIT ? "the configuration is too large" : "out of memory");
    return result;
}

static int fail_json(const config *this) {
    return fail(this, this->reader.position, "%s", px_json_error_text(this->reader.error));
}

/* The value of the named setting is not what it must be. The value itself is not repeated: it may
 * be a secret. */
static int fail_type(const config *this, const setting *wanted, px_json_token token) {
    if (token == PX_JSON_ERROR)
        return fail_json(this);
    return fail(this, token_start(&this->reader, token), "%.*s must be %s", (int)wanted->name.len,
                wanted->name.ptr, TYPE_NAMES[wanted->type]);
}

static int fail_unknown(const config *this, px_slice key, size_t at, const setting *settings,
                        size_t count, bool has_apps) {
    px_slice names[MAX_SETTINGS];
    char list[PX_SERVER_ERROR_SIZE] = "";
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        names[i] = settings[i].name;
    if (has_apps)
        names[count++] = PX_SLICE("apps");
    for (size_t i = 0; i < count && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%.*s", i > 0 ? ", " : "",
                                 (int)names[i].len, names[i].ptr);
    px_slice nearest = px_name_nearest(key, names, count);
    return fail(this, at, "there is no setting '%.*s'.%s%.*s%s There are: %s",
                (int)(key.len < 64 ? key.len : 64), key.ptr,
                nearest.len > 0 ? " Did you mean '" : "", (int)nearest.len, nearest.ptr,
                nearest.len > 0 ? "'?" : "", list);
}

/* ---- Values ---- */

/* The KEY or STRING just read, unescaped, in the arena. */
static int copy_text(config *this, px_slice *out) {
    px_slice text = this->reader.text;
    void *copy = NULL;
    int result = text.len > 0 ? px_arena_alloc(this->arena, text.len, &copy) : PX_OK;
    if (result != PX_OK)
        return fail_memory(this, result);
    *out = px_slice_of(copy, text.len > 0 ? px_json_unescape_to(text, copy) : 0);
    return PX_OK;
}

static int read_number(config *this, const setting *wanted, px_json_token token, uint32_t *out) {
    int64_t value = 0;
    if (token != PX_JSON_NUMBER || !px_json_to_i64(this->reader.text, &value))
        return fail_type(this, wanted, token);
    if (value < (int64_t)wanted->minimum || value > (int64_t)wanted->maximum)
        return fail(this, token_start(&this->reader, token), "%.*s must be between %u and %u",
                    (int)wanted->name.len, wanted->name.ptr, (unsigned)wanted->minimum,
                    (unsigned)wanted->maximum);
    *out = (uint32_t)value;
    return PX_OK;
}

/* How many elements the array has that was just begun, one with an error in it included: whoever
 * reads that one finds the error. */
static size_t count_elements(px_json_reader reader) {
    size_t count = 0;
    for (;;) {
        px_json_token token = px_json_next(&reader);
        if (token == PX_JSON_ARRAY_END || token == PX_JSON_ERROR)
            return count;
        count++;
        if (!px_json_skip(&reader, token))
            return count;
    }
}

static int read_list(config *this, const setting *wanted, px_json_token token, px_name_list *out) {
    if (token != PX_JSON_ARRAY_BEGIN)
        return fail_type(this, wanted, token);
    size_t count = count_elements(this->reader);
    void *memory = NULL;
    int result = count > 0 ? px_arena_alloc(this->arena, count * sizeof(px_slice), &memory) : PX_OK;
    if (result != PX_OK)
        return fail_memory(this, result);
    px_slice *items = memory;
    for (size_t i = 0; i < count; i++) {
        token = px_json_next(&this->reader);
        if (token != PX_JSON_STRING)
            return fail_type(this, wanted, token);
        result = copy_text(this, &items[i]);
        if (result != PX_OK)
            return result;
    }
    *out = (px_name_list){items, count};
    return px_json_next(&this->reader) == PX_JSON_ARRAY_END ? PX_OK : fail_json(this);
}

static int read_value(config *this, const setting *wanted, void *options) {
    px_json_token token = px_json_next(&this->reader);
    void *field = (char *)options + wanted->offset;
    switch (wanted->type) {
    case SETTING_TEXT:
        return token == PX_JSON_STRING ? copy_text(this, field) : fail_type(this, wanted, token);
    case SETTING_NUMBER:
        return read_number(this, wanted, token, field);
    case SETTING_FLAG:
        if (token != PX_JSON_TRUE && token != PX_JSON_FALSE)
            return fail_type(this, wanted, token);
        *(bool *)field = token == PX_JSON_TRUE;
        return PX_OK;
    case SETTING_LIST:
        return read_list(this, wanted, token, field);
    }
    return PX_ERR_ARGUMENT;
}

/* ---- Objects ---- */

static int read_apps(config *this);

/* One member, whose key has just been read. *seen: the members so far, as bits. */
static int read_member(config *this, const setting *settings, size_t count, bool has_apps,
                       void *options, uint64_t *seen) {
    size_t at = token_start(&this->reader, PX_JSON_KEY);
    px_slice key;
    int result = copy_text(this, &key);
    if (result != PX_OK)
        return result;
    size_t index = 0;
    while (index < count && !px_slice_equal(key, settings[index].name))
        index++;
    bool is_apps = has_apps && px_slice_equal(key, PX_SLICE("apps"));
    if (index == count && !is_apps)
        return fail_unknown(this, key, at, settings, count, has_apps);
    if (*seen >> index & 1)
        return fail(this, at, "%.*s is set twice", (int)key.len, key.ptr);
    *seen |= UINT64_C(1) << index;
    return is_apps ? read_apps(this) : read_value(this, &settings[index], options);
}

/* An object that has just begun. */
static int read_object(config *this, const setting *settings, size_t count, bool has_apps,
                       void *options) {
    uint64_t seen = 0;
    px_json_token token;
    while ((token = px_json_next(&this->reader)) == PX_JSON_KEY) {
        int result = read_member(this, settings, count, has_apps, options, &seen);
        if (result != PX_OK)
            return result;
    }
    return token == PX_JSON_OBJECT_END ? PX_OK : fail_json(this);
}

/* Remembers a name that no other app may have. */
static int claim(config *this, px_map *taken, px_slice name, size_t at, const char *what) {
    if (px_map_get(taken, name))
        return fail(this, at, "two apps have the same %s", what);
    int result = px_map_put(taken, name, this);
    return result == PX_OK ? PX_OK : fail_memory(this, result);
}

static int read_app(config *this, px_app_options *app) {
    px_app_options_default(app);
    px_json_token token = px_json_next(&this->reader);
    size_t at = token_start(&this->reader, token);
    if (token == PX_JSON_ERROR)
        return fail_json(this);
    if (token != PX_JSON_OBJECT_BEGIN)
        return fail(this, at, "apps must be a list of objects");
    int result = read_object(this, APP_SETTINGS, APP_SETTING_COUNT, false, app);
    if (result != PX_OK)
        return result;
    const char *missing = app->id.len == 0       ? "id"
                          : app->key.len == 0    ? "key"
                          : app->secret.len == 0 ? "secret"
                                                 : NULL;
    if (missing)
        return fail(this, at, "this app lacks its %s; an app needs id, key and secret", missing);
    result = claim(this, &this->ids, app->id, at, "id");
    return result == PX_OK ? claim(this, &this->keys, app->key, at, "key") : result;
}

static int read_apps(config *this) {
    px_json_token token = px_json_next(&this->reader);
    size_t at = token_start(&this->reader, token);
    if (token == PX_JSON_ERROR)
        return fail_json(this);
    size_t count = token == PX_JSON_ARRAY_BEGIN ? count_elements(this->reader) : 0;
    if (count == 0)
        return token == PX_JSON_ARRAY_BEGIN && px_json_next(&this->reader) == PX_JSON_ERROR
                   ? fail_json(this)
                   : fail(this, at, "apps must be a list of at least one object");
    void *memory = NULL;
    int result = px_arena_alloc(this->arena, count * sizeof(px_app_options), &memory);
    if (result != PX_OK)
        return fail_memory(this, result);
    px_app_options *apps = memory;
    for (size_t i = 0; i < count; i++) {
        result = read_app(this, &apps[i]);
        if (result != PX_OK)
            return result;
    }
    this->options->apps = apps;
    this->options->app_count = count;
    return px_json_next(&this->reader) == PX_JSON_ARRAY_END ? PX_OK : fail_json(this);
}

static int read_config(config *this) {
    px_json_token token = px_json_next(&this->reader);
    if (token == PX_JSON_ERROR)
        return fail_json(this);
    if (token != PX_JSON_OBJECT_BEGIN)
        return fail(this, token_start(&this->reader, token),
                    "a configuration is a JSON object, such as {\"listen\": [\"127.0.0.1:6001\"]}");
    int result = read_object(this, SERVER_SETTINGS, SERVER_SETTING_COUNT, true, this->options);
    if (result != PX_OK)
        return result;
    return px_json_next(&this->reader) == PX_JSON_END ? PX_OK : fail_json(this);
}

int px_config_parse(const char *name, px_slice text, px_arena *arena, px_server_options *options,
                    char *why, size_t size) {
    /* The file is the operator's own: nobody chooses names in it to make them collide. */
    static const uint64_t SEED[2] = {1, 2};
    config this = {.name = name, .arena = arena, .options = options, .why = why, .size = size};
    px_json_reader_init(&this.reader, text);
    px_map_init(&this.ids, arena->allocator, SEED);
    px_map_init(&this.keys, arena->allocator, SEED);
    int result = read_config(&this);
    px_map_free(&this.ids);
    px_map_free(&this.keys);
    return result;
}

/* ---- Files ---- */

static int read_file(const char *path, px_buffer *text, char *why, size_t size) {
    FILE *file = fopen(path, "rb");
    int result = file ? px_buffer_reserve(text, PX_CONFIG_MAX_SIZE + 1) : PX_OK;
    if (file && result == PX_OK)
        text->len = fread(text->data, 1, PX_CONFIG_MAX_SIZE + 1, file);
    int error = !file || ferror(file) ? errno : 0;
    if (file)
        fclose(file);
    if (error != 0) {
        snprintf(why, size, "%s: can't be read: %s", path, strerror(error));
        return PX_ERR_NOT_FOUND;
    }
    if (result != PX_OK)
        snprintf(why, size, "%s: out of memory", path);
    if (result != PX_OK || text->len <= PX_CONFIG_MAX_SIZE)
        return result;
    snprintf(why, size, "%s: a configuration has at most %d bytes", path, PX_CONFIG_MAX_SIZE);
    return PX_ERR_LIMIT;
}

int px_config_read(const char *path, px_arena *arena, px_server_options *options, char *why,
                   size_t size) {
    px_buffer text;
    px_buffer_init(&text, &px_heap, PX_CONFIG_MAX_SIZE + 1);
    int result = read_file(path, &text, why, size);
    if (result == PX_OK)
        result = px_config_parse(path, px_buffer_slice(&text), arena, options, why, size);
    px_buffer_free(&text);
    return result;
}
