/* Taking messages out of a stream of WebSocket frames. */
#include "base/utf8.h"
#include "net/ws_frame.h"

enum { CLOSE_CODE_LENGTH = 2 };

typedef struct frame {
    bool final;
    bool masked;
    uint8_t opcode;
    uint8_t mask[4];
    size_t head_len;
    uint64_t payload_len;
    px_slice payload; /* unmasked */
} frame;

static px_ws_status fail(px_ws_message *message, uint16_t code, px_slice why) {
    *message = (px_ws_message){.close_code = code, .payload = why};
    return PX_WS_FAILED;
}

#define PROTOCOL_ERROR(message, why) fail(message, PX_WS_CLOSE_PROTOCOL_ERROR, PX_SLICE(why))

static bool is_control(uint8_t opcode) {
    return opcode & 0x8;
}

static uint64_t read_big_endian(const char *bytes, size_t count) {
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | (unsigned char)bytes[i];
    return value;
}

/* Bytes that the extended length takes: 0, 2 or 8. */
static size_t extension_of(char second) {
    unsigned length = (unsigned char)second & 0x7f;
    return length == 127 ? 8 : length == 126 ? 2 : 0;
}

/* Reads the head as far as it is there; head_len 0: not whole yet. */
static frame read_head(px_slice bytes) {
    frame head = {0};
    if (bytes.len < 2)
        return head;
    size_t extension = extension_of(bytes.ptr[1]);
    head.final = bytes.ptr[0] & 0x80;
    head.opcode = bytes.ptr[0] & 0x0f;
    head.masked = bytes.ptr[1] & 0x80;
    size_t length = 2 + extension + (head.masked ? 4 : 0);
    if (bytes.len < length)
        return head;
    head.head_len = length;
    head.payload_len =
        extension ? read_big_endian(bytes.ptr + 2, extension) : (unsigned char)bytes.ptr[1] & 0x7f;
    if (head.masked)
        memcpy(head.mask, bytes.ptr + 2 + extension, 4);
    return head;
}

/* What is wrong with the first two bytes already. */
static px_ws_status check_start(const px_ws_decoder *decoder, px_slice bytes,
                                px_ws_message *message) {
    uint8_t opcode = bytes.ptr[0] & 0x0f;
    bool final = bytes.ptr[0] & 0x80;
    bool masked = bytes.ptr[1] & 0x80;
    if (bytes.ptr[0] & 0x70)
        return PROTOCOL_ERROR(message, "a reserved bit is set");
    if ((opcode > PX_WS_BINARY && opcode < PX_WS_CLOSE) || opcode > PX_WS_PONG)
        return PROTOCOL_ERROR(message, "unknown frame type");
    if (masked != decoder->expect_masked)
        return masked ? PROTOCOL_ERROR(message, "a server's frame must not be masked")
                      : PROTOCOL_ERROR(message, "a client's frame must be masked");
    if (is_control(opcode) && !final)
        return PROTOCOL_ERROR(message, "a control frame must not be fragmented");
    if (is_control(opcode) && extension_of(bytes.ptr[1]))
        return PROTOCOL_ERROR(message, "a control frame is too long");
    if (opcode == PX_WS_CONTINUATION && !decoder->fragment_opcode)
        return PROTOCOL_ERROR(message, "a continuation without a beginning");
    if (!is_control(opcode) && opcode != PX_WS_CONTINUATION && decoder->fragment_opcode)
        return PROTOCOL_ERROR(message, "a new message inside a fragmented one");
    return PX_WS_MESSAGE;
}

static px_ws_status check_length(const px_ws_decoder *decoder, const frame *head,
                                 px_ws_message *message) {
    size_t extension = head->head_len - 2 - (head->masked ? 4 : 0);
    if (extension == 8 && head->payload_len >> 63)
        return PROTOCOL_ERROR(message, "a length with its top bit set");
    if ((extension == 2 && head->payload_len < 126) ||
        (extension == 8 && head->payload_len <= 0xffff))
        return PROTOCOL_ERROR(message, "a length that is not in its shortest form");
    if (!is_control(head->opcode) &&
        head->payload_len > decoder->max_message - decoder->fragments.len)
        return fail(message, PX_WS_CLOSE_TOO_BIG, PX_SLICE("the message is too big"));
    return PX_WS_MESSAGE;
}

static px_ws_status give_close(px_slice payload, px_ws_message *message) {
    *message = (px_ws_message){.opcode = PX_WS_CLOSE, .close_code = PX_WS_CLOSE_NO_STATUS};
    if (payload.len == 0)
        return PX_WS_MESSAGE;
    if (payload.len < CLOSE_CODE_LENGTH)
        return PROTOCOL_ERROR(message, "a close code of one byte");
    message->close_code = (uint16_t)read_big_endian(payload.ptr, CLOSE_CODE_LENGTH);
    message->payload = px_slice_after(payload, CLOSE_CODE_LENGTH);
    if (!px_ws_close_code_valid(message->close_code))
        return PROTOCOL_ERROR(message, "a close code that must not be sent");
    if (!px_utf8_valid(message->payload))
        return fail(message, PX_WS_CLOSE_INVALID_DATA,
                    PX_SLICE("a close reason that is not UTF-8"));
    return PX_WS_MESSAGE;
}

static px_ws_status give(uint8_t opcode, px_slice payload, px_ws_message *message) {
    if (opcode == PX_WS_CLOSE)
        return give_close(payload, message);
    *message = (px_ws_message){.opcode = opcode, .payload = payload};
    if (opcode == PX_WS_TEXT && !px_utf8_valid(payload))
        return fail(message, PX_WS_CLOSE_INVALID_DATA, PX_SLICE("a text that is not UTF-8"));
    return PX_WS_MESSAGE;
}

/* Adds a fragment. NEED_MORE: it was not the last one. */
static px_ws_status gather(px_ws_decoder *decoder, const frame *part, px_ws_message *message) {
    if (part->opcode != PX_WS_CONTINUATION)
        decoder->fragment_opcode = part->opcode;
    int result = px_buffer_append(&decoder->fragments, part->payload);
    if (result != PX_OK)
        return fail(message, PX_WS_CLOSE_INTERNAL_ERROR, PX_SLICE("out of memory"));
    if (!part->final)
        return PX_WS_NEED_MORE;
    px_slice whole = px_buffer_slice(&decoder->fragments);
    uint8_t opcode = decoder->fragment_opcode;
    decoder->fragment_opcode = 0;
    return give(opcode, whole, message);
}

/* Takes one frame from the front. NEED_MORE with *used 0: it is not whole yet. */
static px_ws_status take_frame(px_ws_decoder *decoder, char *bytes, size_t len, size_t *used,
                               px_ws_message *message) {
    *used = 0;
    if (len < 2)
        return PX_WS_NEED_MORE;
    px_ws_status status = check_start(decoder, px_slice_of(bytes, len), message);
    if (status == PX_WS_FAILED)
        return status;
    frame head = read_head(px_slice_of(bytes, len));
    if (!head.head_len)
        return PX_WS_NEED_MORE;
    status = check_length(decoder, &head, message);
    if (status == PX_WS_FAILED)
        return status;
    if (head.payload_len > len - head.head_len)
        return PX_WS_NEED_MORE;
    char *payload = bytes + head.head_len;
    size_t payload_len = (size_t)head.payload_len;
    if (head.masked)
        px_ws_mask(payload, payload_len, head.mask);
    head.payload = px_slice_of(payload, payload_len);
    *used = head.head_len + payload_len;
    if (is_control(head.opcode) || (head.final && head.opcode != PX_WS_CONTINUATION))
        return give(head.opcode, head.payload, message);
    return gather(decoder, &head, message);
}

void px_ws_decoder_init(px_ws_decoder *decoder, const px_allocator *allocator, size_t max_message,
                        bool expect_masked) {
    *decoder = (px_ws_decoder){.max_message = max_message, .expect_masked = expect_masked};
    px_buffer_init(&decoder->fragments, allocator, max_message);
}

void px_ws_decoder_free(px_ws_decoder *decoder) {
    px_buffer_free(&decoder->fragments);
}

px_ws_status px_ws_decode(px_ws_decoder *decoder, char *bytes, size_t len, size_t *consumed,
                          px_ws_message *message) {
    if (!decoder->fragment_opcode && decoder->fragments.capacity)
        px_buffer_free(&decoder->fragments); /* the message given last lived in it */
    *consumed = 0;
    for (;;) {
        size_t used;
        px_ws_status status =
            take_frame(decoder, bytes + *consumed, len - *consumed, &used, message);
        *consumed += used;
        if (status != PX_WS_NEED_MORE || used == 0)
            return status;
    }
}

size_t px_ws_missing(const char *bytes, size_t len) {
    frame head = read_head(px_slice_of(bytes, len));
    if (!head.head_len || head.payload_len >> 31) /* the sum fits any size_t */
        return 0;
    uint64_t whole = head.head_len + head.payload_len;
    return whole > len ? (size_t)(whole - len) : 0;
}
