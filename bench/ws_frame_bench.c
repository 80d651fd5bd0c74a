/* Decoding of WebSocket frames: our codec beside wslay, which it replaces. Both take the same
 * bytes, already in memory, in reads of 64 KiB, and give each message to a function that looks at
 * it. */
#include "harness.h"
#include "net/ws_frame.h"

#include <stdio.h>
#include <wslay/wslay.h>

enum { READ_SIZE = 65536, STREAM_SIZE = 32 * 1024 * 1024 };

/* What the function that gets the messages sees. */
typedef struct tally {
    size_t messages;
    size_t bytes;
    size_t looked_at; /* so that no payload can be optimized away */
} tally;

static void look(tally *t, const char *payload, size_t len) {
    t->messages++;
    t->bytes += len;
    t->looked_at += (unsigned char)payload[len - 1];
}

/* ---- Ours ---- */

static tally decode_ours(px_slice stream, bool masked) {
    static char buffer[2 * READ_SIZE];
    tally t = {0};
    px_ws_decoder decoder;
    px_ws_decoder_init(&decoder, &bench_allocator, READ_SIZE, masked);
    size_t kept = 0;
    while (stream.len) {
        size_t count = stream.len < READ_SIZE ? stream.len : READ_SIZE;
        memcpy(buffer + kept, stream.ptr, count); /* stands for recv */
        stream = px_slice_after(stream, count);
        size_t len = kept + count, done = 0, consumed;
        px_ws_message message;
        while (px_ws_decode(&decoder, buffer + done, len - done, &consumed, &message) ==
               PX_WS_MESSAGE) {
            look(&t, message.payload.ptr, message.payload.len);
            done += consumed;
        }
        kept = len - done;
        memmove(buffer, buffer + done, kept);
    }
    px_ws_decoder_free(&decoder);
    return t;
}

/* ---- wslay ---- */

typedef struct source {
    px_slice stream;
    tally tally;
} source;

static ssize_t give(wslay_event_context_ptr context, uint8_t *data, size_t len, int flags,
                    void *user_data) {
    (void)flags;
    source *s = user_data;
    if (s->stream.len == 0) {
        wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    size_t count = len < s->stream.len ? len : s->stream.len;
    memcpy(data, s->stream.ptr, count);
    s->stream = px_slice_after(s->stream, count);
    return (ssize_t)count;
}

static void take(wslay_event_context_ptr context, const struct wslay_event_on_msg_recv_arg *message,
                 void *user_data) {
    (void)context;
    source *s = user_data;
    look(&s->tally, (const char *)message->msg, message->msg_length);
}

static tally decode_wslay(px_slice stream, bool masked) {
    const struct wslay_event_callbacks callbacks = {.recv_callback = give,
                                                    .on_msg_recv_callback = take};
    source s = {.stream = stream};
    wslay_event_context_ptr context;
    int result = masked ? wslay_event_context_server_init(&context, &callbacks, &s)
                        : wslay_event_context_client_init(&context, &callbacks, &s);
    if (result != 0)
        bench_fail("wslay has no memory");
    wslay_event_config_set_max_recv_msg_length(context, READ_SIZE);
    if (wslay_event_recv(context) != 0)
        bench_fail("wslay refuses the stream");
    wslay_event_context_free(context);
    return s.tally;
}

/* ---- Streams ---- */

/* As many text frames as fill STREAM_SIZE. Freed by the caller. */
static px_buffer make_stream(size_t payload_len, bool masked) {
    static const uint8_t MASK[4] = {0x12, 0xe4, 0x56, 0x78};
    static char payload[4096];
    memset(payload, 'x', sizeof(payload));
    px_buffer stream;
    px_buffer_init(&stream, &bench_allocator, STREAM_SIZE);
    while (px_ws_encode(&stream, PX_WS_TEXT, px_slice_of(payload, payload_len),
                        masked ? MASK : NULL) == PX_OK)
        ;
    return stream;
}

static double rate_of(tally (*decode)(px_slice, bool), px_slice stream, bool masked,
                      tally *result) {
    uint64_t start = bench_now_ns();
    *result = decode(stream, masked);
    return (double)result->messages * 1e9 / (double)(bench_now_ns() - start);
}

static void compare_decoders(bench *b, size_t payload_len, bool masked) {
    px_buffer stream = make_stream(payload_len, masked);
    bench_series ours = {.count = 0}, theirs = {.count = 0};
    tally our_tally, their_tally;
    rate_of(decode_ours, px_buffer_slice(&stream), masked, &our_tally); /* warms up */
    for (size_t run = 0; run < b->runs; run++) {
        bench_add(&ours, rate_of(decode_ours, px_buffer_slice(&stream), masked, &our_tally));
        bench_add(&theirs, rate_of(decode_wslay, px_buffer_slice(&stream), masked, &their_tally));
        if (memcmp(&our_tally, &their_tally, sizeof(our_tally)) != 0)
            bench_fail("the decoders disagree");
    }
    char what[40];
    snprintf(what, sizeof(what), "%zu bytes%s", payload_len, masked ? ", masked" : "");
    bench_row(b, what, "pusher-c", &ours, "messages/s");
    bench_row(b, what, "wslay", &theirs, "messages/s");
    bench_ratio(b, what, "pusher-c / wslay", &ours, &theirs);
    px_buffer_free(&stream);
}

int main(int argc, char **argv) {
    static const size_t PAYLOADS[] = {32, 256, 4096};
    bench b = bench_start("ws_frame", argc, argv);
    bench_pin(0);
    for (size_t i = 0; i < 2 * sizeof(PAYLOADS) / sizeof(PAYLOADS[0]); i++)
        compare_decoders(&b, PAYLOADS[i / 2], i % 2);
    return 0;
}
