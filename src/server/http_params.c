#include "server/http_params.h"

#include <stdlib.h>

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that %XX at the front of `text` stands for, or -1. */
static int escaped_byte(px_slice text) {
    if (text.len < 3 || text.ptr[0] != '%')
        return -1;
    int high = hex_digit(text.ptr[1]), low = hex_digit(text.ptr[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static bool is_plain(px_slice text, bool plus_is_blank) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '%' || (plus_is_blank && text.ptr[i] == '+'))
            return false;
    return true;
}

int px_percent_decode(px_arena *arena, px_slice text, bool plus_is_blank, px_slice *out) {
    void *memory;
    if (is_plain(text, plus_is_blank)) {
        *out = text;
        return PX_OK;
    }
    int result = px_arena_alloc(arena, text.len, &memory);
    if (result != PX_OK)
        return result;
    char *decoded = memory;
    size_t len = 0;
    while (text.len > 0) {
        int byte = escaped_byte(text);
        char plain = plus_is_blank && text.ptr[0] == '+' ? ' ' : text.ptr[0];
        decoded[len++] = byte >= 0 ? (char)byte : plain;
        text = px_slice_after(text, byte >= 0 ? 3 : 1);
    }
    *out = px_slice_of(decoded, len);
    return PX_OK;
}

static int lower_case(px_arena *arena, px_slice *text) {
    bool is_lower = true;
    for (size_t i = 0; i < text->len; i++)
        is_lower = is_lower && !(text->ptr[i] >= 'A' && text->ptr[i] <= 'Z');
    if (is_lower)
        return PX_OK;
    void *memory;
    int result = px_arena_alloc(arena, text->len, &memory);
    if (result != PX_OK)
        return result;
    char *lower = memory;
    for (size_t i = 0; i < text->len; i++) {
        char c = text->ptr[i];
        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    text->ptr = lower;
    return PX_OK;
}

static px_slice cut(px_slice *text, char separator) {
    const char *end = text->len ? memchr(text->ptr, separator, text->len) : NULL;
    px_slice first = px_slice_of(text->ptr, end ? (size_t)(end - text->ptr) : text->len);
    *text = px_slice_after(*text, end ? first.len + 1 : first.len);
    return first;
}

static int read_param(px_arena *arena, px_slice text, px_http_param *param) {
    param->raw_name = cut(&text, '=');
    param->raw_value = text;
    int result = px_percent_decode(arena, param->raw_name, true, &param->name);
    if (result == PX_OK)
        result = px_percent_decode(arena, param->raw_value, true, &param->value);
    if (result == PX_OK)
        result = lower_case(arena, &param->name);
    if (result == PX_OK)
        result = lower_case(arena, &param->raw_name);
    return result;
}

static int by_name(const void *left, const void *right) {
    const px_http_param *a = left, *b = right;
    int order = px_slice_compare(a->name, b->name);
    return order ? order : (a->position > b->position) - (a->position < b->position);
}

static size_t count_params(px_slice query) {
    size_t count = 0;
    while (query.len > 0)
        count += cut(&query, '&').len > 0;
    return count;
}

int px_http_params_read(px_arena *arena, px_slice query, px_http_params *params) {
    void *memory;
    px_http_params read = {.count = count_params(query)};
    int result = px_arena_alloc(arena, (read.count + 1) * sizeof(*read.items), &memory);
    if (result != PX_OK)
        return result;
    read.items = memory;
    for (size_t i = 0; i < read.count;) {
        px_slice text = cut(&query, '&');
        if (text.len == 0)
            continue;
        read.items[i].position = i;
        result = read_param(arena, text, &read.items[i++]);
        if (result != PX_OK)
            return result;
    }
    qsort(read.items, read.count, sizeof(*read.items), by_name);
    *params = read;
    return PX_OK;
}

const px_http_param *px_http_param_find(const px_http_params *params, px_slice name) {
    for (size_t i = 0; i < params->count; i++)
        if (px_slice_equal(params->items[i].name, name))
            return &params->items[i];
    return NULL;
}

px_slice px_http_param_value(const px_http_params *params, px_slice name) {
    const px_http_param *param = px_http_param_find(params, name);
    return param ? param->value : px_slice_of(NULL, 0);
}
