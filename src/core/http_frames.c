#include "core/http_frames.h"

#include "base/plant.h"
#include "core/fields.h"

enum { KEPT_BUFFER = 4096, ABNORMAL = 1006 };

void px_http_frames_init(px_http_frames *frames, const px_allocator *allocator) {
    *frames = (px_http_frames){0};
    px_buffer_init(&frames->begun, allocator, PX_MAX_HTTP_LINE);
}

void px_http_frames_free(px_http_frames *frames) {
    px_buffer_free(&frames->begun);
}

static void clear(px_http_frames *frames) {
    if (frames->begun.capacity > KEPT_BUFFER)
        px_buffer_free(&frames->begun);
    px_buffer_clear(&frames->begun);
}

void px_http_frames_restart(px_http_frames *frames) {
    clear(frames);
    frames->received = 0;
    frames->had_frame = false;
}

/* ---- Lines ---- */

static px_http_frame_kind kind_of(char letter) {
    switch (letter) {
    case 'o':
        return PX_HTTP_FRAME_OPEN;
    case 'a':
        return PX_HTTP_FRAME_MESSAGES;
    case 'm':
        return PX_HTTP_FRAME_MESSAGE;
    case 'h':
        return PX_HTTP_FRAME_HEARTBEAT;
    case 'c':
        return PX_HTTP_FRAME_CLOSE;
    default:
        return PX_HTTP_FRAME_UNKNOWN;
    }
}

static px_http_frame frame_of(px_slice line) {
    if (line.len == 0)
        return (px_http_frame){.kind = PX_HTTP_FRAME_UNKNOWN};
    return (px_http_frame){kind_of(line.ptr[0]), line, px_slice_after(line, 1)};
}

/* The line whose end is at the front of the piece, together with what came of it before. */
static int join(px_http_frames *frames, px_arena *memory, px_slice end, px_slice *line) {
    if (end.len > PX_MAX_HTTP_LINE - frames->begun.len)
        return PX_ERR_LIMIT;
    void *joined;
    int result = px_arena_alloc(memory, frames->begun.len + end.len, &joined);
    if (result != PX_OK)
        return result;
    memcpy(joined, frames->begun.data, frames->begun.len);
    if (end.len)
        memcpy((char *)joined + frames->begun.len, end.ptr, end.len);
    *line = px_slice_of(joined, frames->begun.len + end.len);
    clear(frames);
    return PX_OK;
}

/* The length in UTF-16 units: one for each code point, two for those of four bytes. A cut within one
 * does no harm. */
static uint64_t utf16_units(px_slice text) {
    uint64_t units = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        units += (unsigned)((byte & 0xc0) != 0x80) + (byte >= 0xf0);
    }
    return units;
}

int px_http_frames_next(px_http_frames *frames, px_arena *memory, px_slice *piece,
                        px_http_frame *frame) {
    const char *newline = piece->len ? memchr(piece->ptr, '\n', piece->len) : NULL;
    if (!newline) {
        int result = px_buffer_append(&frames->begun, *piece);
        frames->received += utf16_units(*piece);
        *piece = px_slice_after(*piece, piece->len);
        *frame = (px_http_frame){.kind = PX_HTTP_FRAME_NONE};
        return result;
    }
    px_slice line = px_slice_of(piece->ptr, (size_t)(newline - piece->ptr));
    frames->received += utf16_units(line) + 1;
    *piece = px_slice_after(*piece, line.len + 1);
    int result = line.len > PX_MAX_HTTP_LINE ? PX_ERR_LIMIT : PX_OK;
    if (frames->begun.len && !PX_PLANTED(CUT_FRAME))
        result = join(frames, memory, line, &line);
    if (result != PX_OK)
        return result;
    frames->had_frame = frames->had_frame || line.len;
    *frame = frame_of(line);
    return PX_OK;
}

/* ---- Payloads ---- */

static int bad(px_json_error error, px_slice *why) {
    *why = px_slice_of_text(px_json_error_text(error));
    return PX_ERR_SYNTAX;
}

/* Reads to the end of the payload; its first token has been read. */
static int check(px_json_reader *reader, px_json_token token, px_slice *why) {
    if (token != PX_JSON_ERROR && px_json_skip(reader, token) &&
        px_json_next(reader) == PX_JSON_END)
        return PX_OK;
    return bad(reader->error, why);
}

/* The text of a string that the reader has just read. */
static int text_of(px_slice raw, bool escaped, px_arena *memory, px_slice *text) {
    if (!escaped) {
        *text = raw;
        return PX_OK;
    }
    void *unescaped;
    int result = px_arena_alloc(memory, raw.len, &unescaped);
    if (result == PX_OK)
        *text = px_slice_of(unescaped, px_json_unescape_to(raw, unescaped));
    return result;
}

int px_http_messages_begin(px_http_messages *messages, const px_http_frame *frame, px_slice *why) {
    px_json_reader *reader = &messages->reader;
    messages->one = frame->kind == PX_HTTP_FRAME_MESSAGE;
    px_json_reader_init(reader, frame->payload);
    px_json_token token = px_json_next(reader);
    if (!messages->one && token != PX_JSON_ARRAY_BEGIN && token != PX_JSON_ERROR)
        return bad(PX_JSON_ERROR_UNEXPECTED, why);
    int result = check(reader, token, why);
    if (result != PX_OK)
        return result;
    px_json_reader_init(reader, frame->payload);
    if (!messages->one)
        px_json_next(reader);
    return PX_OK;
}

int px_http_messages_next(px_http_messages *messages, px_arena *memory, px_slice *message) {
    px_json_reader *reader = &messages->reader;
    px_json_token token = px_json_next(reader);
    if (PX_PLANTED(LAST_MESSAGE) && reader->position + 1 == reader->input.len &&
        reader->position > reader->text.len + sizeof("[''"))
        return PX_ERR_NOT_FOUND;
    if (token == PX_JSON_STRING)
        return text_of(reader->text, reader->escaped, memory, message);
    if (token == PX_JSON_END || token == PX_JSON_ERROR || token == PX_JSON_ARRAY_END ||
        !px_json_raw(reader, token, message))
        return PX_ERR_NOT_FOUND;
    return PX_OK;
}

int px_http_frame_close(const px_http_frame *frame, px_arena *memory, uint16_t *code,
                        px_slice *reason, px_slice *why) {
    px_json_reader reader;
    int64_t number;
    px_slice text = px_slice_of(NULL, 0);
    px_http_messages whole;
    int result = px_http_messages_begin(&whole, frame, why);
    if (result != PX_OK)
        return result;
    reader = whole.reader;
    px_json_token token = px_json_next(&reader);
    bool has_code = token == PX_JSON_NUMBER && px_json_to_i64(reader.text, &number) && number > 0 &&
                    number <= UINT16_MAX;
    if (token != PX_JSON_ARRAY_END && px_json_skip(&reader, token) &&
        px_json_next(&reader) == PX_JSON_STRING)
        result = text_of(reader.text, reader.escaped, memory, &text);
    if (result != PX_OK)
        return result;
    *code = has_code ? (uint16_t)number : ABNORMAL;
    *reason = text;
    return PX_OK;
}

int px_http_frame_hostname(const px_http_frame *frame, px_arena *memory, px_slice *hostname,
                           px_slice *why) {
    *hostname = px_slice_of(NULL, 0);
    if (frame->payload.len == 0)
        return PX_OK;
    px_field field = {.name = PX_LITERAL("hostname")};
    px_json_error error = px_fields_read(frame->payload, &field, 1);
    if (error != PX_JSON_ERROR_NONE)
        return bad(error, why);
    return px_field_is_string(&field) ? text_of(field.value, field.escaped, memory, hostname)
                                      : PX_OK;
}
