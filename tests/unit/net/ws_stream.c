#include "ws_stream.h"

#include "memory.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void append(px_buffer *out, px_slice bytes) {
    assert_int_equal(px_buffer_append(out, bytes), PX_OK);
}

static void append_number(px_buffer *out, uint64_t value, unsigned count) {
    while (count-- > 0)
        assert_int_equal(px_buffer_append_byte(out, (char)(value >> (8 * count))), PX_OK);
}

static unsigned shortest_form(size_t len) {
    return len < 126 ? 0 : len <= 0xffff ? 2 : 8;
}

void ws_append_shape(px_buffer *out, ws_shape shape) {
    size_t len = shape.payload.len;
    unsigned extension = shape.length_bytes ? shape.length_bytes : shortest_form(len);
    uint8_t short_length = extension == 8 ? 127 : extension == 2 ? 126 : (uint8_t)len;
    append_number(out,
                  (shape.not_final ? 0u : 0x80u) | (unsigned)shape.reserved << 4 | shape.opcode, 1);
    append_number(out, (shape.masked ? 0x80u : 0u) | short_length, 1);
    append_number(out, len, extension);
    if (!shape.masked) {
        append(out, shape.payload);
        return;
    }
    uint8_t mask[4] = {0x5a, 0xc3, (uint8_t)len, 0xff};
    append(out, px_slice_of((const char *)mask, sizeof(mask)));
    for (size_t i = 0; i < len; i++)
        append_number(out, (unsigned char)shape.payload.ptr[i] ^ mask[i % 4], 1);
}

void ws_log(px_buffer *log, uint8_t opcode, uint16_t close_code, px_slice payload) {
    static const char *const NAMES[16] = {
        [PX_WS_TEXT] = "text ", [PX_WS_BINARY] = "binary ", [PX_WS_CLOSE] = "close ",
        [PX_WS_PING] = "ping ", [PX_WS_PONG] = "pong ",
    };
    assert_true(opcode < 16 && NAMES[opcode]);
    append(log, px_slice_of_text(NAMES[opcode]));
    if (opcode == PX_WS_CLOSE) {
        assert_int_equal(px_buffer_append_u64(log, close_code), PX_OK);
        append(log, PX_SLICE(" "));
    }
    append(log, payload);
    append(log, PX_SLICE("\n"));
}

void ws_log_failure(px_buffer *log, uint16_t close_code) {
    append(log, PX_SLICE("failed "));
    assert_int_equal(px_buffer_append_u64(log, close_code), PX_OK);
    append(log, PX_SLICE("\n"));
}

/* Decodes what is pending until more is needed; false when the stream has ended. */
static bool decode_pending(px_ws_decoder *decoder, px_buffer *pending, px_buffer *log) {
    test_guarded guarded = test_guard(px_buffer_slice(pending));
    char *bytes = (char *)guarded.mapping + (guarded.bytes.ptr - (char *)guarded.mapping);
    size_t done = 0;
    bool open = true;
    while (open) {
        size_t consumed;
        px_ws_message message;
        px_ws_status status =
            px_ws_decode(decoder, bytes + done, pending->len - done, &consumed, &message);
        assert_true(consumed <= pending->len - done);
        done += consumed;
        if (status == PX_WS_NEED_MORE)
            break;
        if (status == PX_WS_FAILED) {
            assert_true(message.payload.len > 0); /* it says why */
            ws_log_failure(log, message.close_code);
            open = false;
        } else {
            ws_log(log, message.opcode, message.close_code, message.payload);
            open = message.opcode != PX_WS_CLOSE;
        }
    }
    test_unguard(&guarded);
    px_buffer_consume(pending, done);
    return open;
}

size_t ws_feed(px_slice stream, ws_feeding how, px_buffer *log) {
    test_allocator counting;
    test_allocator_init(&counting);
    px_ws_decoder decoder;
    px_ws_decoder_init(&decoder, &counting.allocator, how.max_message, how.masked);
    px_buffer pending;
    px_buffer_init(&pending, &test_malloc, SIZE_MAX);
    size_t piece = how.first;
    bool open = true;
    while (open && stream.len) {
        if (piece > stream.len || piece == 0)
            piece = stream.len;
        append(&pending, px_slice_of(stream.ptr, piece));
        stream = px_slice_after(stream, piece);
        open = decode_pending(&decoder, &pending, log);
        piece = how.next;
    }
    size_t left = pending.len + stream.len;
    px_buffer_free(&pending);
    px_ws_decoder_free(&decoder);
    assert_int_equal(counting.live_bytes, 0);
    return left;
}

/* SplitMix64. */
uint64_t test_random_next(test_random *random) {
    uint64_t mixed = random->state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
}

size_t test_random_below(test_random *random, size_t limit) {
    return (size_t)(test_random_next(random) % limit);
}
