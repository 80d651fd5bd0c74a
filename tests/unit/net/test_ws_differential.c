/* The decoder beside wslay's, on generated streams: both must take the same messages, and refuse
 * the same streams with the same close code. The known differences (see ws_oracle.h) are kept out
 * of the streams. */
#include "memory.h"
#include "ws_oracle.h"
#include "ws_stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MAX_MESSAGE = 1000, STREAMS = 3000, MAX_STREAM = 65536 };

/* ---- Streams ---- */

typedef struct generator {
    test_random random;
    px_buffer stream;
    bool masked;
    bool fragmented; /* a fragmented message is open */
} generator;

static bool one_in(generator *g, size_t n) {
    return test_random_below(&g->random, n) == 0;
}

/* Text with characters of every length. */
static size_t random_text(generator *g, char *out, size_t len) {
    static const px_slice CHARACTERS[] = {PX_LITERAL("a"), PX_LITERAL("\""), PX_LITERAL("\xc3\xa9"),
                                          PX_LITERAL("\xe2\x82\xac"),
                                          PX_LITERAL("\xf0\x9f\x98\x80")};
    size_t used = 0;
    while (used + 4 <= len) {
        px_slice c = CHARACTERS[one_in(g, 8) ? test_random_below(&g->random, 5) : 0];
        memcpy(out + used, c.ptr, c.len);
        used += c.len;
    }
    return used;
}

static size_t random_length(generator *g) {
    static const size_t LIMITS[] = {4, 20, 140, 400};
    return test_random_below(&g->random, LIMITS[test_random_below(&g->random, 4)]);
}

static uint16_t random_close_code(generator *g) {
    static const uint16_t CODES[] = {999,  1000, 1003, 1004, 1005, 1006, 1007, 1011,
                                     1015, 1016, 2999, 3000, 4000, 4999, 5000};
    return CODES[test_random_below(&g->random, sizeof(CODES) / sizeof(CODES[0]))];
}

static void add_control(generator *g, uint8_t opcode) {
    char payload[125];
    size_t len = random_text(g, payload, test_random_below(&g->random, sizeof(payload) + 1));
    if (opcode == PX_WS_CLOSE && len < 2)
        len = 0;
    if (opcode == PX_WS_CLOSE && len) {
        memset(payload, 'r', len); /* the code may cut a character */
        uint16_t code = random_close_code(g);
        payload[0] = (char)(code >> 8);
        payload[1] = (char)code;
    }
    ws_append_shape(
        &g->stream,
        (ws_shape){.opcode = opcode, .masked = g->masked, .payload = px_slice_of(payload, len)});
}

/* A data frame that the protocol allows here. */
static void add_data(generator *g) {
    char payload[400];
    size_t len = random_text(g, payload, random_length(g));
    uint8_t opcode = one_in(g, 2) ? PX_WS_TEXT : PX_WS_BINARY;
    bool last = !one_in(g, 3);
    ws_append_shape(&g->stream, (ws_shape){.not_final = !last,
                                           .opcode = g->fragmented ? PX_WS_CONTINUATION : opcode,
                                           .masked = g->masked,
                                           .payload = px_slice_of(payload, len)});
    g->fragmented = !last;
}

static void add_frames(generator *g) {
    for (size_t count = test_random_below(&g->random, 12); count > 0; count--) {
        if (one_in(g, 4))
            add_control(g, one_in(g, 2) ? PX_WS_PING : PX_WS_PONG);
        else
            add_data(g);
    }
}

/* A frame of any shape: mostly one that the protocol forbids. */
static void add_any(generator *g) {
    static const unsigned FORMS[] = {0, 0, 2, 8};
    char payload[400] = {0};
    size_t len = random_text(g, payload, random_length(g));
    unsigned form = FORMS[test_random_below(&g->random, 4)];
    uint8_t opcode = (uint8_t)test_random_below(&g->random, 16);
    if (opcode == PX_WS_CLOSE && len == 1)
        len = 2;
    ws_append_shape(&g->stream, (ws_shape){.not_final = one_in(g, 3),
                                           .reserved = one_in(g, 8) ? 4 : 0,
                                           .opcode = opcode,
                                           .masked = g->masked != one_in(g, 8),
                                           .length_bytes = form,
                                           .payload = px_slice_of(payload, len)});
}

/* The right frame, with random bytes in it. */
static void add_garbage(generator *g) {
    char payload[8];
    size_t len = test_random_below(&g->random, sizeof(payload));
    for (size_t i = 0; i < len; i++)
        payload[i] = (char)test_random_next(&g->random);
    ws_append_shape(&g->stream,
                    (ws_shape){.opcode = g->fragmented ? PX_WS_CONTINUATION : PX_WS_TEXT,
                               .masked = g->masked,
                               .payload = px_slice_of(payload, len)});
}

static void add_close(generator *g) {
    add_control(g, PX_WS_CLOSE);
}

static void add_nothing(generator *g) {
    (void)g;
}

static void generate(generator *g, uint64_t seed) {
    static void (*const ENDS[])(generator *) = {add_any, add_garbage, add_close, add_nothing};
    g->random.state = seed;
    g->masked = one_in(g, 2);
    g->fragmented = false;
    px_buffer_clear(&g->stream);
    add_frames(g);
    ENDS[test_random_below(&g->random, 4)](g);
}

/* ---- The comparison ---- */

static bool has(const px_buffer *log, const char *word) {
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= log->len; i++)
        if (memcmp(log->data + i, word, len) == 0)
            return true;
    return false;
}

static void same_as_wslay(void **state) {
    (void)state;
    generator g;
    px_buffer ours, theirs;
    px_buffer_init(&g.stream, &test_malloc, MAX_STREAM);
    px_buffer_init(&ours, &test_malloc, MAX_STREAM);
    px_buffer_init(&theirs, &test_malloc, MAX_STREAM);
    size_t refused = 0, closed = 0;
    for (uint64_t seed = 0; seed < STREAMS; seed++) {
        generate(&g, seed);
        px_buffer_clear(&ours);
        px_buffer_clear(&theirs);
        size_t piece = 1 + test_random_below(&g.random, 300);
        ws_feed(px_buffer_slice(&g.stream), (ws_feeding){piece, piece, MAX_MESSAGE, g.masked},
                &ours);
        ws_ask_wslay(px_buffer_slice(&g.stream), MAX_MESSAGE, g.masked, &theirs);
        if (!px_slice_equal(px_buffer_slice(&ours), px_buffer_slice(&theirs)))
            fail_msg("seed %u:\nours:\n%.*s\nwslay:\n%.*s", (unsigned)seed, (int)ours.len,
                     ours.data, (int)theirs.len, theirs.data);
        refused += has(&ours, "failed ");
        closed += has(&ours, "close ");
    }
    assert_true(refused > STREAMS / 10); /* the streams are worth something */
    assert_true(closed > STREAMS / 10);
    assert_true(refused + closed < STREAMS / 10 * 8);
    px_buffer_free(&g.stream);
    px_buffer_free(&ours);
    px_buffer_free(&theirs);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_as_wslay)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
