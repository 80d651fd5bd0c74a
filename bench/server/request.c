#include "request.h"

#include "harness.h"
#include "net/signature.h"
#include "json/writer.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MAX_BODY = 65536 };

static void must(int result) {
    if (result != PX_OK)
        bench_fail("a publish is too long");
}

static void append_text(px_buffer *out, const char *text, int len) {
    must(px_buffer_append(out, px_slice_of(text, (size_t)len)));
}

/* ---- The HTTP API ---- */

static void write_event(px_json_writer *json, const request_event *event) {
    px_json_object_begin(json);
    px_json_member(json, PX_SLICE("name"), PX_SLICE(REQUEST_EVENT));
    px_json_member(json, PX_SLICE("channel"), px_slice_of_text(event->channel));
    px_json_member(json, PX_SLICE("data"), event->data);
    px_json_object_end(json);
}

/* The whole request, signed. */
static void write_signed(px_buffer *out, const char *path, px_slice body) {
    char md5[PX_MD5_LENGTH], signature[PX_SIGNATURE_LENGTH], query[256], text[512], head[1024];
    must(px_md5(body, md5));
    snprintf(query, sizeof(query),
             "auth_key=" PROCESS_APP_KEY "&auth_timestamp=%lld&auth_version=1.0&body_md5=%.*s",
             (long long)time(NULL), PX_MD5_LENGTH, md5);
    int len = snprintf(text, sizeof(text), "POST\n%s\n%s", path, query);
    px_slice signed_text = px_slice_of(text, (size_t)len);
    must(px_signature(PX_SLICE(PROCESS_APP_SECRET), &signed_text, 1, signature));
    len = snprintf(head, sizeof(head),
                   "POST %s?%s&auth_signature=%.*s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                   "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                   path, query, PX_SIGNATURE_LENGTH, signature, body.len);
    append_text(out, head, len);
    must(px_buffer_append(out, body));
}

static void write_channels(px_buffer *out, const request_event *event) {
    px_buffer body;
    px_json_writer json;
    px_buffer_init(&body, &bench_allocator, MAX_BODY);
    px_json_writer_init(&json, &body);
    write_event(&json, event);
    must(px_json_writer_finish(&json));
    write_signed(out, "/apps/" PROCESS_APP_ID "/events", px_buffer_slice(&body));
    px_buffer_free(&body);
}

void request_write_batch(px_buffer *out, const request_event *events, size_t count) {
    px_buffer body;
    px_json_writer json;
    px_buffer_init(&body, &bench_allocator, MAX_BODY);
    px_json_writer_init(&json, &body);
    px_json_object_begin(&json);
    px_json_key(&json, PX_SLICE("batch"));
    px_json_array_begin(&json);
    for (size_t i = 0; i < count; i++)
        write_event(&json, &events[i]);
    px_json_array_end(&json);
    px_json_object_end(&json);
    must(px_json_writer_finish(&json));
    px_buffer_clear(out);
    write_signed(out, "/apps/" PROCESS_APP_ID "/batch_events", px_buffer_slice(&body));
    px_buffer_free(&body);
}

/* ---- The message itself ---- */

static void write_message(px_buffer *out, const request_event *event) {
    px_json_writer json;
    px_json_writer_init(&json, out);
    px_json_object_begin(&json);
    px_json_member(&json, PX_SLICE("event"), PX_SLICE(REQUEST_EVENT));
    px_json_member(&json, PX_SLICE("channel"), px_slice_of_text(event->channel));
    px_json_member(&json, PX_SLICE("data"), event->data);
    px_json_object_end(&json);
    must(px_json_writer_finish(&json));
}

static void write_bare(px_buffer *out, const request_event *event) {
    px_buffer message;
    char head[256];
    px_buffer_init(&message, &bench_allocator, MAX_BODY);
    write_message(&message, event);
    int len = snprintf(head, sizeof(head),
                       "POST /publish/%s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                       "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                       event->channel, message.len);
    append_text(out, head, len);
    must(px_buffer_append(out, px_buffer_slice(&message)));
    px_buffer_free(&message);
}

static void write_nats(px_buffer *out, const request_event *event) {
    px_buffer message;
    char head[256];
    px_buffer_init(&message, &bench_allocator, MAX_BODY);
    write_message(&message, event);
    int len = snprintf(head, sizeof(head), "PUB %s %zu\r\n", event->channel, message.len);
    append_text(out, head, len);
    must(px_buffer_append(out, px_buffer_slice(&message)));
    append_text(out, "\r\n", 2);
    px_buffer_free(&message);
}

void request_write(px_buffer *out, wire over, const request_event *event) {
    static void (*const WRITERS[])(px_buffer *, const request_event *) = {
        [WIRE_CHANNELS] = write_channels,
        [WIRE_STREAM] = write_channels,
        [WIRE_BARE] = write_bare,
        [WIRE_NATS] = write_nats,
    };
    px_buffer_clear(out);
    WRITERS[over](out, event);
}
