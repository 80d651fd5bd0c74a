/* Where the two differ by design, ours being what RFC 8259 says:
 *  - jansson refuses numbers that its long long or double cannot hold; we give numbers as text.
 *  - jansson refuses the escape of a lone surrogate, which the grammar allows; px_json_unescape
 *    makes it U+FFFD.
 *  - jansson refuses \u0000 in a key.
 *  - jansson nests deeper than PX_JSON_MAX_DEPTH.
 *  - jansson overlooks a NUL byte behind a number or word.
 * Of equal keys jansson keeps the last one; we give all of them, and the last one wins here, too.
 */
#include "json_oracle.h"

#include <jansson.h>
#include <stdlib.h>

#include "json/reader.h"

enum { DECODE_FLAGS = JSON_DECODE_ANY | JSON_ALLOW_NUL };

typedef struct build {
    px_json_reader reader;
    bool excuse; /* something was seen that jansson refuses by design */
} build;

static px_slice unescaped(build *b) {
    char *text = malloc(b->reader.text.len + 1);
    if (!text)
        abort();
    return px_slice_of(text, px_json_unescape_to(b->reader.text, text));
}

static bool has_surrogate(const char *escape, char low, char high) {
    char digit = (char)(escape[3] | 0x20);
    return (escape[2] | 0x20) == 'd' && digit >= low && digit <= high;
}

static bool has_lone_surrogate(px_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '\\')
            continue;
        const char *escape = text.ptr + i++;
        if (escape[1] != 'u')
            continue;
        if (has_surrogate(escape, 'c', 'f'))
            return true;
        bool high = has_surrogate(escape, 'a', 'b') || has_surrogate(escape, '8', '9');
        if (!high)
            continue;
        px_slice next = px_slice_after(text, (size_t)(escape - text.ptr) + 6);
        if (!px_slice_starts_with(next, PX_SLICE("\\u")) || !has_surrogate(next.ptr, 'c', 'f'))
            return true;
        i += 10;
    }
    return false;
}

static json_t *build_value(build *b, px_json_token token);

static json_t *build_string(build *b) {
    px_slice text = unescaped(b);
    json_t *string = json_stringn_nocheck(text.ptr, text.len);
    b->excuse = b->excuse || has_lone_surrogate(b->reader.text);
    free((char *)text.ptr);
    return string;
}

/* jansson reads the number's text: what is compared is where we say it begins and ends. */
static json_t *build_number(build *b) {
    json_t *number = json_loadb(b->reader.text.ptr, b->reader.text.len, DECODE_FLAGS, NULL);
    b->excuse = b->excuse || !number;
    return number ? number : json_null();
}

static json_t *build_array(build *b) {
    json_t *array = json_array();
    for (px_json_token token; (token = px_json_next(&b->reader)) != PX_JSON_ARRAY_END;) {
        json_t *item = build_value(b, token);
        if (!item) {
            json_decref(array);
            return NULL;
        }
        json_array_append_new(array, item);
    }
    return array;
}

static json_t *build_object(build *b) {
    json_t *object = json_object();
    while (px_json_next(&b->reader) == PX_JSON_KEY) {
        px_slice key = unescaped(b);
        b->excuse =
            b->excuse || has_lone_surrogate(b->reader.text) || memchr(key.ptr, '\0', key.len);
        json_t *value = build_value(b, px_json_next(&b->reader));
        if (value)
            json_object_setn_new_nocheck(object, key.ptr, key.len, value);
        free((char *)key.ptr);
        if (!value)
            break;
    }
    if (b->reader.error == PX_JSON_ERROR_NONE)
        return object;
    json_decref(object);
    return NULL;
}

/* NULL after an error. */
static json_t *build_value(build *b, px_json_token token) {
    switch (token) {
    case PX_JSON_OBJECT_BEGIN:
        return build_object(b);
    case PX_JSON_ARRAY_BEGIN:
        return build_array(b);
    case PX_JSON_STRING:
        return build_string(b);
    case PX_JSON_NUMBER:
        return build_number(b);
    case PX_JSON_TRUE:
    case PX_JSON_FALSE:
        return json_boolean(token == PX_JSON_TRUE);
    case PX_JSON_NULL:
        return json_null();
    default:
        return NULL;
    }
}

/* May jansson accept what our reader refused? */
static bool refusal_excused(const px_json_reader *reader) {
    if (reader->error == PX_JSON_ERROR_DEPTH)
        return true;
    return reader->error != PX_JSON_ERROR_STRING && reader->position < reader->input.len &&
           reader->input.ptr[reader->position] == '\0';
}

oracle_verdict oracle_compare(px_slice json) {
    build b = {.excuse = false};
    px_json_reader_init(&b.reader, json);
    json_t *ours = build_value(&b, px_json_next(&b.reader));
    if (ours && px_json_next(&b.reader) != PX_JSON_END) {
        json_decref(ours);
        ours = NULL;
    }
    json_t *theirs = json_loadb(json.ptr ? json.ptr : "", json.len, DECODE_FLAGS, NULL);
    oracle_verdict verdict = ORACLE_DIFFERENT;
    if (!ours && !theirs)
        verdict = ORACLE_BOTH_REFUSE;
    else if (!theirs)
        verdict = b.excuse ? ORACLE_EXCUSED : ORACLE_DIFFERENT;
    else if (!ours)
        verdict = refusal_excused(&b.reader) ? ORACLE_EXCUSED : ORACLE_DIFFERENT;
    else if (json_equal(ours, theirs))
        verdict = ORACLE_SAME_VALUE;
    json_decref(ours);
    json_decref(theirs);
    return verdict;
}
