#include "server/origin.h"

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* On a mismatch the last `*` takes one character more and matching goes on from there. */
static bool matches(px_slice pattern, px_slice text) {
    size_t p = 0, t = 0, star = SIZE_MAX, resume = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.len && lower(pattern.ptr[p]) == lower(text.ptr[t])) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

/* "https://example.org:8080" -> "example.org" */
static px_slice host_of(px_slice origin) {
    for (size_t i = 0; i + 3 <= origin.len; i++)
        if (memcmp(origin.ptr + i, "://", 3) == 0) {
            origin = px_slice_after(origin, i + 3);
            break;
        }
    size_t end = 0;
    bool in_brackets = false; /* an IPv6 address holds colons */
    while (end < origin.len && (in_brackets || origin.ptr[end] != ':')) {
        if (origin.ptr[end] == '[' || origin.ptr[end] == ']')
            in_brackets = origin.ptr[end] == '[';
        end++;
    }
    return px_slice_of(origin.ptr, end);
}

bool px_origin_allowed(px_slice origin, px_name_list allowed) {
    if (allowed.count == 0 || !origin.ptr)
        return true;
    px_slice host = host_of(origin);
    for (size_t i = 0; i < allowed.count; i++)
        if (matches(allowed.items[i], origin) || matches(allowed.items[i], host))
            return true;
    return false;
}
