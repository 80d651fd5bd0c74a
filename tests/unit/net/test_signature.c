/* Digests and signatures, against published vectors. */
#include "memory.h"
#include "net/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const px_slice SECRET = PX_LITERAL("7ad3773142a6692b25b8");

/* The vectors of the Channels documentation, with the text that each hex really signs. */
static const struct {
    px_slice text;
    const char *hex;
} SIGNED[] = {
    {PX_LITERAL("1234.1234::user::{\"id\":\"12345\"}"),
     "4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba"},
    {PX_LITERAL("1234.1234:private-foobar"),
     "58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"},
    {PX_LITERAL("1234.1234:presence-foobar:"
                "{\"user_id\":10,\"user_info\":{\"name\":\"Mr. Channels\"}}"),
     "31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80"},
    {PX_LITERAL("1234.1234:presence-foobar:"
                "{\"user_id\":10,\"user_info\":{\"name\":\"Mr. Pusher\"}}"),
     "afaed3695da2ffd16931f457e338e6c9f2921fa133ce7dac49f529792be6304c"},
    {PX_LITERAL("POST\n/apps/3/events\nauth_key=278d425bdf160c739803&auth_timestamp=1353088179&"
                "auth_version=1.0&body_md5=ec365a775a4cd0599faeb73354201b6f"),
     "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c"},
    {PX_LITERAL("GET\n/apps/3/channels\nauth_key=278d425bdf160c739803&auth_timestamp=1353088179&"
                "auth_version=1.0&filter_by_prefix=presence-&info=user_count"),
     "16819168891cb5dfd72b5c7a5d3d602605b26c6ba1930033b5e2eeeb65010291"},
    {PX_LITERAL("{\"time_ms\":1327078148132,\"events\":"
                "[{\"name\":\"channel_occupied\",\"channel\":\"my-channel\"}]}"),
     "c19001ae3963ccb13bf618e5b16ba9848e7e74df0993aa0689168e341c6833cf"},
};

static void signatures(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(SIGNED) / sizeof(SIGNED[0]); i++) {
        char hex[PX_SIGNATURE_LENGTH];
        assert_int_equal(px_signature(SECRET, &SIGNED[i].text, 1, hex), PX_OK);
        assert_memory_equal(hex, SIGNED[i].hex, sizeof(hex));
        assert_true(px_signature_verify(SECRET, &SIGNED[i].text, 1, px_slice_of(hex, sizeof(hex))));
    }
}

/* The parts are signed as if they were one text, wherever it is cut. */
static void parts_are_one_text(void **state) {
    (void)state;
    px_slice text = SIGNED[1].text;
    for (size_t cut = 0; cut <= text.len; cut++) {
        px_slice parts[] = {px_slice_of(text.ptr, cut), {NULL, 0}, px_slice_after(text, cut)};
        char hex[PX_SIGNATURE_LENGTH];
        assert_int_equal(px_signature(SECRET, parts, 3, hex), PX_OK);
        assert_memory_equal(hex, SIGNED[1].hex, sizeof(hex));
    }
}

/* HMAC-SHA256 with nothing in it, computed elsewhere. */
static void empty_secret_and_text(void **state) {
    (void)state;
    char hex[PX_SIGNATURE_LENGTH];
    assert_int_equal(px_signature(PX_SLICE(""), NULL, 0, hex), PX_OK);
    assert_memory_equal(hex, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
                        sizeof(hex));
}

/* Lower-case hex of the exact length, every character of it. */
static void only_the_exact_signature_is_accepted(void **state) {
    (void)state;
    const px_slice *text = &SIGNED[1].text;
    char hex[PX_SIGNATURE_LENGTH + 1];
    memcpy(hex, SIGNED[1].hex, sizeof(hex));
    assert_true(px_signature_verify(SECRET, text, 1, px_slice_of(hex, PX_SIGNATURE_LENGTH)));
    assert_false(px_signature_verify(SECRET, text, 1, px_slice_of(hex, PX_SIGNATURE_LENGTH - 1)));
    assert_false(px_signature_verify(SECRET, text, 1, px_slice_of(hex, PX_SIGNATURE_LENGTH + 1)));
    assert_false(px_signature_verify(SECRET, text, 1, PX_SLICE("")));
    assert_false(px_signature_verify(PX_SLICE("7ad3773142a6692b25b9"), text, 1,
                                     px_slice_of(hex, PX_SIGNATURE_LENGTH)));
    for (size_t i = 0; i < PX_SIGNATURE_LENGTH; i++) {
        char kept = hex[i];
        hex[i] = kept == '0' ? '1' : '0';
        assert_false(px_signature_verify(SECRET, text, 1, px_slice_of(hex, PX_SIGNATURE_LENGTH)));
        hex[i] = kept;
        if (kept >= 'a') {
            hex[i] = (char)(kept - 'a' + 'A');
            assert_false(
                px_signature_verify(SECRET, text, 1, px_slice_of(hex, PX_SIGNATURE_LENGTH)));
            hex[i] = kept;
        }
    }
}

static void md5(void **state) {
    (void)state;
    char hex[PX_MD5_LENGTH];
    px_slice body = PX_SLICE("{\"name\":\"foo\",\"channels\":[\"project-3\"],"
                             "\"data\":\"{\\\"some\\\":\\\"data\\\"}\"}");
    assert_int_equal(px_md5(body, hex), PX_OK);
    assert_memory_equal(hex, "ec365a775a4cd0599faeb73354201b6f", sizeof(hex));
    assert_int_equal(px_md5(px_slice_of(NULL, 0), hex), PX_OK);
    assert_memory_equal(hex, "d41d8cd98f00b204e9800998ecf8427e", sizeof(hex));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures),
        cmocka_unit_test(parts_are_one_text),
        cmocka_unit_test(empty_secret_and_text),
        cmocka_unit_test(only_the_exact_signature_is_accepted),
        cmocka_unit_test(md5),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
