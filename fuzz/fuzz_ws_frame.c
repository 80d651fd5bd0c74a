/* The WebSocket frame decoder beside wslay, on the same bytes: the same messages, and the same
 * close code for what is refused, however the bytes are cut into pieces.
 *
 * The first byte says which side's stream it is and how it is cut. */
#include <stdio.h>

#include "fuzz.h"
#include "net/ws_frame.h"
#include "ws_oracle.h"
#include "ws_stream.h"

enum { MAX_MESSAGE = 600, MAX_LOG = 1 << 24 };

static px_buffer new_log(void) {
    px_buffer log;
    px_buffer_init(&log, &test_malloc, MAX_LOG);
    return log;
}

/* Takes the last line off the log. */
static px_slice cut_last_line(px_slice *log) {
    size_t start = log->len ? log->len - 1 : 0;
    while (start > 0 && log->ptr[start - 1] != '\n')
        start--;
    px_slice line = px_slice_after(*log, start);
    log->len = start;
    return line;
}

/* Do our decoder and wslay differ in one of the ways that ws_oracle.h explains? */
static bool is_excused(px_slice ours, px_slice theirs) {
    static const struct {
        px_slice theirs;
        px_slice ours[3];
    } DIFFERENCES[] = {
        {PX_LITERAL("close 0 "), {PX_LITERAL("failed 1002")}},
        {PX_LITERAL("failed 1002"),
         {PX_LITERAL("close 1012 "), PX_LITERAL("close 1013 "), PX_LITERAL("close 1014 ")}},
    };
    px_slice verdict = cut_last_line(&theirs);
    if (!px_slice_starts_with(ours, theirs))
        return false;
    ours = px_slice_after(ours, theirs.len);
    if (px_slice_starts_with(verdict, PX_SLICE("failed 1007"))) /* a text that we must not take */
        return !px_slice_starts_with(ours, PX_SLICE("text ")) &&
               !px_slice_starts_with(ours, PX_SLICE("binary "));
    for (size_t i = 0; i < sizeof(DIFFERENCES) / sizeof(*DIFFERENCES); i++)
        for (size_t k = 0; k < 3 && px_slice_starts_with(verdict, DIFFERENCES[i].theirs); k++)
            if (DIFFERENCES[i].ours[k].len && px_slice_starts_with(ours, DIFFERENCES[i].ours[k]))
                return true;
    return false;
}

/* The stream ends with zeros: a head that is wrong is seen by its first bytes or only when it is
 * whole, and so both see it whole. */
static px_buffer padded(px_slice stream) {
    static const char PADDING[PX_WS_MAX_HEAD];
    px_buffer out;
    px_buffer_init(&out, &test_malloc, stream.len + sizeof(PADDING));
    FUZZ_CHECK(px_buffer_append(&out, stream) == PX_OK);
    FUZZ_CHECK(px_buffer_append(&out, px_slice_of(PADDING, sizeof(PADDING))) == PX_OK);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    bool masked = data[0] & 1;
    size_t piece = 1 + (data[0] >> 1);
    px_buffer bytes = padded(px_slice_of((const char *)data + 1, size - 1));
    px_slice stream = px_buffer_slice(&bytes);
    px_buffer whole = new_log();
    px_buffer pieces = new_log();
    px_buffer theirs = new_log();
    ws_feed(stream, (ws_feeding){0, 0, MAX_MESSAGE, masked}, &whole);
    ws_feed(stream, (ws_feeding){piece / 2, piece, MAX_MESSAGE, masked}, &pieces);
    ws_ask_wslay(stream, MAX_MESSAGE, masked, &theirs);
    FUZZ_CHECK(px_slice_equal(px_buffer_slice(&whole), px_buffer_slice(&pieces)));
    if (!px_slice_equal(px_buffer_slice(&whole), px_buffer_slice(&theirs)) &&
        !is_excused(px_buffer_slice(&whole), px_buffer_slice(&theirs))) {
        fprintf(stderr, "ours:\n%.*s\nwslay:\n%.*s\n", (int)whole.len, whole.data, (int)theirs.len,
                theirs.data);
        fuzz_fail(__FILE__, __LINE__, "the same messages");
    }
    px_buffer_free(&bytes);
    px_buffer_free(&whole);
    px_buffer_free(&pieces);
    px_buffer_free(&theirs);
    return 0;
}
