#include "server/web_file.h"

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

static bool is_name_byte(char byte) {
    return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte != '\0' && strchr("._-@+", byte));
}

bool px_web_name_is_safe(px_slice name) {
    char before = '/';
    for (size_t i = 0; i < name.len; before = name.ptr[i++]) {
        char byte = name.ptr[i];
        bool is_start = before == '/';
        if (is_start ? byte == '.' || !is_name_byte(byte) : byte != '/' && !is_name_byte(byte))
            return false;
    }
    return before != '/' && name.len <= PX_WEB_MAX_NAME;
}

const char *px_web_content_type(px_slice name) {
    static const struct {
        px_slice end;
        const char *type;
    } TYPES[] = {
        {PX_LITERAL(".html"), "text/html; charset=utf-8"},
        {PX_LITERAL(".js"), "text/javascript; charset=utf-8"},
        {PX_LITERAL(".mjs"), "text/javascript; charset=utf-8"},
        {PX_LITERAL(".cjs"), "text/javascript; charset=utf-8"},
        {PX_LITERAL(".css"), "text/css; charset=utf-8"},
        {PX_LITERAL(".json"), "application/json; charset=utf-8"},
        {PX_LITERAL(".map"), "application/json; charset=utf-8"},
        {PX_LITERAL(".wasm"), "application/wasm"},
        {PX_LITERAL(".svg"), "image/svg+xml; charset=utf-8"},
        {PX_LITERAL(".png"), "image/png"},
        {PX_LITERAL(".ico"), "image/x-icon"},
        {PX_LITERAL(".ts"), "text/plain; charset=utf-8"},
        {PX_LITERAL(".txt"), "text/plain; charset=utf-8"},
        {PX_LITERAL(".md"), "text/plain; charset=utf-8"},
        {PX_LITERAL("LICENSE"), "text/plain; charset=utf-8"},
    };
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
        px_slice end = TYPES[i].end;
        if (name.len >= end.len && px_slice_equal(px_slice_after(name, name.len - end.len), end))
            return TYPES[i].type;
    }
    return "application/octet-stream";
}

/* Takes digits off the front. */
static bool skip_number(px_slice *rest) {
    size_t count = 0;
    while (count < rest->len && is_digit(rest->ptr[count]))
        count++;
    *rest = px_slice_after(*rest, count);
    return count > 0;
}

static bool skip(px_slice *rest, char byte) {
    if (rest->len == 0 || rest->ptr[0] != byte)
        return false;
    *rest = px_slice_after(*rest, 1);
    return true;
}

bool px_web_is_versioned(px_slice name) {
    bool has_numbers = skip_number(&name) && skip(&name, '.') && skip_number(&name) &&
                       skip(&name, '.') && skip_number(&name);
    if (!has_numbers || name.len == 0 || !memchr(name.ptr, '/', name.len))
        return false;
    return name.ptr[0] == '/' || name.ptr[0] == '-' || name.ptr[0] == '+';
}
