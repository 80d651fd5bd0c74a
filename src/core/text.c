#include "core/text.h"

px_text px_text_begin(px_buffer *out) {
    px_buffer_clear(out);
    return (px_text){out, PX_OK};
}

void px_text_add(px_text *text, px_slice piece) {
    if (text->result == PX_OK)
        text->result = px_buffer_append(text->out, piece);
}

void px_text_add_number(px_text *text, uint64_t number) {
    char digits[20];
    px_text_add(text, px_slice_of(digits, px_u64_to_text(number, digits)));
}

void px_text_add_excerpt(px_text *text, px_slice piece, size_t limit) {
    if (piece.len <= limit) {
        px_text_add(text, piece);
        return;
    }
    /* 10xxxxxx continues a code point: do not cut before one. */
    while (limit && ((unsigned char)piece.ptr[limit] & 0xc0) == 0x80)
        limit--;
    px_text_add(text, px_slice_of(piece.ptr, limit));
    px_text_add(text, PX_SLICE("..."));
}

static void add_encoded(px_text *text, px_slice piece, bool (*verbatim)(unsigned char)) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < piece.len; i++) {
        unsigned char byte = (unsigned char)piece.ptr[i];
        char encoded[3] = {'%', digits[byte >> 4], digits[byte & 15]};
        px_text_add(text, verbatim(byte) ? px_slice_of(&piece.ptr[i], 1)
                                         : px_slice_of(encoded, sizeof(encoded)));
    }
}

static bool stays_in_component(unsigned char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z') || (byte && strchr("-_.!~*'()", byte));
}

static bool stays_in_path_segment(unsigned char byte) {
    return byte > ' ' && byte < 0x7f && !strchr("\"#%/<>?\\^`{|}", byte);
}

void px_text_add_component(px_text *text, px_slice piece) {
    add_encoded(text, piece, stays_in_component);
}

void px_text_add_path_segment(px_text *text, px_slice piece) {
    add_encoded(text, piece, stays_in_path_segment);
}
