#include "server/config_reader.h"

#include <stdarg.h>
#include <stdio.h>

size_t px_config_token_start(const px_json_reader *reader, px_json_token token) {
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

int px_config_fail(const px_config *this, size_t at, const char *format, ...) {
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

int px_config_fail_memory(const px_config *this, int result) {
    snprintf(this->why, this->size, "%s: %s", this->name,
             result == PX_ERR_LIMIT ? "the configuration is too large" : "out of memory");
    return result;
}

int px_config_fail_json(const px_config *this) {
    return px_config_fail(this, this->reader.position, "%s",
                          px_json_error_text(this->reader.error));
}

int px_config_fail_type(const px_config *this, px_slice name, px_json_token token,
                        const char *wanted) {
    if (token == PX_JSON_ERROR)
        return px_config_fail_json(this);
    return px_config_fail(this, px_config_token_start(&this->reader, token), "%.*s must be %s",
                          (int)name.len, name.ptr, wanted);
}

int px_config_copy_text(px_config *this, px_slice *out) {
    px_slice text = this->reader.text;
    void *copy = NULL;
    int result = text.len > 0 ? px_arena_alloc(this->arena, text.len, &copy) : PX_OK;
    if (result != PX_OK)
        return px_config_fail_memory(this, result);
    *out = px_slice_of(copy, text.len > 0 ? px_json_unescape_to(text, copy) : 0);
    return PX_OK;
}

/* How many elements the array, or members the object, has that was just begun, one with an error in
 * it included: whoever reads that one finds the error. */
static size_t count_elements(px_json_reader reader) {
    size_t count = 0;
    for (;;) {
        px_json_token token = px_json_next(&reader);
        if (token == PX_JSON_ARRAY_END || token == PX_JSON_OBJECT_END || token == PX_JSON_ERROR)
            return count;
        count++;
        if (!px_json_skip(&reader, token))
            return count;
    }
}

int px_config_begin_list(px_config *this, px_slice name, px_json_token token, const char *wanted,
                         size_t size, void **items, size_t *count) {
    if (token != PX_JSON_ARRAY_BEGIN && token != PX_JSON_OBJECT_BEGIN)
        return px_config_fail_type(this, name, token, wanted);
    size_t found = count_elements(this->reader);
    void *memory = NULL;
    int result = found > 0 ? px_arena_alloc(this->arena, found * size, &memory) : PX_OK;
    if (result != PX_OK)
        return px_config_fail_memory(this, result);
    if (memory)
        memset(memory, 0, found * size);
    *items = memory;
    *count = found;
    return PX_OK;
}
