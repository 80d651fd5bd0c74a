/* The server's answer to our WebSocket handshake: whatever it is, the verdict must be the same for
 * all the bytes at once and for every beginning of them that is enough for a verdict. */
#include "fuzz.h"
#include "net/ws_handshake.h"

/* The key of RFC 6455 section 1.3; its answer is s3pPLMBiTxaQ9kYGzzhZRbK+xOo=. */
static const px_slice KEY = PX_LITERAL("dGhlIHNhbXBsZSBub25jZQ==");

enum { MAX_HEAD = 16384, STEPS = 64 };

typedef struct verdict {
    px_ws_reply reply;
    size_t head_len;
    int status;
} verdict;

static verdict judge(px_slice bytes) {
    fuzz_copy copy = fuzz_copy_of(bytes);
    verdict found = {.status = 0};
    const char *why = NULL;
    found.reply = px_ws_read_reply(copy.bytes, KEY, &found.head_len, &found.status, &why);
    if (found.reply == PX_WS_REPLY_REFUSED)
        FUZZ_CHECK(why && *why);
    if (found.reply == PX_WS_REPLY_ACCEPTED)
        FUZZ_CHECK(found.head_len >= 4 && found.head_len <= bytes.len &&
                   memcmp(bytes.ptr + found.head_len - 4, "\r\n\r\n", 4) == 0);
    fuzz_copy_free(&copy);
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    px_slice bytes = px_slice_of((const char *)data, size);
    verdict whole = judge(bytes);
    FUZZ_CHECK(whole.reply != PX_WS_REPLY_MORE || size <= MAX_HEAD);
    for (size_t step = 0; step < STEPS; step++) {
        verdict early = judge(px_slice_of(bytes.ptr, size * step / STEPS));
        if (early.reply != PX_WS_REPLY_MORE)
            FUZZ_CHECK(early.reply == whole.reply && early.head_len == whole.head_len);
    }
    if (whole.reply == PX_WS_REPLY_ACCEPTED) {
        FUZZ_CHECK(judge(px_slice_of(bytes.ptr, whole.head_len)).reply == PX_WS_REPLY_ACCEPTED);
        FUZZ_CHECK(judge(px_slice_of(bytes.ptr, whole.head_len - 1)).reply == PX_WS_REPLY_MORE);
    }
    return 0;
}
