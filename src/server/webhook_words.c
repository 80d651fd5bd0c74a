#include "server/webhook_words.h"

#include <stdio.h>

uint64_t px_webhook_kinds_text(const uint64_t counts[PX_WEBHOOK_KIND_COUNT],
                               char out[PX_WEBHOOK_KINDS_SIZE]) {
    uint64_t sum = 0;
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < PX_WEBHOOK_KIND_COUNT; i++) {
        if (counts[i] == 0)
            continue;
        sum += counts[i];
        int written = snprintf(out + used, PX_WEBHOOK_KINDS_SIZE - used, "%s%llu %.*s",
                               used > 0 ? ", " : "", (unsigned long long)counts[i],
                               (int)px_webhook_kind_names[i].len, px_webhook_kind_names[i].ptr);
        if (written < 0 || (size_t)written >= PX_WEBHOOK_KINDS_SIZE - used)
            break;
        used += (size_t)written;
    }
    return sum;
}

px_slice px_webhook_shown_url(px_slice url, char *out) {
    size_t start = 0;
    size_t end = 0;
    size_t len = 0;
    while (start + 2 < url.len && memcmp(url.ptr + start, "://", 3) != 0)
        start++;
    start = start + 3 < url.len ? start + 3 : url.len;
    memcpy(out, url.ptr, start);
    len = start;
    for (end = start; end < url.len && !strchr("/?", url.ptr[end]); end++)
        if (url.ptr[end] == '@')
            start = end + 1;
    while (end < url.len && url.ptr[end] != '?')
        end++;
    memcpy(out + len, url.ptr + start, end - start);
    return px_slice_of(out, len + end - start);
}
