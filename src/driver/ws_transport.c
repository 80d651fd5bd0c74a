#include "driver/ws_transport.h"

#include "driver/outbox.h"
#include "driver/stream.h"
#include "net/ws_frame.h"
#include "net/ws_handshake.h"

enum {
    MAX_REPLY = 16384 + 1,     /* bytes of the head of the server's answer, and one to notice */
    CONTROL_ALLOWANCE = 65536, /* over max_outbound: pongs, the close frame, our request */
};

typedef enum px_ws_phase {
    PX_WS_CONNECTING,
    PX_WS_SHAKING_HANDS,
    PX_WS_OPEN,
    PX_WS_DEAD, /* waits for the end of the turn */
} px_ws_phase;

struct px_ws_transport {
    px_stream stream;
    px_ws_phase phase;
    int doom; /* the result that ends it at the end of this turn */
    px_loop *loop;
    const px_ws_options *options;
    char *url; /* http:// or https://, NUL-terminated */
    size_t url_len;
    char key[PX_WS_KEY_LENGTH];
    px_ws_decoder decoder;
    px_buffer partial; /* the beginning of a frame or reply whose rest has not arrived */
    px_outbox outbox;
    px_task flush;
    px_task resume; /* reads on in the next turn */
    px_garbage garbage;
};

#define TRANSPORT_OF(member, pointer)                                                              \
    ((px_ws_transport *)(void *)((char *)(pointer)-offsetof(px_ws_transport, member)))

static px_slice url_of(const px_ws_transport *transport) {
    return px_slice_of(transport->url, transport->url_len);
}

/* ---- The end ---- */

static void destroy(px_garbage *garbage) {
    px_ws_transport *transport = TRANSPORT_OF(garbage, garbage);
    const px_allocator *allocator = px_loop_allocator(transport->loop);
    px_ws_decoder_free(&transport->decoder);
    px_buffer_free(&transport->partial);
    px_outbox_free(&transport->outbox);
    px_free(allocator, transport->url, transport->url_len + 1);
    px_free(allocator, transport, sizeof *transport);
}

/* From now on nothing happens to it any more; its memory lives until the end of the turn. */
static void die(px_ws_transport *transport) {
    px_stream_close(&transport->stream);
    px_loop_unqueue(transport->loop, &transport->flush);
    px_loop_unqueue(transport->loop, &transport->resume);
    transport->phase = PX_WS_DEAD;
    px_loop_discard(transport->loop, &transport->garbage, destroy);
}

static void end(px_ws_transport *transport, const px_ws_end *ending) {
    const px_ws_options *options = transport->options;
    die(transport);
    options->events->closed(options->owner, transport, ending);
}

static void fail(px_ws_transport *transport, const px_failure *failure) {
    px_ws_end ending = {.code = PX_WS_CLOSE_ABNORMAL,
                        .result = failure->result,
                        .message = px_slice_of_text(failure->text)};
    end(transport, &ending);
}

static void fail_with(px_ws_transport *transport, int result, const char *what, px_slice detail) {
    px_failure failure;
    px_failure_of_peer(&failure, result, url_of(transport), what, detail);
    fail(transport, &failure);
}

/* For failures that come without better words. */
static void fail_with_result(px_ws_transport *transport, int result) {
    static const struct {
        int result;
        const char *what;
    } words[] = {
        {PX_ERR_NO_MEMORY, "no memory left for the connection to"},
        {PX_ERR_LIMIT, "more than max_outbound bytes wait to be sent to"},
        {PX_ERR_ARGUMENT, "this is not a URL that a WebSocket can connect to:"},
        {PX_ERR_CLOSED, "the connection was cut without a goodbye by"},
        {PX_ERR_SYSTEM, "the operating system refuses to watch the connection to"},
    };
    const char *what = "the connection failed with";
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (words[i].result == result)
            what = words[i].what;
    }
    fail_with(transport, result, what, PX_SLICE(""));
}

/* ---- Writing ---- */

/* Where the caller must not be called back: the transport ends later in the turn. */
static void doom(px_ws_transport *transport, int result) {
    transport->doom = result;
    px_loop_queue(transport->loop, &transport->flush);
}

static int write_and_watch(px_ws_transport *transport) {
    int result = px_outbox_write(&transport->outbox, &transport->stream);
    if (result)
        return result;
    bool blocked = px_outbox_backlog(&transport->outbox) > 0;
    return px_stream_want(&transport->stream, PX_READABLE | (blocked ? PX_WRITABLE : 0u));
}

static void on_flush(px_task *task) {
    px_ws_transport *transport = TRANSPORT_OF(flush, task);
    int result = transport->doom ? transport->doom : write_and_watch(transport);
    if (result)
        fail_with_result(transport, result);
}

size_t px_ws_transport_backlog(const px_ws_transport *transport) {
    return px_outbox_backlog(&transport->outbox);
}

/* Adds one frame to what is written at the end of the turn. */
static void add_frame(px_ws_transport *transport, uint8_t opcode, px_slice payload) {
    uint8_t mask[4];
    px_random_mask(px_loop_random(transport->loop), mask);
    int result = px_ws_encode(px_outbox_tail(&transport->outbox), opcode, payload, mask);
    if (result)
        doom(transport, result);
    else
        px_loop_queue(transport->loop, &transport->flush);
}

void px_ws_transport_send(px_ws_transport *transport, px_slice text) {
    if (transport->phase != PX_WS_OPEN || transport->doom)
        return;
    size_t backlog = px_outbox_backlog(&transport->outbox);
    if (backlog + text.len > transport->options->max_outbound)
        doom(transport, PX_ERR_LIMIT);
    else
        add_frame(transport, PX_WS_TEXT, text);
}

/* As far as the socket takes it now: we do not linger. */
static void say_goodbye(px_ws_transport *transport, uint16_t code, px_slice reason) {
    uint8_t mask[4];
    px_random_mask(px_loop_random(transport->loop), mask);
    if (px_ws_encode_close(px_outbox_tail(&transport->outbox), code, reason, mask) == PX_OK)
        (void)!px_outbox_write(&transport->outbox, &transport->stream); /* nobody would care */
}

void px_ws_transport_close(px_ws_transport *transport, uint16_t code, px_slice reason) {
    if (transport->phase == PX_WS_DEAD)
        return;
    if (transport->phase == PX_WS_OPEN)
        say_goodbye(transport, code, reason);
    die(transport);
}

/* ---- Messages ---- */

/* The peer broke the rules. */
static void break_off(px_ws_transport *transport, uint16_t code, px_slice why) {
    say_goodbye(transport, code, why);
    bool too_big = code == PX_WS_CLOSE_TOO_BIG;
    fail_with(transport, too_big ? PX_ERR_LIMIT : PX_ERR_PROTOCOL,
              too_big ? "a message was longer than max_message_size from"
                      : "the WebSocket protocol was broken by",
              why);
}

static void take_close(px_ws_transport *transport, const px_ws_message *message) {
    bool has_status = message->close_code != PX_WS_CLOSE_NO_STATUS;
    say_goodbye(transport, has_status ? message->close_code : PX_WS_CLOSE_NORMAL, PX_SLICE(""));
    px_ws_end ending = {.code = message->close_code, .reason = message->payload, .clean = true};
    end(transport, &ending);
}

static void take_message(px_ws_transport *transport, const px_ws_message *message) {
    const px_ws_options *options = transport->options;
    switch (message->opcode) {
    case PX_WS_TEXT:
        options->events->message(options->owner, transport, message->payload);
        break;
    case PX_WS_PING:
        add_frame(transport, PX_WS_PONG, message->payload);
        break;
    case PX_WS_CLOSE:
        take_close(transport, message);
        break;
    case PX_WS_BINARY:
        break_off(transport, PX_WS_CLOSE_UNSUPPORTED, PX_SLICE("a binary message"));
        break;
    default: /* an answer to a ping that we did not send */
        break;
    }
}

/* Takes the whole messages from the front; returns how many bytes they were. */
static size_t take_messages(px_ws_transport *transport, char *bytes, size_t len) {
    size_t used = 0;
    while (transport->phase == PX_WS_OPEN) {
        px_ws_message message;
        size_t consumed;
        px_ws_status status =
            px_ws_decode(&transport->decoder, bytes + used, len - used, &consumed, &message);
        used += consumed;
        if (status == PX_WS_NEED_MORE)
            break;
        if (status == PX_WS_FAILED)
            break_off(transport, message.close_code, message.payload);
        else
            take_message(transport, &message);
    }
    return used;
}

/* ---- The opening handshake ---- */

/* The Host header: without the port where it is the scheme's own. */
static px_slice host_of(px_slice url) {
    px_slice host = px_url_authority(url);
    px_slice usual =
        px_slice_starts_with(url, PX_SLICE("https")) ? PX_SLICE(":443") : PX_SLICE(":80");
    if (host.len > usual.len && px_slice_equal(px_slice_after(host, host.len - usual.len), usual))
        host.len -= usual.len;
    return host;
}

static int add_request(px_ws_transport *transport) {
    px_slice url = url_of(transport);
    px_slice authority = px_url_authority(url);
    px_slice path = px_slice_after(url, (size_t)(authority.ptr + authority.len - url.ptr));
    uint8_t random[16];
    for (size_t i = 0; i < sizeof random; i += 4)
        px_random_mask(px_loop_random(transport->loop), random + i);
    px_ws_key(random, transport->key);
    return px_ws_request(px_outbox_tail(&transport->outbox), host_of(url), path,
                         px_slice_of(transport->key, sizeof transport->key), PX_SLICE(""),
                         PX_SLICE("libpusher/" PUSHER_VERSION_TEXT));
}

static void on_connected(px_stream *stream, CURLcode code) {
    px_ws_transport *transport = TRANSPORT_OF(stream, stream);
    if (code) {
        px_failure failure;
        px_failure_of_curl(&failure, stream->transfer.easy, code, transport->options->route,
                           url_of(transport), px_stream_error_text(stream));
        fail(transport, &failure);
        return;
    }
    transport->phase = PX_WS_SHAKING_HANDS;
    int result = px_stream_start(stream);
    if (!result)
        result = add_request(transport);
    if (!result)
        result = write_and_watch(transport);
    if (result)
        fail_with_result(transport, result);
}

/* Returns how many bytes were the head of an accepting answer. */
static size_t take_reply(px_ws_transport *transport, px_slice bytes) {
    size_t head_len = 0;
    int status = 0;
    const char *why = "";
    px_slice key = px_slice_of(transport->key, sizeof transport->key);
    px_ws_reply reply = px_ws_read_reply(bytes, key, &head_len, &status, &why);
    if (reply == PX_WS_REPLY_MORE)
        return 0;
    if (reply == PX_WS_REPLY_REFUSED) {
        fail_with(transport, PX_ERR_HANDSHAKE, "no WebSocket was opened by", px_slice_of_text(why));
        return 0;
    }
    transport->phase = PX_WS_OPEN;
    const px_ws_options *options = transport->options;
    options->events->opened(options->owner, transport);
    return head_len;
}

/* ---- Reading ---- */

static size_t take_bytes(px_ws_transport *transport, char *bytes, size_t len) {
    const px_ws_options *options = transport->options;
    options->events->begin(options->owner, transport);
    size_t used = 0;
    if (transport->phase == PX_WS_SHAKING_HANDS)
        used = take_reply(transport, px_slice_of(bytes, len));
    if (transport->phase == PX_WS_OPEN)
        used += take_messages(transport, bytes + used, len - used);
    return used;
}

/* Reads until `size` bytes are there or no more come. `*len` grows; the result is that of the last
 * read. */
static ssize_t read_up_to(px_ws_transport *transport, char *bytes, size_t size, size_t *len) {
    ssize_t count = 1;
    while (count > 0 && *len < size) {
        count = px_stream_read(&transport->stream, bytes + *len, size - *len);
        if (count > 0)
            *len += (size_t)count;
        if (!px_stream_holds_bytes(&transport->stream))
            break; /* what is left makes the socket readable again */
    }
    return count;
}

/* A frame that the shared buffer can't hold gathers where its beginning is. */
static ssize_t read_long_frame(px_ws_transport *transport, size_t missing) {
    px_buffer *partial = &transport->partial;
    /* Memory is given for what has come, not for what was promised. */
    size_t room = partial->len > PX_LOOP_SCRATCH ? partial->len : PX_LOOP_SCRATCH;
    if (room > missing)
        room = missing;
    int result = px_buffer_reserve(partial, room);
    if (result)
        return result;
    size_t len = partial->len;
    ssize_t count = read_up_to(transport, partial->data, len + room, &len);
    partial->len = len;
    if (count >= 0 && px_ws_missing(partial->data, len) == 0) {
        size_t used = take_bytes(transport, partial->data, len);
        px_buffer_consume(partial, used);
        if (!partial->len)
            px_buffer_free(partial);
    }
    return count;
}

/* The memory of a beginning whose rest has come stays with the loop, for the next one: a read mostly ends inside
 * of a frame. */
static void drop_partial(px_ws_transport *transport) {
    px_buffer *partial = &transport->partial;
    px_buffer *spare = px_loop_spare(transport->loop);
    if (spare->capacity || partial->capacity > spare->max) {
        px_buffer_free(partial);
        return;
    }
    spare->data = partial->data;
    spare->capacity = partial->capacity;
    px_buffer_init(partial, partial->allocator, partial->max);
}

static int keep_partial(px_ws_transport *transport, px_slice bytes) {
    px_buffer *partial = &transport->partial;
    px_buffer *spare = px_loop_spare(transport->loop);
    if (!partial->capacity && spare->capacity <= partial->max) {
        partial->data = spare->data;
        partial->capacity = spare->capacity;
        px_buffer_init(spare, spare->allocator, spare->max);
    }
    return px_buffer_append(partial, bytes);
}

static ssize_t read_frames(px_ws_transport *transport) {
    char *scratch = px_loop_scratch(transport->loop);
    px_buffer *partial = &transport->partial;
    size_t len = partial->len;
    if (len)
        memcpy(scratch, partial->data, len);
    size_t known = len;
    ssize_t count = read_up_to(transport, scratch, PX_LOOP_SCRATCH, &len);
    if (len == known)
        return count;
    drop_partial(transport);
    size_t used = take_bytes(transport, scratch, len);
    if (transport->phase == PX_WS_DEAD || used == len)
        return count;
    int result = keep_partial(transport, px_slice_of(scratch + used, len - used));
    return result ? result : count;
}

static void receive(px_ws_transport *transport) {
    px_buffer *partial = &transport->partial;
    size_t missing =
        transport->phase == PX_WS_OPEN ? px_ws_missing(partial->data, partial->len) : 0;
    ssize_t count = partial->len + missing > PX_LOOP_SCRATCH ? read_long_frame(transport, missing)
                                                             : read_frames(transport);
    if (transport->phase == PX_WS_DEAD)
        return;
    if (count < 0)
        fail_with_result(transport, (int)count);
    else if (count > 0 && px_stream_holds_bytes(&transport->stream))
        px_loop_queue(transport->loop, &transport->resume);
}

static void on_resume(px_task *task) {
    receive(TRANSPORT_OF(resume, task));
}

static void on_ready(px_stream *stream, unsigned events) {
    px_ws_transport *transport = TRANSPORT_OF(stream, stream);
    if (events & PX_WRITABLE) {
        int result = write_and_watch(transport);
        if (result) {
            fail_with_result(transport, result);
            return;
        }
    }
    if (events & PX_READABLE)
        receive(transport);
}

/* ---- The beginning ---- */

/* ws:// becomes http://, wss:// https://, as libcurl wants it. PX_ERR_ARGUMENT, PX_ERR_NO_MEMORY.
 */
static int set_url(px_ws_transport *transport, px_slice url) {
    bool tls = px_slice_starts_with(url, PX_SLICE("wss://"));
    if (!tls && !px_slice_starts_with(url, PX_SLICE("ws://")))
        return PX_ERR_ARGUMENT;
    px_slice scheme = tls ? PX_SLICE("https") : PX_SLICE("http");
    px_slice rest = px_slice_after(url, tls ? 3 : 2);
    if (memchr(rest.ptr, '\0', rest.len))
        return PX_ERR_ARGUMENT;
    size_t len = scheme.len + rest.len;
    transport->url = px_alloc(px_loop_allocator(transport->loop), len + 1);
    if (!transport->url)
        return PX_ERR_NO_MEMORY;
    transport->url_len = len;
    memcpy(transport->url, scheme.ptr, scheme.len);
    memcpy(transport->url + scheme.len, rest.ptr, rest.len);
    transport->url[len] = '\0';
    return PX_OK;
}

px_ws_transport *px_ws_transport_open(px_multi *multi, px_slice url, const px_ws_options *options) {
    px_loop *loop = px_multi_loop(multi);
    const px_allocator *allocator = px_loop_allocator(loop);
    px_ws_transport *transport = px_alloc_zero(allocator, sizeof *transport);
    if (!transport)
        return NULL;
    transport->loop = loop;
    transport->options = options;
    px_stream_init(&transport->stream, multi, on_connected, on_ready);
    transport->flush.run = on_flush;
    transport->resume.run = on_resume;
    px_ws_decoder_init(&transport->decoder, allocator, options->max_message, false);
    px_buffer_init(&transport->partial, allocator, MAX_REPLY + options->max_message);
    px_outbox_init(&transport->outbox, allocator, options->max_outbound + CONTROL_ALLOWANCE);
    int result = set_url(transport, url);
    if (!result)
        result = px_stream_open(&transport->stream, transport->url, options->route);
    if (result)
        doom(transport, result);
    return transport;
}
