#include "json/reader.h"

#include "json/string.h"

/* What the grammar allows at the present position. */
enum {
    EXPECT_VALUE,
    EXPECT_VALUE_OR_END, /* after '[' */
    EXPECT_KEY,          /* after ',' in an object */
    EXPECT_KEY_OR_END,   /* after '{' */
    EXPECT_COMMA_OR_END, /* after a value inside of something */
    EXPECT_NOTHING,      /* after the one value */
    EXPECT_ERROR,
};

void px_json_reader_init(px_json_reader *reader, px_slice input) {
    *reader = (px_json_reader){.input = input, .expect = EXPECT_VALUE};
}

static px_json_token fail(px_json_reader *reader, size_t position, px_json_error error) {
    reader->position = position;
    reader->error = error;
    reader->expect = EXPECT_ERROR;
    return PX_JSON_ERROR;
}

static void skip_blanks(px_json_reader *reader) {
    const char *ptr = reader->input.ptr;
    size_t position = reader->position;
    while (position < reader->input.len && (ptr[position] == ' ' || ptr[position] == '\n' ||
                                            ptr[position] == '\r' || ptr[position] == '\t'))
        position++;
    reader->position = position;
}

static bool in_object(const px_json_reader *reader) {
    return reader->is_object >> (reader->depth - 1) & 1;
}

static void value_read(px_json_reader *reader) {
    reader->expect = reader->depth ? EXPECT_COMMA_OR_END : EXPECT_NOTHING;
}

/* Reads a string from its opening quote on. */
static px_json_token read_string(px_json_reader *reader, px_json_token token) {
    size_t start = reader->position + 1;
    size_t end;
    px_json_error error = px_json_check_string(reader->input, start, &end, &reader->escaped);
    if (error != PX_JSON_ERROR_NONE)
        return fail(reader, end, error);
    reader->text = px_slice_of(reader->input.ptr + start, end - start);
    reader->position = end + 1;
    return token;
}

static size_t skip_digits(px_slice input, size_t position) {
    while (position < input.len && input.ptr[position] >= '0' && input.ptr[position] <= '9')
        position++;
    return position;
}

static px_json_token read_number(px_json_reader *reader) {
    px_slice input = reader->input;
    size_t start = reader->position;
    size_t position = start + (input.ptr[start] == '-');
    size_t digits = position;
    if (position < input.len && input.ptr[position] == '0')
        position++;
    else
        position = skip_digits(input, position);
    bool complete = position > digits;
    if (complete && position < input.len && input.ptr[position] == '.') {
        digits = ++position;
        position = skip_digits(input, position);
        complete = position > digits;
    }
    if (complete && position < input.len && (input.ptr[position] | 0x20) == 'e') {
        position++;
        if (position < input.len && (input.ptr[position] == '+' || input.ptr[position] == '-'))
            position++;
        digits = position;
        position = skip_digits(input, position);
        complete = position > digits;
    }
    if (!complete)
        return fail(reader, position,
                    position == input.len ? PX_JSON_ERROR_TRUNCATED : PX_JSON_ERROR_NUMBER);
    if (position < input.len && input.ptr[position] >= '0' && input.ptr[position] <= '9')
        return fail(reader, position, PX_JSON_ERROR_NUMBER);
    reader->text = px_slice_of(input.ptr + start, position - start);
    reader->position = position;
    value_read(reader);
    return PX_JSON_NUMBER;
}

static px_json_token read_word(px_json_reader *reader, px_slice word, px_json_token token) {
    px_slice rest = px_slice_after(reader->input, reader->position);
    for (size_t i = 0; i < word.len; i++) {
        if (i == rest.len)
            return fail(reader, reader->input.len, PX_JSON_ERROR_TRUNCATED);
        if (rest.ptr[i] != word.ptr[i])
            return fail(reader, reader->position + i, PX_JSON_ERROR_UNEXPECTED);
    }
    reader->position += word.len;
    value_read(reader);
    return token;
}

static px_json_token open_level(px_json_reader *reader, bool is_object) {
    if (reader->depth == PX_JSON_MAX_DEPTH)
        return fail(reader, reader->position, PX_JSON_ERROR_DEPTH);
    uint64_t bit = UINT64_C(1) << reader->depth++;
    reader->is_object = is_object ? reader->is_object | bit : reader->is_object & ~bit;
    reader->position++;
    reader->expect = is_object ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
    return is_object ? PX_JSON_OBJECT_BEGIN : PX_JSON_ARRAY_BEGIN;
}

static px_json_token close_level(px_json_reader *reader) {
    px_json_token token = in_object(reader) ? PX_JSON_OBJECT_END : PX_JSON_ARRAY_END;
    reader->depth--;
    reader->position++;
    value_read(reader);
    return token;
}

static px_json_token read_value(px_json_reader *reader) {
    char c = reader->input.ptr[reader->position];
    switch (c) {
    case '"': {
        px_json_token token = read_string(reader, PX_JSON_STRING);
        if (token != PX_JSON_ERROR)
            value_read(reader);
        return token;
    }
    case '{':
        return open_level(reader, true);
    case '[':
        return open_level(reader, false);
    case 't':
        return read_word(reader, PX_SLICE("true"), PX_JSON_TRUE);
    case 'f':
        return read_word(reader, PX_SLICE("false"), PX_JSON_FALSE);
    case 'n':
        return read_word(reader, PX_SLICE("null"), PX_JSON_NULL);
    default:
        if (c == '-' || (c >= '0' && c <= '9'))
            return read_number(reader);
        return fail(reader, reader->position, PX_JSON_ERROR_UNEXPECTED);
    }
}

/* Reads a key and its colon. */
static px_json_token read_key(px_json_reader *reader) {
    if (reader->input.ptr[reader->position] != '"')
        return fail(reader, reader->position, PX_JSON_ERROR_UNEXPECTED);
    if (read_string(reader, PX_JSON_KEY) == PX_JSON_ERROR)
        return PX_JSON_ERROR;
    skip_blanks(reader);
    if (reader->position == reader->input.len)
        return fail(reader, reader->position, PX_JSON_ERROR_TRUNCATED);
    if (reader->input.ptr[reader->position] != ':')
        return fail(reader, reader->position, PX_JSON_ERROR_UNEXPECTED);
    reader->position++;
    reader->expect = EXPECT_VALUE;
    return PX_JSON_KEY;
}

static px_json_token at_end_of_input(px_json_reader *reader) {
    if (reader->expect == EXPECT_NOTHING)
        return PX_JSON_END;
    bool empty = reader->expect == EXPECT_VALUE && reader->depth == 0;
    return fail(reader, reader->position, empty ? PX_JSON_ERROR_EMPTY : PX_JSON_ERROR_TRUNCATED);
}

px_json_token px_json_next(px_json_reader *reader) {
    if (reader->expect == EXPECT_ERROR)
        return PX_JSON_ERROR;
    skip_blanks(reader);
    if (reader->position == reader->input.len)
        return at_end_of_input(reader);
    char c = reader->input.ptr[reader->position];
    switch (reader->expect) {
    case EXPECT_COMMA_OR_END:
        if (c == (in_object(reader) ? '}' : ']'))
            return close_level(reader);
        if (c != ',')
            return fail(reader, reader->position, PX_JSON_ERROR_UNEXPECTED);
        reader->position++;
        reader->expect = in_object(reader) ? EXPECT_KEY : EXPECT_VALUE;
        return px_json_next(reader);
    case EXPECT_KEY_OR_END:
        return c == '}' ? close_level(reader) : read_key(reader);
    case EXPECT_KEY:
        return read_key(reader);
    case EXPECT_VALUE_OR_END:
        return c == ']' ? close_level(reader) : read_value(reader);
    case EXPECT_VALUE:
        return read_value(reader);
    default:
        return fail(reader, reader->position, PX_JSON_ERROR_TRAILING);
    }
}

bool px_json_skip(px_json_reader *reader, px_json_token token) {
    if (token == PX_JSON_KEY)
        token = px_json_next(reader);
    if (token == PX_JSON_ERROR)
        return false;
    if (token != PX_JSON_OBJECT_BEGIN && token != PX_JSON_ARRAY_BEGIN)
        return true;
    for (uint8_t outside = (uint8_t)(reader->depth - 1); reader->depth > outside;)
        if (px_json_next(reader) == PX_JSON_ERROR)
            return false;
    return true;
}

bool px_json_raw(px_json_reader *reader, px_json_token token, px_slice *raw) {
    static const uint8_t LENGTH[] = {[PX_JSON_OBJECT_BEGIN] = 1,
                                     [PX_JSON_ARRAY_BEGIN] = 1,
                                     [PX_JSON_TRUE] = 4,
                                     [PX_JSON_FALSE] = 5,
                                     [PX_JSON_NULL] = 4};
    size_t length = token == PX_JSON_STRING   ? reader->text.len + 2
                    : token == PX_JSON_NUMBER ? reader->text.len
                                              : LENGTH[token];
    size_t start = reader->position - length;
    if (!px_json_skip(reader, token))
        return false;
    *raw = px_slice_of(reader->input.ptr + start, reader->position - start);
    return true;
}

const char *px_json_error_text(px_json_error error) {
    static const char *const TEXTS[] = {
        [PX_JSON_ERROR_NONE] = "no error",
        [PX_JSON_ERROR_EMPTY] = "there is no value",
        [PX_JSON_ERROR_TRUNCATED] = "the text ends too early",
        [PX_JSON_ERROR_UNEXPECTED] = "unexpected character",
        [PX_JSON_ERROR_STRING] = "a string holds a control character, a bad escape or bad UTF-8",
        [PX_JSON_ERROR_NUMBER] = "malformed number",
        [PX_JSON_ERROR_DEPTH] = "nested too deeply",
        [PX_JSON_ERROR_TRAILING] = "something follows the value",
    };
    return TEXTS[error];
}

bool px_json_valid(px_slice input) {
    px_json_reader reader;
    px_json_reader_init(&reader, input);
    px_json_token token;
    do
        token = px_json_next(&reader);
    while (token != PX_JSON_ERROR && token != PX_JSON_END);
    return token == PX_JSON_END;
}
