/* What an HTTP transport receives, whole and in pieces: the same frames and messages come out. And
 * jansson reads the same texts where it takes them. The first byte says how the input is cut. */
#include <jansson.h>

#include "fuzz.h"
#include "http_frames_reading.h"

static void read_in_pieces(http_frames_reading *reading, px_slice input, size_t size) {
    while (input.len) {
        fuzz_copy piece = fuzz_copy_of(px_slice_of(input.ptr, input.len < size ? input.len : size));
        http_frames_read(reading, piece.bytes);
        input = px_slice_after(input, piece.bytes.len);
        fuzz_copy_free(&piece);
    }
}

/* The messages of one frame are the strings that jansson finds. */
static void compare_strings(const px_http_frame *frame, px_arena *memory, json_t *array) {
    px_http_messages messages;
    px_slice text;
    size_t index;
    json_t *element;
    FUZZ_CHECK(px_http_messages_begin(&messages, frame, &text) == PX_OK);
    json_array_foreach(array, index, element) {
        FUZZ_CHECK(px_http_messages_next(&messages, memory, &text) == PX_OK);
        px_slice same = px_slice_of(json_string_value(element), json_string_length(element));
        FUZZ_CHECK(!json_is_string(element) || px_slice_equal(same, text));
        FUZZ_CHECK(text.len > 0 || json_is_string(element));
    }
    FUZZ_CHECK(px_http_messages_next(&messages, memory, &text) == PX_ERR_NOT_FOUND);
}

static void compare_with_jansson(px_slice input) {
    px_http_frames frames;
    px_arena memory;
    px_http_frame frame;
    px_http_frames_init(&frames, &test_malloc);
    px_arena_init(&memory, &test_malloc, 4 * (size_t)PX_MAX_HTTP_LINE);
    while (px_http_frames_next(&frames, &memory, &input, &frame) == PX_OK && frame.kind) {
        /* jansson overlooks a NUL behind a number. */
        bool has_nul = frame.payload.len && memchr(frame.payload.ptr, '\0', frame.payload.len);
        if (frame.kind != PX_HTTP_FRAME_MESSAGES || has_nul)
            continue;
        json_t *array = json_loadb(frame.payload.ptr, frame.payload.len, JSON_ALLOW_NUL, NULL);
        if (json_is_array(array))
            compare_strings(&frame, &memory, array);
        json_decref(array);
    }
    px_http_frames_free(&frames);
    px_arena_free(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    px_slice input = px_slice_of((const char *)data + 1, size - 1);
    test_allocator memory;
    test_allocator_init(&memory);
    http_frames_reading whole;
    http_frames_reading pieces;
    http_frames_reading_begin(&whole, &memory.allocator);
    http_frames_reading_begin(&pieces, &memory.allocator);
    read_in_pieces(&whole, input, SIZE_MAX);
    read_in_pieces(&pieces, input, 1 + data[0] % 64);
    FUZZ_CHECK(whole.result == PX_OK && pieces.result == PX_OK);
    FUZZ_CHECK(px_slice_equal(px_buffer_slice(&whole.said), px_buffer_slice(&pieces.said)));
    http_frames_reading_end(&whole);
    http_frames_reading_end(&pieces);
    FUZZ_CHECK(memory.live_blocks == 0);
    compare_with_jansson(input);
    return 0;
}
