/* Masking of WebSocket payloads (RFC 6455 section 5.3). */
#include "net/ws_frame.h"

void px_ws_mask(char *bytes, size_t len, const uint8_t mask[4], size_t offset) {
    uint8_t turned[8]; /* the mask as it falls on bytes[0], twice */
    for (size_t i = 0; i < sizeof(turned); i++)
        turned[i] = mask[(offset + i) & 3];
    uint64_t word_mask;
    memcpy(&word_mask, turned, sizeof(word_mask));
    size_t position = 0;
    for (; len - position >= sizeof(word_mask); position += sizeof(word_mask)) {
        uint64_t word;
        memcpy(&word, bytes + position, sizeof(word));
        word ^= word_mask;
        memcpy(bytes + position, &word, sizeof(word));
    }
    for (; position < len; position++)
        bytes[position] = (char)(bytes[position] ^ turned[position & 3]);
}
