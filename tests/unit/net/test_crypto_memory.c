/* OpenSSL without memory: each of its allocations fails in turn, and whatever is asked of it says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "memory.h"
#include "net/channel_secret.h"
#include "net/signature.h"
#include "net/ws_frame.h"
#include "net/ws_handshake.h"

/* ---- OpenSSL's memory ---- */

static size_t calls;
static size_t fail_at; /* 0: none */
static size_t live;

static bool fails(void) {
    return ++calls == fail_at;
}

static void *counting_malloc(size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    void *block = fails() ? NULL : malloc(size);
    live += block != NULL;
    return block;
}

static void counting_free(void *block, const char *file, int line) {
    (void)file;
    (void)line;
    live -= block != NULL;
    free(block);
}

static void *counting_realloc(void *block, size_t size, const char *file, int line) {
    if (!block)
        return counting_malloc(size, file, line);
    return fails() ? NULL : realloc(block, size);
}

/* ---- What is asked of it: the result, and at most LENGTH bytes ---- */

enum { LENGTH = 256 };

static const px_slice SECRET = PX_LITERAL("secret");
static const px_slice KEY = PX_LITERAL("dGhlIHNhbXBsZSBub25jZQ=="); /* RFC 6455 section 1.3 */
static const char REPLY[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static int sign(char *out) {
    const px_slice parts[] = {PX_LITERAL("a"), PX_LITERAL(""), PX_LITERAL("b")};
    return px_signature(SECRET, parts, 3, out);
}

/* What can't be checked is not right. */
static int verify(char *out) {
    const px_slice parts[] = {PX_LITERAL("a")};
    char right[PX_SIGNATURE_LENGTH];
    size_t planned = fail_at;
    size_t made = calls;
    fail_at = 0;
    assert_int_equal(px_signature(SECRET, parts, 1, right), PX_OK);
    fail_at = planned;
    calls = made;
    bool good = px_signature_verify(SECRET, parts, 1, px_slice_of(right, sizeof(right)));
    if (good)
        out[0] = 'y';
    return good ? PX_OK : PX_ERR_NO_MEMORY;
}

static int md5(char *out) {
    return px_md5(PX_SLICE("body"), out);
}

static int derive_master_key(char *out) {
    unsigned char key[PX_MASTER_KEY_BYTES];
    int result = px_master_key_of(PX_SLICE("text"), key);
    if (result == PX_OK)
        memcpy(out, key, sizeof(key));
    return result;
}

static int derive_secret(char *out) {
    static const unsigned char MASTER_KEY[PX_MASTER_KEY_BYTES] = "a key";
    return px_channel_secret(PX_SLICE("private-encrypted-a"), MASTER_KEY, out);
}

static int accept_key(char *out) {
    return px_ws_accept(KEY, out);
}

static int answer_upgrade(char *out) {
    px_buffer answer;
    px_buffer_init(&answer, &test_malloc, LENGTH);
    int result = px_ws_accept_reply(&answer, KEY);
    memcpy(out, answer.data ? answer.data : out, answer.len);
    px_buffer_free(&answer);
    return result;
}

static int read_answer(char *out) {
    size_t head_len = 0;
    int status = 0;
    const char *why = NULL;
    px_ws_reply reply = px_ws_read_reply(px_slice_of_text(REPLY), KEY, &head_len, &status, &why);
    if (reply == PX_WS_REPLY_ACCEPTED) {
        out[0] = 'y';
        return PX_OK;
    }
    assert_int_equal(reply, PX_WS_REPLY_REFUSED);
    assert_string_equal(why, "out of memory");
    return PX_ERR_NO_MEMORY;
}

/* ---- Failing ---- */

static void fail_each(int (*ask)(char *out)) {
    static const char NOTHING[LENGTH];
    char expected[LENGTH] = "";
    char out[LENGTH];
    assert_int_equal(ask(expected), PX_OK); /* OpenSSL keeps what it has looked up */
    assert_memory_not_equal(expected, NOTHING, LENGTH);
    size_t before = live;
    int result = PX_ERR_NO_MEMORY;
    size_t failures = 0;
    for (size_t i = 1; result != PX_OK || calls >= i; i++) {
        memset(out, 0, sizeof(out));
        calls = 0;
        fail_at = i;
        result = ask(out);
        fail_at = 0;
        failures += result != PX_OK;
        assert_true(result == PX_OK || result == PX_ERR_NO_MEMORY);
        assert_memory_equal(out, result == PX_OK ? expected : NOTHING, LENGTH);
        ERR_clear_error();
        assert_int_equal(live, before);
    }
    assert_true(failures > 0);
}

static void each_allocation_fails(void **state) {
    (void)state;
    static int (*const QUESTIONS[])(char *out) = {
        sign,       verify,         md5,         derive_master_key, derive_secret,
        accept_key, answer_upgrade, read_answer,
    };
    for (size_t i = 0; i < sizeof(QUESTIONS) / sizeof(*QUESTIONS); i++)
        fail_each(QUESTIONS[i]);
}

/* No memory holds such a payload, and none is asked for. */
static void frame_beyond_all_memory(void **state) {
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory);
    px_buffer out;
    px_buffer_init(&out, &memory.allocator, SIZE_MAX);
    assert_int_equal(px_ws_encode(&out, PX_WS_TEXT, px_slice_of("", SIZE_MAX), NULL), PX_ERR_LIMIT);
    assert_int_equal(memory.calls, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_fails),
        cmocka_unit_test(frame_beyond_all_memory),
    };
    if (!CRYPTO_set_mem_functions(counting_malloc, counting_realloc, counting_free))
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
