/* Masking of WebSocket payloads (RFC 6455 section 5.3). */
#include "net/ws_frame.h"

void px_ws_mask(char *payload, size_t len, const uint8_t mask[4]) {
    uint64_t word_mask;
    memcpy(&word_mask, mask, 4);
    memcpy((char *)&word_mask + 4, mask, 4);
    size_t position = 0;
    for (; len - position >= sizeof(word_mask); position += sizeof(word_mask)) {
        uint64_t word;
        memcpy(&word, payload + position, sizeof(word));
        word ^= word_mask;
        memcpy(payload + position, &word, sizeof(word));
    }
    for (; position < len; position++)
        payload[position] = (char)(payload[position] ^ mask[position & 3]);
}
