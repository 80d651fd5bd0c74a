#include "server/host_chunks.h"

/* Chunk extensions and trailers are read over, within reason. */
enum { MAX_SIZE_LINE = 256, MAX_TRAILERS = 4096 };

enum { SIZE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER, TRAILER_LF, COMPLETE };

static int hex_digit(char byte) {
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F')
        return byte - 'A' + 10;
    return -1;
}

/* The line with the size of a chunk: hexadecimal digits, perhaps blanks or an extension, CR. */
static bool read_size(px_http_chunks *chunks, char byte) {
    int digit = hex_digit(byte);
    if (++chunks->line_length > MAX_SIZE_LINE)
        return false;
    if (chunks->state == SIZE && digit >= 0) {
        if (chunks->left >> 56 != 0)
            return false;
        chunks->left = chunks->left * 16 + (unsigned)digit;
        chunks->has_digit = true;
        return true;
    }
    if (!chunks->has_digit || byte == '\n' || byte == '\0')
        return false;
    if (chunks->state == SIZE && byte != '\r' && byte != ';' && byte != ' ' && byte != '\t')
        return false;
    chunks->state = byte == '\r' ? SIZE_LF : EXTENSION;
    return true;
}

/* The lines behind the last chunk, up to an empty one. */
static bool read_trailer(px_http_chunks *chunks, char byte) {
    if (++chunks->trailer_length > MAX_TRAILERS)
        return false;
    if (chunks->state == TRAILER_LF) {
        if (byte != '\n')
            return false;
        chunks->state = chunks->line_length == 0 ? COMPLETE : TRAILER;
        chunks->line_length = 0;
        return true;
    }
    if (byte == '\r')
        chunks->state = TRAILER_LF;
    else
        chunks->line_length++;
    return byte != '\n';
}

/* Everything but the data itself, byte by byte. False: this is not the chunked coding. */
static bool read_between(px_http_chunks *chunks, char byte) {
    switch (chunks->state) {
    case SIZE:
    case EXTENSION:
        return read_size(chunks, byte);
    case SIZE_LF:
        chunks->state = chunks->left > 0 ? DATA : TRAILER;
        chunks->line_length = 0;
        chunks->has_digit = false;
        return byte == '\n';
    case DATA_CR:
        chunks->state = DATA_LF;
        return byte == '\r';
    case DATA_LF:
        chunks->state = SIZE;
        return byte == '\n';
    default:
        return read_trailer(chunks, byte);
    }
}

px_http_progress px_http_read_chunks(px_http_chunks *chunks, char *bytes, size_t len, size_t max,
                                     size_t *consumed, size_t *produced, px_http_refusal *refusal) {
    size_t in = 0;
    size_t out = 0;
    while (in < len && chunks->state != COMPLETE) {
        if (chunks->state != DATA) {
            if (!read_between(chunks, bytes[in++])) {
                *refusal = (px_http_refusal){400, "The chunked body is malformed."};
                return PX_HTTP_REFUSED;
            }
            continue;
        }
        if (chunks->left > max - out) {
            *refusal = (px_http_refusal){413, "The body of the request is too large."};
            return PX_HTTP_REFUSED;
        }
        size_t part = len - in < chunks->left ? len - in : (size_t)chunks->left;
        memmove(bytes + out, bytes + in, part);
        in += part;
        out += part;
        chunks->left -= part;
        if (chunks->left == 0)
            chunks->state = DATA_CR;
    }
    *consumed = in;
    *produced = out;
    return chunks->state == COMPLETE ? PX_HTTP_DONE : PX_HTTP_MORE;
}
