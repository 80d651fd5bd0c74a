/* UTF-8 validation beside a decoder that knows nothing of words, tables or shortcuts. */
#include "base/utf8.h"
#include "fuzz.h"

/* The length of the sequence at the front, by decoding and encoding it again; 0: invalid. */
static size_t decode_one(px_slice bytes) {
    unsigned char first = (unsigned char)bytes.ptr[0];
    size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    uint32_t code_point = length == 1 ? first : first & (0x7fu >> length);
    if ((first >= 0x80 && first < 0xc0) || first >= 0xf8 || length > bytes.len)
        return 0;
    for (size_t i = 1; i < length; i++) {
        unsigned char tail = (unsigned char)bytes.ptr[i];
        if (tail >> 6 != 2)
            return 0;
        code_point = code_point << 6 | (tail & 0x3f);
    }
    if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff))
        return 0;
    char again[4];
    bool shortest = px_utf8_encode(code_point, again) == length;
    FUZZ_CHECK(!shortest || memcmp(again, bytes.ptr, length) == 0);
    return shortest ? length : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    px_slice bytes = px_slice_of((const char *)data, size);
    size_t valid = 0;
    while (valid < size) {
        px_slice rest = px_slice_after(bytes, valid);
        size_t length = decode_one(rest);
        FUZZ_CHECK(px_utf8_sequence(rest) == length);
        if (length == 0)
            break;
        valid += length;
    }
    FUZZ_CHECK(px_utf8_valid_length(bytes) == valid);
    FUZZ_CHECK(px_utf8_valid(bytes) == (valid == size));
    return 0;
}
