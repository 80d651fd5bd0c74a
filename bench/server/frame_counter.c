#include "frame_counter.h"

#include "harness.h"
#include "net/ws_frame.h"

#include <stdlib.h>
#include <string.h>

/* Takes what belongs to the frame off the front. Returns 1 when a message has come to its end. */
static uint64_t skip(frame_counter *c, px_slice *bytes) {
    size_t skipped = c->skip < bytes->len ? (size_t)c->skip : bytes->len;
    c->skip -= skipped;
    *bytes = px_slice_after(*bytes, skipped);
    bool ends = c->skip == 0 && c->counts;
    if (ends)
        c->counts = false;
    return ends;
}

/* ---- WebSocket ---- */

static uint8_t head_length(char second) {
    return (second & 0x7f) == 127 ? 10 : (second & 0x7f) == 126 ? 4 : 2;
}

static uint64_t payload_length(const char *head, uint8_t len) {
    uint64_t value = 0;
    if (len == 2)
        return head[1] & 0x7f;
    for (uint8_t i = 2; i < len; i++)
        value = value << 8 | (uint8_t)head[i];
    return value;
}

static void begin_frame(frame_counter *c, const char *head, uint8_t len) {
    if ((head[0] & 0x0f) == PX_WS_CLOSE)
        bench_fail("the server closes a subscriber");
    c->counts = (head[0] & 0x0f) == PX_WS_TEXT;
    c->skip = payload_length(head, len);
    c->head_len = 0;
}

uint64_t frame_counter_websocket(frame_counter *c, px_slice bytes) {
    uint64_t count = skip(c, &bytes);
    while (bytes.len) {
        uint8_t len = c->head_len || bytes.len < 2 ? 0 : head_length(bytes.ptr[1]);
        if (len && bytes.len >= len) { /* the whole head is here */
            begin_frame(c, bytes.ptr, len);
            bytes = px_slice_after(bytes, len);
        } else {
            c->head[c->head_len++] = bytes.ptr[0];
            bytes = px_slice_after(bytes, 1);
            if (c->head_len < 2 || c->head_len < head_length(c->head[1]))
                continue;
            begin_frame(c, c->head, c->head_len);
        }
        count += skip(c, &bytes);
    }
    return count;
}

/* ---- NATS ---- */

/* MSG SUBJECT SID LENGTH; other lines have nothing behind them. */
static void begin_line(frame_counter *c) {
    c->head[c->head_len] = '\0';
    c->head_len = 0;
    if (strncmp(c->head, "-ERR", 4) == 0)
        bench_fail("the server complains: %s", c->head);
    if (strncmp(c->head, "MSG ", 4) != 0)
        return;
    c->counts = true;
    c->skip = strtoull(strrchr(c->head, ' '), NULL, 10) + strlen("\r\n");
}

uint64_t frame_counter_nats(frame_counter *c, px_slice bytes) {
    uint64_t count = skip(c, &bytes);
    while (bytes.len) {
        const char *end = memchr(bytes.ptr, '\n', bytes.len);
        size_t len = end ? (size_t)(end - bytes.ptr) + 1 : bytes.len;
        if (c->head_len + len >= sizeof(c->head))
            bench_fail("the server says a line that is too long");
        memcpy(c->head + c->head_len, bytes.ptr, len);
        c->head_len = (uint8_t)(c->head_len + len);
        bytes = px_slice_after(bytes, len);
        if (!end)
            break;
        begin_line(c);
        count += skip(c, &bytes);
    }
    return count;
}
