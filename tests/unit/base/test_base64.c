/* Base64: the vectors of RFC 4648 section 10, every byte, and everything that must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base64.h"
#include "memory.h"

static const struct {
    px_slice bytes;
    px_slice text;
} VECTORS[] = {
    {PX_LITERAL(""), PX_LITERAL("")},
    {PX_LITERAL("f"), PX_LITERAL("Zg==")},
    {PX_LITERAL("fo"), PX_LITERAL("Zm8=")},
    {PX_LITERAL("foo"), PX_LITERAL("Zm9v")},
    {PX_LITERAL("foob"), PX_LITERAL("Zm9vYg==")},
    {PX_LITERAL("fooba"), PX_LITERAL("Zm9vYmE=")},
    {PX_LITERAL("foobar"), PX_LITERAL("Zm9vYmFy")},
    {PX_LITERAL("\xfb\xff\xbf\x00"), PX_LITERAL("+/+/AA==")},
    {PX_LITERAL("\xff\xff\xff"), PX_LITERAL("////")},
};

static void test_vectors(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(VECTORS) / sizeof(*VECTORS); i++) {
        char text[16];
        char bytes[16];
        size_t len = 99;
        assert_int_equal(px_base64_encoded_length(VECTORS[i].bytes.len), VECTORS[i].text.len);
        px_base64_encode(VECTORS[i].bytes, text);
        assert_memory_equal(text, VECTORS[i].text.ptr, VECTORS[i].text.len);
        assert_true(px_base64_decode(VECTORS[i].text, bytes, &len));
        assert_int_equal(len, VECTORS[i].bytes.len);
        assert_memory_equal(bytes, VECTORS[i].bytes.ptr, len);
    }
}

/* Lengths from 0 to 255 of all byte values, at the end of readable memory. */
static void test_round_trip(void **state) {
    (void)state;
    for (size_t len = 0; len < 256; len++) {
        char original[256];
        for (size_t i = 0; i < len; i++)
            original[i] = (char)(len * 7 + i);
        char text[344];
        char back[256];
        test_guarded bytes = test_guard(px_slice_of(original, len));
        px_base64_encode(bytes.bytes, text);
        test_guarded encoded = test_guard(px_slice_of(text, px_base64_encoded_length(len)));
        size_t back_len;
        assert_true(px_base64_decoded_max(encoded.bytes.len) <= sizeof(back));
        assert_true(px_base64_decode(encoded.bytes, back, &back_len));
        assert_true(back_len <= px_base64_decoded_max(encoded.bytes.len));
        assert_int_equal(back_len, len);
        assert_memory_equal(back, original, len);
        test_unguard(&bytes);
        test_unguard(&encoded);
    }
}

static void test_refused(void **state) {
    (void)state;
    static const px_slice BAD[] = {
        /* not a multiple of four */
        PX_LITERAL("Z"),
        PX_LITERAL("Zg"),
        PX_LITERAL("Zg="),
        PX_LITERAL("Zm9vY"),
        /* padding where it does not belong */
        PX_LITERAL("===="),
        PX_LITERAL("Z==="),
        PX_LITERAL("=Zg="),
        PX_LITERAL("Zg=="
                   "Zg=="),
        PX_LITERAL("Zg=a"),
        PX_LITERAL("Zm8=Zm9v"),
        /* bits behind the end that are not zero */
        PX_LITERAL("Zh=="),
        PX_LITERAL("Zm9="),
        PX_LITERAL("Z/=="),
        PX_LITERAL("Zm//Zm/="),
        /* blanks, the URL alphabet, and what is near the alphabet */
        PX_LITERAL("Zm 9"),
        PX_LITERAL("Zm9v\n   "),
        PX_LITERAL("-_-_"),
        PX_LITERAL("Zm9\0"),
        PX_LITERAL("@@@@"),
        PX_LITERAL("[[[["),
        PX_LITERAL("````"),
        PX_LITERAL("{{{{"),
        PX_LITERAL("::::"),
        PX_LITERAL("...."),
        PX_LITERAL(",,,,"),
        PX_LITERAL("\xc1\xc1\xc1\xc1"),
    };
    for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++) {
        char out[16];
        size_t len = 99;
        assert_false(px_base64_decode(BAD[i], out, &len));
        assert_int_equal(len, 99);
    }
}

/* Each content has one text: of all two-character groups, exactly one in 16 is canonical. */
static void test_every_last_group(void **state) {
    (void)state;
    size_t accepted[2] = {0, 0};
    for (unsigned a = 0; a < 256; a++) {
        for (unsigned b = 0; b < 256; b++) {
            char out[3];
            size_t len;
            char one[4] = {(char)a, (char)b, '=', '='};
            char two[4] = {'Z', (char)a, (char)b, '='};
            accepted[0] += px_base64_decode(px_slice_of(one, 4), out, &len) && len == 1;
            accepted[1] += px_base64_decode(px_slice_of(two, 4), out, &len) && len == 2;
        }
    }
    assert_int_equal(accepted[0], 256);
    /* Three characters with a fixed first one: 12 bits, of which 2 must be zero. */
    assert_int_equal(accepted[1], 1024);
}

static int value_of(unsigned char c) {
    static const char ALPHABET[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c ? strchr(ALPHABET, c) : NULL;
    return found ? (int)(found - ALPHABET) : -1;
}

/* Every byte at every place of a text that is longer than what is decoded at one time: it is taken if it
 * is in the alphabet, and nothing is written behind the end. */
static void test_every_byte_everywhere(void **state) {
    (void)state;
    enum { LENGTH = 56, BYTES = LENGTH / 4 * 3 };
    for (size_t at = 0; at < LENGTH; at++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            char text[LENGTH];
            char out[BYTES + 1];
            size_t len = 99;
            memset(text, 'A', LENGTH);
            text[at] = (char)byte;
            out[BYTES] = '!';
            int value = value_of((unsigned char)byte);
            bool is_padding = byte == '=' && at == LENGTH - 1;
            test_guarded input = test_guard(px_slice_of(text, LENGTH));
            assert_int_equal(px_base64_decode(input.bytes, out, &len), value >= 0 || is_padding);
            assert_int_equal(out[BYTES], '!');
            if (value >= 0) {
                uint32_t group = (uint32_t)value << (6 * (3 - at % 4));
                char expected[BYTES] = {0};
                for (size_t i = 0; i < 3; i++)
                    expected[at / 4 * 3 + i] = (char)(group >> (8 * (2 - i)));
                assert_int_equal(len, BYTES);
                assert_memory_equal(out, expected, BYTES);
            }
            test_unguard(&input);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_every_last_group),
        cmocka_unit_test(test_every_byte_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
