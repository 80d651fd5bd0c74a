/* What SockJS frames are made of: reading what clients send, quoting what they are sent. Whatever is
 * quoted must read back as it was; whatever is taken for messages must be an array of strings. */
#include "base/utf8.h"
#include "fuzz.h"
#include "server/host_frame.h"
#include "server/host_sockjs.h"
#include "json/reader.h"

enum { MAX_TEXT = 1 << 20 };

typedef struct count {
    size_t messages;
    size_t bytes;
} count;

static void take(void *context, px_slice text) {
    count *seen = context;
    fuzz_touch(text);
    seen->messages++;
    seen->bytes += text.len;
}

static void read_messages(px_arena *arena, px_slice body) {
    count seen = {0};
    const char *problem = px_sockjs_check_messages(body);
    if (problem) {
        FUZZ_CHECK(body.len == 0 || !px_json_valid(body) || strcmp(problem, "Payload expected."));
        return;
    }
    FUZZ_CHECK(px_json_valid(body));
    FUZZ_CHECK(px_sockjs_each_message(arena, body, take, &seen) == PX_OK);
    FUZZ_CHECK(seen.bytes + 2 * seen.messages <= body.len);
}

static void read_form(px_arena *arena, px_slice body) {
    px_slice json;
    FUZZ_CHECK(px_sockjs_form_field(arena, PX_SLICE("application/x-www-form-urlencoded"), body,
                                    &json) == PX_OK);
    fuzz_touch(json);
    read_messages(arena, json);
}

/* No byte below the blank, and none of the characters that the protocol wants escaped. */
static void check_quoted(px_slice quoted, bool in_script) {
    FUZZ_CHECK(px_json_valid(quoted) && px_utf8_valid(quoted));
    for (size_t i = 0; i < quoted.len; i++) {
        FUZZ_CHECK((unsigned char)quoted.ptr[i] >= ' ' && !(in_script && quoted.ptr[i] == '<'));
        FUZZ_CHECK(i + 2 >= quoted.len || memcmp(quoted.ptr + i, "\u2028", 3) != 0);
        FUZZ_CHECK(i + 2 >= quoted.len || memcmp(quoted.ptr + i, "\ufff9", 3) != 0);
    }
}

static void quote(px_slice text, int (*write)(px_buffer *out, px_slice text), bool in_script) {
    px_buffer out, back;
    px_buffer_init(&out, &test_malloc, MAX_TEXT);
    px_buffer_init(&back, &test_malloc, MAX_TEXT);
    FUZZ_CHECK(write(&out, text) == PX_OK);
    check_quoted(px_buffer_slice(&out), in_script);
    FUZZ_CHECK(px_json_unescape(px_slice_of(out.data + 1, out.len - 2), &back) == PX_OK);
    if (px_utf8_valid(text))
        FUZZ_CHECK(px_slice_equal(px_buffer_slice(&back), text));
    px_buffer_free(&out);
    px_buffer_free(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    px_arena arena;
    fuzz_copy copy = fuzz_copy_of(px_slice_of((const char *)data, size));
    px_arena_init(&arena, &test_malloc, MAX_TEXT);
    read_messages(&arena, copy.bytes);
    read_form(&arena, copy.bytes);
    quote(copy.bytes, px_frame_quote, false);
    quote(copy.bytes, px_frame_quote_script, true);
    px_arena_free(&arena);
    fuzz_copy_free(&copy);
    return 0;
}
