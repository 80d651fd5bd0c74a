#include "events.h"

#include "harness.h"
#include "net/ws_frame.h"
#include "json/writer.h"

#include <stdio.h>

enum { MAX_MESSAGE = 65536 };

static void must(int result) {
    if (result != PX_OK)
        bench_fail("an event could not be built (%d)", result);
}

static void write_row(px_json_writer *json, unsigned number) {
    px_json_object_begin(json);
    px_json_key(json, PX_SLICE("item"));
    px_json_u64(json, 1000 + number % 9000);
    px_json_member(json, PX_SLICE("name"), PX_SLICE("blue bicycle"));
    px_json_key(json, PX_SLICE("count"));
    px_json_u64(json, number % 7);
    px_json_member(json, PX_SLICE("note"), PX_SLICE("leaves in two days"));
    px_json_object_end(json);
}

/* {"id":1000001,"rows":[{...},...],"text":"xxx"} with as many rows as fit; the text fills up. */
static void write_payload(px_buffer *out, size_t size, unsigned number) {
    enum { MAX_ROW = 100, REST = sizeof(",\"rows\":[],\"text\":\"\"}") };
    static char filler[MAX_ROW + REST];
    memset(filler, 'x', sizeof(filler));
    px_json_writer json;
    px_json_writer_init(&json, out);
    px_json_object_begin(&json);
    px_json_key(&json, PX_SLICE("id"));
    px_json_u64(&json, 1000000 + number % 1000000);
    if (out->len + MAX_ROW + REST <= size) {
        px_json_key(&json, PX_SLICE("rows"));
        px_json_array_begin(&json);
        while (out->len + MAX_ROW + REST <= size)
            write_row(&json, number++);
        px_json_array_end(&json);
    }
    size_t around = strlen(",\"text\":\"\"}");
    px_json_member(&json, PX_SLICE("text"), px_slice_of(filler, size - out->len - around));
    px_json_object_end(&json);
    must(px_json_writer_finish(&json));
}

static void write_data(px_buffer *out, const events *kind, unsigned number) {
    px_buffer text;
    if (!kind->seal) {
        write_payload(out, kind->payload_size, number);
        return;
    }
    px_buffer_init(&text, &bench_allocator, kind->payload_size);
    write_payload(&text, kind->payload_size, number);
    kind->seal(out, px_buffer_slice(&text), number);
    px_buffer_free(&text);
}

px_slice events_channel(const events *kind, size_t number, char out[EVENTS_MAX_CHANNEL]) {
    int len = kind->channels == 1 ? snprintf(out, EVENTS_MAX_CHANNEL, "%s", kind->channel)
                                  : snprintf(out, EVENTS_MAX_CHANNEL, "%s-%zu", kind->channel,
                                             number % kind->channels);
    return px_slice_of(out, (size_t)len);
}

void events_append_message(px_buffer *out, const events *kind, unsigned number) {
    char channel[EVENTS_MAX_CHANNEL];
    px_buffer data;
    px_buffer_init(&data, &bench_allocator, MAX_MESSAGE);
    write_data(&data, kind, number);
    px_json_writer json;
    px_json_writer_init(&json, out);
    px_json_object_begin(&json);
    px_json_member(&json, PX_SLICE("event"), PX_SLICE(EVENTS_NAME));
    px_json_member(&json, PX_SLICE("channel"), events_channel(kind, number, channel));
    px_json_member(&json, PX_SLICE("data"), px_buffer_slice(&data));
    px_json_object_end(&json);
    must(px_json_writer_finish(&json));
    px_buffer_free(&data);
}

void events_append_frame(px_buffer *out, const events *kind, unsigned number) {
    px_buffer message;
    px_buffer_init(&message, &bench_allocator, MAX_MESSAGE);
    events_append_message(&message, kind, number);
    events_append_text(out, px_buffer_slice(&message));
    px_buffer_free(&message);
}

void events_append_mark(px_buffer *out) {
    events_append_text(out, PX_SLICE("{\"event\":\"" EVENTS_MARK
                                     "\",\"channel\":\"" EVENTS_MARK_CHANNEL "\",\"data\":\"1\"}"));
}

void events_append_text(px_buffer *out, px_slice text) {
    must(px_ws_encode(out, PX_WS_TEXT, text, NULL));
}
