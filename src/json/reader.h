/* A strict JSON pull reader (RFC 8259) over a slice.
 *
 * It allocates nothing and copies nothing: each token is a slice of the input. It accepts exactly
 * the grammar of RFC 8259: one value, blanks around it, nothing behind it; strings are checked to
 * be valid UTF-8 with valid escapes (a lone surrogate escape is legal JSON; px_json_unescape
 * turns it into U+FFFD). Nesting is bounded by PX_JSON_MAX_DEPTH. */
#ifndef PX_JSON_READER_H
#define PX_JSON_READER_H

#include "base/buffer.h"
#include "base/result.h"
#include "base/slice.h"

#define PX_JSON_MAX_DEPTH 64

typedef enum px_json_token {
    PX_JSON_ERROR, /* reader->error says what, reader->position where; sticks */
    PX_JSON_END,   /* the one value was read whole, and nothing is behind it; sticks */
    PX_JSON_OBJECT_BEGIN,
    PX_JSON_OBJECT_END,
    PX_JSON_ARRAY_BEGIN,
    PX_JSON_ARRAY_END,
    PX_JSON_KEY,    /* reader->text: the key between its quotes; its value is the next token */
    PX_JSON_STRING, /* reader->text: between its quotes, still escaped when reader->escaped */
    PX_JSON_NUMBER, /* reader->text: the number as written */
    PX_JSON_TRUE,
    PX_JSON_FALSE,
    PX_JSON_NULL,
} px_json_token;

typedef enum px_json_error {
    PX_JSON_ERROR_NONE,
    PX_JSON_ERROR_EMPTY,      /* no value at all */
    PX_JSON_ERROR_TRUNCATED,  /* the input ends inside a value */
    PX_JSON_ERROR_UNEXPECTED, /* a byte that the grammar does not allow here */
    PX_JSON_ERROR_STRING,     /* a control character, a bad escape or invalid UTF-8 in a string */
    PX_JSON_ERROR_NUMBER,     /* for instance 01, 1., 1e */
    PX_JSON_ERROR_DEPTH,      /* deeper than PX_JSON_MAX_DEPTH */
    PX_JSON_ERROR_TRAILING,   /* something behind the value */
} px_json_error;

typedef struct px_json_reader {
    px_slice input;
    size_t position; /* offset of the next byte; after an error, of the offending one */
    px_slice text;   /* of the last KEY, STRING or NUMBER */
    bool escaped;    /* text holds at least one backslash */
    uint8_t depth;   /* open objects and arrays */
    uint8_t expect;  /* private: what the grammar wants next */
    px_json_error error;
    uint64_t is_object; /* private: one bit per open level */
} px_json_reader;

void px_json_reader_init(px_json_reader *reader, px_slice input);

/* The next token. */
px_json_token px_json_next(px_json_reader *reader);

/* After OBJECT_BEGIN, ARRAY_BEGIN or any scalar `token` just returned: reads to the end of that
 * value. After KEY: skips the value that follows. False on an error. */
bool px_json_skip(px_json_reader *reader, px_json_token token);

/* Like px_json_skip, and gives the whole value as it stands in the input (a string with its
 * quotes). `token` is the value's first token, just returned. */
bool px_json_raw(px_json_reader *reader, px_json_token token, px_slice *raw);

/* A sentence for people, such as "unexpected character". Static. */
const char *px_json_error_text(px_json_error error);

/* True when the slice is exactly one JSON value. */
bool px_json_valid(px_slice input);

/* Unescapes the inside of a string the reader accepted, appending UTF-8 to `out`. Lone surrogates
 * become U+FFFD. Errors as px_buffer_append. The result is never longer than the input. */
PX_MUST_CHECK int px_json_unescape(px_slice text, px_buffer *out);

/* The same into memory the caller has: at least text.len bytes, none of them in `text`. Returns the
 * number of bytes written; those behind them may hold garbage. */
size_t px_json_unescape_to(px_slice text, char *out);

/* The integer value of a NUMBER's text, also when it is written as 120.0 or 12e1; false when it is
 * no integer or does not fit. */
bool px_json_to_i64(px_slice number, int64_t *value);

#endif
