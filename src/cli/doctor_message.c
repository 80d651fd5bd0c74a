/* The first message of a server. */
#include "cli/doctor_message.h"
#include "driver/memory.h"
#include "json/reader.h"

enum { MAX_TEXT = 65536 };

static void copy(px_slice text, char *out, size_t size) {
    snprintf(out, size, "%.*s", (int)(text.len < size ? text.len : size - 1),
             text.ptr ? text.ptr : "");
}

/* The member's value: a string unescaped into `out`, anything else as it stands. False: there is no
 * such member. */
static bool member(px_slice json, px_slice name, px_buffer *out) {
    px_json_reader reader;
    px_json_reader_init(&reader, json);
    if (px_json_next(&reader) != PX_JSON_OBJECT_BEGIN)
        return false;
    while (px_json_next(&reader) == PX_JSON_KEY) {
        bool found = px_slice_equal(reader.text, name);
        px_json_token token = px_json_next(&reader);
        px_slice raw;
        px_buffer_clear(out);
        if (found && token == PX_JSON_STRING)
            return px_json_unescape(reader.text, out) == PX_OK;
        if (found)
            return px_json_raw(&reader, token, &raw) && px_buffer_append(out, raw) == PX_OK;
        if (!px_json_skip(&reader, token))
            return false;
    }
    return false;
}

static void read_data(px_slice data, px_doctor_message *message, px_buffer *value) {
    if (message->kind == PX_DOCTOR_MESSAGE_ESTABLISHED) {
        if (member(data, PX_SLICE("socket_id"), value))
            copy(px_buffer_slice(value), message->socket_id, sizeof message->socket_id);
        if (!message->socket_id[0])
            message->kind = PX_DOCTOR_MESSAGE_OTHER;
        return;
    }
    int64_t code;
    if (member(data, PX_SLICE("code"), value) && px_json_to_i64(px_buffer_slice(value), &code) &&
        code > 0 && code < 10000)
        message->code = (int)code;
    if (member(data, PX_SLICE("message"), value))
        copy(px_buffer_slice(value), message->text, sizeof message->text);
}

void px_doctor_read_message(px_slice text, px_doctor_message *message) {
    *message = (px_doctor_message){PX_DOCTOR_MESSAGE_OTHER, "", 0, ""};
    px_buffer event, data, value;
    px_buffer_init(&event, &px_malloc_allocator, MAX_TEXT);
    px_buffer_init(&data, &px_malloc_allocator, MAX_TEXT);
    px_buffer_init(&value, &px_malloc_allocator, MAX_TEXT);
    if (px_json_valid(text) && member(text, PX_SLICE("event"), &event)) {
        px_slice name = px_buffer_slice(&event);
        if (px_slice_equal(name, PX_SLICE("pusher:connection_established")))
            message->kind = PX_DOCTOR_MESSAGE_ESTABLISHED;
        else if (px_slice_equal(name, PX_SLICE("pusher:error")))
            message->kind = PX_DOCTOR_MESSAGE_REFUSAL;
        if (!member(text, PX_SLICE("data"), &data))
            px_buffer_clear(&data);
        if (message->kind != PX_DOCTOR_MESSAGE_OTHER)
            read_data(px_buffer_slice(&data), message, &value);
    }
    px_buffer_free(&event);
    px_buffer_free(&data);
    px_buffer_free(&value);
}

void px_doctor_read_close(int code, px_slice reason, px_doctor_message *message) {
    *message = (px_doctor_message){PX_DOCTOR_MESSAGE_REFUSAL, "", code, ""};
    copy(reason, message->text, sizeof message->text);
}

bool px_doctor_note_message(px_doctor *doctor, const px_doctor_message *message) {
    if (message->kind == PX_DOCTOR_MESSAGE_ESTABLISHED) {
        doctor->accepted = true;
        snprintf(doctor->socket_id, sizeof doctor->socket_id, "%s", message->socket_id);
        return false;
    }
    doctor->refusal = message->code;
    snprintf(doctor->refusal_text, sizeof doctor->refusal_text, "%s", message->text);
    return true;
}

/* ---- Frames of HTTP transports ---- */

/* The first string of a["..."], or the one of m"...". */
static void read_payload(px_slice frame, px_doctor_message *message) {
    px_json_reader reader;
    px_json_reader_init(&reader, px_slice_after(frame, 1));
    px_json_token token = px_json_next(&reader);
    if (token == PX_JSON_ARRAY_BEGIN)
        token = px_json_next(&reader);
    if (token != PX_JSON_STRING)
        return;
    px_buffer text;
    px_buffer_init(&text, &px_malloc_allocator, MAX_TEXT);
    if (px_json_unescape(reader.text, &text) == PX_OK)
        px_doctor_read_message(px_buffer_slice(&text), message);
    px_buffer_free(&text);
}

/* c[CODE,"REASON"] */
static void read_close_frame(px_slice frame, px_doctor_message *message) {
    px_json_reader reader;
    px_json_reader_init(&reader, px_slice_after(frame, 1));
    int64_t code = 0;
    if (px_json_next(&reader) == PX_JSON_ARRAY_BEGIN && px_json_next(&reader) == PX_JSON_NUMBER)
        (void)px_json_to_i64(reader.text, &code);
    px_slice reason = px_json_next(&reader) == PX_JSON_STRING ? reader.text : PX_SLICE("");
    px_doctor_read_close((int)(code > 0 && code < 10000 ? code : 0), reason, message);
}

static void read_frame(px_slice frame, px_doctor_frames *frames) {
    if (frame.len == 0 || frames->complete)
        return;
    switch (frame.ptr[0]) {
    case 'o':
        frames->opened = true;
        break;
    case 'h':
        break;
    case 'a':
    case 'm':
        read_payload(frame, &frames->message);
        frames->complete = true;
        break;
    case 'c':
        read_close_frame(frame, &frames->message);
        frames->complete = true;
        break;
    default:
        frames->foreign = true;
    }
}

void px_doctor_read_frames(px_slice text, px_doctor_frames *frames) {
    *frames = (px_doctor_frames){.opened = false};
    while (text.len) {
        const char *end = memchr(text.ptr, '\n', text.len);
        if (!end)
            return;
        size_t len = (size_t)(end - text.ptr);
        read_frame(px_slice_of(text.ptr, len), frames);
        text = px_slice_after(text, len + 1);
    }
}
