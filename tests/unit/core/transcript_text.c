#include "transcript_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "memory.h"
#include "pusher/error.h"

static const size_t text_max = 1 << 26;

void transcript_text_init(px_buffer *text) {
    px_buffer_init(text, &test_malloc, text_max);
}

static void add_bytes(px_buffer *text, px_slice bytes) {
    if (px_buffer_append(text, bytes) != PX_OK)
        abort();
}

void transcript_add(px_buffer *text, const char *format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length < 0)
        abort();
    if ((size_t)length >= sizeof line)
        length = sizeof line - 1;
    add_bytes(text, px_slice_of(line, (size_t)length));
}

void transcript_add_slice(px_buffer *text, px_slice bytes) {
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.ptr[i];
        if (byte < 0x20 || byte == 0x7f)
            transcript_add(text, "\\x%02x", byte);
        else
            add_bytes(text, px_slice_of(bytes.ptr + i, 1));
    }
}

void transcript_add_byte(px_buffer *text, char byte, uint64_t times) {
    if (times > text_max)
        times = text_max;
    while (times--)
        add_bytes(text, px_slice_of(&byte, 1));
}

char *transcript_text_take(px_buffer *text) {
    add_bytes(text, px_slice_of("", 1));
    char *string = malloc(text->len);
    if (!string)
        abort();
    memcpy(string, text->data, text->len);
    px_buffer_free(text);
    return string;
}

px_slice transcript_word(px_slice *rest) {
    size_t end = 0;
    while (end < rest->len && rest->ptr[end] != ' ')
        end++;
    px_slice word = px_slice_of(rest->ptr, end);
    while (end < rest->len && rest->ptr[end] == ' ')
        end++;
    *rest = px_slice_after(*rest, end);
    return word;
}

bool transcript_number(px_slice *rest, uint64_t *number) {
    size_t digits = 0;
    while (digits < rest->len && rest->ptr[digits] >= '0' && rest->ptr[digits] <= '9')
        digits++;
    if (!px_slice_to_u64(px_slice_of(rest->ptr, digits), number))
        return false;
    *rest = px_slice_after(*rest, digits);
    return true;
}

bool transcript_skip(px_slice *rest, const char *prefix) {
    px_slice start = px_slice_of_text(prefix);
    if (!px_slice_starts_with(*rest, start))
        return false;
    *rest = px_slice_after(*rest, start.len);
    return true;
}

const char *transcript_result_name(int result) {
    switch (result) {
#define RESULT_NAME(name, number, text)                                                            \
    case number:                                                                                   \
        return #name;
        PUSHER_RESULTS(RESULT_NAME)
#undef RESULT_NAME
    }
    return "an unknown result";
}
