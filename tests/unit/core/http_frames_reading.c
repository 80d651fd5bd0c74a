#include "http_frames_reading.h"

#include <stdlib.h>

#include "memory.h"

enum { SAID_MAX = 1 << 26 };

void http_frames_reading_begin(http_frames_reading *reading, const px_allocator *allocator) {
    *reading = (http_frames_reading){0};
    px_http_frames_init(&reading->frames, allocator);
    px_arena_init(&reading->memory, allocator, 4 * (size_t)PX_MAX_HTTP_LINE);
    px_buffer_init(&reading->said, &test_malloc, SAID_MAX);
}

void http_frames_reading_end(http_frames_reading *reading) {
    px_http_frames_free(&reading->frames);
    px_arena_free(&reading->memory);
    px_buffer_free(&reading->said);
}

static void say(http_frames_reading *reading, const char *what, px_slice detail) {
    if (px_buffer_append(&reading->said, px_slice_of_text(what)) != PX_OK ||
        px_buffer_append(&reading->said, PX_SLICE(" ")) != PX_OK ||
        px_buffer_append(&reading->said, detail) != PX_OK ||
        px_buffer_append(&reading->said, PX_SLICE("\n")) != PX_OK)
        abort();
}

static void read_messages(http_frames_reading *reading, const px_http_frame *frame) {
    px_http_messages messages;
    px_slice text;
    int result = px_http_messages_begin(&messages, frame, &text);
    if (result != PX_OK) {
        say(reading, "bad", text);
        return;
    }
    while ((result = px_http_messages_next(&messages, &reading->memory, &text)) == PX_OK)
        say(reading, "message", text);
    if (result != PX_ERR_NOT_FOUND)
        abort();
}

static void read_close(http_frames_reading *reading, const px_http_frame *frame) {
    uint16_t code;
    px_slice text;
    px_slice why;
    char digits[20];
    int result = px_http_frame_close(frame, &reading->memory, &code, &text, &why);
    if (result != PX_OK) {
        say(reading, "bad", why);
        return;
    }
    say(reading, "code", px_slice_of(digits, px_u64_to_text(code, digits)));
    say(reading, "reason", text);
}

static void read_open(http_frames_reading *reading, const px_http_frame *frame) {
    px_slice host;
    px_slice why;
    int result = px_http_frame_hostname(frame, &reading->memory, &host, &why);
    say(reading, result == PX_OK ? "open" : "bad", result == PX_OK ? host : why);
}

static void read_frame(http_frames_reading *reading, const px_http_frame *frame) {
    switch (frame->kind) {
    case PX_HTTP_FRAME_NONE:
        break;
    case PX_HTTP_FRAME_OPEN:
        read_open(reading, frame);
        break;
    case PX_HTTP_FRAME_MESSAGES:
    case PX_HTTP_FRAME_MESSAGE:
        read_messages(reading, frame);
        break;
    case PX_HTTP_FRAME_HEARTBEAT:
        say(reading, "heartbeat", PX_SLICE(""));
        break;
    case PX_HTTP_FRAME_CLOSE:
        read_close(reading, frame);
        break;
    case PX_HTTP_FRAME_UNKNOWN:
        say(reading, "unknown", frame->line);
        break;
    }
}

void http_frames_read(http_frames_reading *reading, px_slice piece) {
    px_http_frame frame = {.kind = PX_HTTP_FRAME_UNKNOWN};
    while (reading->result == PX_OK && frame.kind != PX_HTTP_FRAME_NONE) {
        reading->result = px_http_frames_next(&reading->frames, &reading->memory, &piece, &frame);
        if (reading->result == PX_OK)
            read_frame(reading, &frame);
    }
    px_arena_reset(&reading->memory);
}
