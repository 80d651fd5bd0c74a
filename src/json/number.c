/* The integer value of a JSON number, which may be written as 120, 120.0 or 12e1. */
#include "json/reader.h"

/* *value = *value * 10^count + digit; false, and *value untouched, on overflow. */
static bool shift_in(uint64_t *value, uint64_t count, unsigned digit) {
    uint64_t shifted = *value;
    for (; count && shifted; count--) {
        if (shifted > UINT64_MAX / 10)
            return false;
        shifted *= 10;
    }
    if (shifted > UINT64_MAX - digit)
        return false;
    *value = shifted + digit;
    return true;
}

/* Reads the digits before and behind the point as one integer without its trailing zeros.
 * *exponent is the power of ten to multiply it with. */
static bool read_digits(px_slice text, uint64_t *digits, int64_t *exponent) {
    uint64_t pending = 0; /* digits since the last one that was not zero */
    int64_t behind_point = 0;
    bool point = false;
    *digits = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '.') {
            point = true;
            continue;
        }
        behind_point += point;
        pending++;
        if (text.ptr[i] == '0')
            continue;
        if (!shift_in(digits, pending, (unsigned)(text.ptr[i] - '0')))
            return false;
        pending = 0;
    }
    *exponent = (int64_t)pending - behind_point;
    return true;
}

/* The exponent's value, from the 'e' on; what is beyond any use becomes the largest there is. */
static int64_t read_exponent(px_slice text) {
    const int64_t largest = INT64_MAX / 2;
    if (text.len == 0)
        return 0;
    bool negative = text.ptr[1] == '-';
    uint64_t value;
    text = px_slice_after(text, 1 + (size_t)(negative || text.ptr[1] == '+'));
    if (!px_slice_to_u64(text, &value) || value > (uint64_t)largest)
        value = (uint64_t)largest;
    return negative ? -(int64_t)value : (int64_t)value;
}

bool px_json_to_i64(px_slice number, int64_t *value) {
    bool negative = number.len && number.ptr[0] == '-';
    number = px_slice_after(number, negative);
    size_t mantissa = 0;
    while (mantissa < number.len && (number.ptr[mantissa] | 0x20) != 'e')
        mantissa++;
    uint64_t magnitude;
    int64_t exponent;
    if (!read_digits(px_slice_of(number.ptr, mantissa), &magnitude, &exponent))
        return false;
    exponent += read_exponent(px_slice_after(number, mantissa));
    if (magnitude != 0 && (exponent < 0 || !shift_in(&magnitude, (uint64_t)exponent, 0)))
        return false;
    if (magnitude > (uint64_t)INT64_MAX + negative)
        return false;
    *value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}
