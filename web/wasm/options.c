/* Options from a JSON object, as lenient as JavaScript is with them: what is falsy stands for the
 * default, numbers may be texts, anything is true or false. */
#include "wasm/web.h"

enum { COMPLAINT = 256 };

static char complaint[COMPLAINT];

static int refuse(px_slice option, const char *why) {
    size_t len = option.len < COMPLAINT / 2 ? option.len : COMPLAINT / 2;
    memcpy(complaint, option.ptr, len);
    px_slice words = px_slice_of_text(why);
    memcpy(complaint + len, words.ptr, words.len);
    px_web_put(PX_WEB_TEXT, px_slice_of(complaint, len + words.len));
    return PX_ERR_ARGUMENT;
}

static bool is_truthy(px_json_token token, px_slice text) {
    switch (token) {
    case PX_JSON_NULL:
    case PX_JSON_FALSE:
        return false;
    case PX_JSON_STRING:
        return text.len != 0;
    case PX_JSON_NUMBER:
        return !px_slice_equal(text, PX_SLICE("0"));
    default:
        return true;
    }
}

int px_web_text_read(px_slice raw, bool escaped, px_arena *arena, px_slice *text) {
    if (!escaped) {
        *text = raw;
        return PX_OK;
    }
    void *memory;
    int result = px_arena_alloc(arena, raw.len, &memory);
    if (result == PX_OK)
        *text = px_slice_of(memory, px_json_unescape_to(raw, memory));
    return result;
}

static int read_text(const px_json_reader *reader, px_arena *arena, px_slice *text) {
    return px_web_text_read(reader->text, reader->escaped, arena, text);
}

static int read_number(px_slice name, px_json_token token, px_slice text, uint32_t *number) {
    int64_t value;
    if (!is_truthy(token, text))
        return PX_OK;
    if ((token != PX_JSON_NUMBER && token != PX_JSON_STRING) || !px_json_to_i64(text, &value))
        return refuse(name, " must be a whole number");
    *number = value > 0 && value <= UINT32_MAX ? (uint32_t)value : UINT32_MAX;
    return PX_OK;
}

/* How many strings an array or object holds that begins here; objects have one key each. */
static size_t count_strings(px_json_reader reader) {
    size_t count = 0;
    for (unsigned depth = reader.depth; reader.depth >= depth;) {
        px_json_token token = px_json_next(&reader);
        if (token == PX_JSON_ERROR || token == PX_JSON_END)
            break;
        count += token == PX_JSON_STRING;
    }
    return count;
}

static int read_list(px_json_reader *reader, px_slice name, px_arena *arena, px_slices *list) {
    void *memory;
    size_t count = 0;
    int result = px_arena_alloc(arena, (count_strings(*reader) + 1) * sizeof(px_slice), &memory);
    px_slice *items = memory;
    for (px_json_token token = PX_JSON_NULL; result == PX_OK;) {
        token = px_json_next(reader);
        if (token == PX_JSON_ARRAY_END)
            break;
        if (token != PX_JSON_STRING)
            return refuse(name, " must be a list of names");
        result = read_text(reader, arena, &items[count++]);
    }
    if (result == PX_OK)
        *list = (px_slices){items, count, true};
    return result;
}

int px_web_pairs_read(px_json_reader *reader, px_arena *arena, px_pairs *pairs) {
    void *memory;
    size_t count = 0;
    int result = px_arena_alloc(arena, (count_strings(*reader) + 1) * sizeof(px_pair), &memory);
    px_pair *items = memory;
    while (result == PX_OK && px_json_next(reader) == PX_JSON_KEY) {
        result = read_text(reader, arena, &items[count].name);
        if (result == PX_OK && px_json_next(reader) != PX_JSON_STRING)
            return PX_ERR_SYNTAX;
        if (result == PX_OK)
            result = read_text(reader, arena, &items[count++].value);
    }
    if (result == PX_OK)
        *pairs = (px_pairs){items, count};
    return result;
}

static int read_pairs(px_json_reader *reader, px_json_token token, const px_option *option,
                      px_arena *arena, px_pairs *pairs) {
    if (!is_truthy(token, reader->text))
        return PX_OK;
    int result =
        token == PX_JSON_OBJECT_BEGIN ? px_web_pairs_read(reader, arena, pairs) : PX_ERR_SYNTAX;
    return result == PX_ERR_SYNTAX ? refuse(px_option_name(option), " must be an object of texts")
                                   : result;
}

static int read_value(px_json_reader *reader, px_json_token token, const px_option *option,
                      px_arena *arena, px_options *options) {
    void *field = (char *)options + option->offset;
    bool truthy = is_truthy(token, reader->text);
    switch ((px_option_type)option->type) {
    case PX_OPTION_TEXT:
        if (token == PX_JSON_STRING)
            return read_text(reader, arena, field);
        return truthy ? refuse(px_option_name(option), " must be a text") : PX_OK;
    case PX_OPTION_NUMBER:
        return read_number(px_option_name(option), token, reader->text, field);
    case PX_OPTION_FLAG:
        *(bool *)field = truthy;
        return PX_OK;
    case PX_OPTION_CHOICE:
        *(px_choice *)field = truthy ? PX_CHOICE_YES : PX_CHOICE_NO;
        return PX_OK;
    case PX_OPTION_LIST:
        if (token == PX_JSON_ARRAY_BEGIN)
            return read_list(reader, px_option_name(option), arena, field);
        return truthy ? refuse(px_option_name(option), " must be a list of names") : PX_OK;
    case PX_OPTION_PAIRS:
        return read_pairs(reader, token, option, arena, field);
    }
    return PX_OK;
}

static const px_option *find_option(px_slice name) {
    for (size_t i = 0; i < px_option_count; i++)
        if (px_slice_equal(px_option_name(&px_option_table[i]), name))
            return &px_option_table[i];
    return NULL;
}

int px_web_options_read(px_slice json, px_arena *arena, px_options *options) {
    px_json_reader reader;
    px_json_reader_init(&reader, json);
    int result = px_json_next(&reader) == PX_JSON_OBJECT_BEGIN ? PX_OK : PX_ERR_SYNTAX;
    while (result == PX_OK && px_json_next(&reader) == PX_JSON_KEY) {
        px_slice name = reader.text;
        const px_option *option = find_option(name);
        px_json_token token = px_json_next(&reader);
        result = option ? read_value(&reader, token, option, arena, options)
                        : refuse(name, " is no option");
    }
    if (result != PX_OK)
        return result;
    result = px_options_check(options, complaint, COMPLAINT);
    px_web_put(PX_WEB_TEXT, px_slice_of_text(complaint));
    return result;
}
