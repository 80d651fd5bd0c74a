/* Opening and sealing boxes, against some that tweetnacl has sealed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "driver/secretbox.h"
#include "memory.h"

/* Key 00 to 1f, nonce 64 to 7b. */
static const struct {
    px_slice text;
    const char *box;
} SEALED[] = {
    {PX_LITERAL(""), "f49572d6194281e3c87fbb4e2106932c"},
    {PX_LITERAL("x"), "89c1b1c92ca13897f75cd0f307069d617a"},
    {PX_LITERAL("{\"text\":\"gr\xc3\xbc\xc3\x9f"
                "e\"}"),
     "d54fdb96be319ad10bcc9bcc09a208d7799bedac42c2ecd3929a51578b473c7d1cd7"},
    {PX_LITERAL("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
                "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef!"),
     "3340955bedf4d476fdc7eb15c9e225753288abfa0e83f8de88c442f654e0c67e0e9b0a94d0937d2c9e3523f669ef"
     "acee985ec62b7b02add3cd2f76006377b803f1a19c2b26b30f683bd83266b8d6fb0273ba7e5efc097ebd81b67e90"
     "23a788f564a6bf3493ca4d35aaa2e8451b8280a0caf8db48dbec0cf03b421ee9df38f05e481ea479e31e763e78b5"
     "6fc18775b35a9f"},
};

enum { MAX_BOX = 256 };

static unsigned char key[PX_SECRETBOX_KEY_BYTES];
static unsigned char nonce[PX_SECRETBOX_NONCE_BYTES];

static int set_up(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(key); i++)
        key[i] = (unsigned char)i;
    for (size_t i = 0; i < sizeof(nonce); i++)
        nonce[i] = (unsigned char)(100 + i);
    return 0;
}

static size_t bytes_of(const char *hex, char box[MAX_BOX]) {
    static const char DIGITS[] = "0123456789abcdef";
    size_t len = strlen(hex) / 2;
    assert_in_range(len, 0, MAX_BOX);
    for (size_t i = 0; i < len; i++)
        box[i] = (char)((strchr(DIGITS, hex[2 * i]) - DIGITS) << 4 |
                        (strchr(DIGITS, hex[2 * i + 1]) - DIGITS));
    return len;
}

/* Each box directly before memory that cannot be read. */
static bool open_box(px_slice box, char *out) {
    test_guarded guarded = test_guard(box);
    bool opened = px_secretbox_open(key, nonce, guarded.bytes, out);
    test_unguard(&guarded);
    return opened;
}

static void what_tweetnacl_sealed(void **state) {
    (void)state;
    char box[MAX_BOX];
    char text[MAX_BOX];
    for (size_t i = 0; i < sizeof(SEALED) / sizeof(SEALED[0]); i++) {
        size_t len = bytes_of(SEALED[i].box, box);
        assert_int_equal(len, SEALED[i].text.len + PX_SECRETBOX_OVERHEAD);
        assert_true(open_box(px_slice_of(box, len), text));
        assert_memory_equal(text, SEALED[i].text.ptr, SEALED[i].text.len);
    }
}

static void what_tweetnacl_would_seal(void **state) {
    (void)state;
    char expected[MAX_BOX];
    char box[MAX_BOX];
    for (size_t i = 0; i < sizeof(SEALED) / sizeof(SEALED[0]); i++) {
        size_t len = bytes_of(SEALED[i].box, expected);
        test_guarded text = test_guard(SEALED[i].text);
        assert_true(px_secretbox_seal(key, nonce, text.bytes, box));
        assert_memory_equal(box, expected, len);
        test_unguard(&text);
    }
}

static void anything_else(void **state) {
    (void)state;
    char box[MAX_BOX];
    char text[MAX_BOX];
    size_t len = bytes_of(SEALED[2].box, box);
    for (size_t cut = 0; cut < len; cut++)
        assert_false(open_box(px_slice_of(box, cut), text));
    for (size_t bit = 0; bit < 8 * len; bit++) {
        box[bit / 8] = (char)(box[bit / 8] ^ 1 << bit % 8);
        assert_false(open_box(px_slice_of(box, len), text));
        box[bit / 8] = (char)(box[bit / 8] ^ 1 << bit % 8);
    }
    key[31] ^= 1;
    assert_false(open_box(px_slice_of(box, len), text));
    key[31] ^= 1;
    nonce[0] ^= 1;
    assert_false(open_box(px_slice_of(box, len), text));
    nonce[0] ^= 1;
    assert_true(open_box(px_slice_of(box, len), text));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_tweetnacl_sealed),
        cmocka_unit_test(what_tweetnacl_would_seal),
        cmocka_unit_test(anything_else),
    };
    /* A library without libsodium opens nothing. */
    if (!px_secretbox_available())
        return 0;
    return cmocka_run_group_tests(tests, set_up, NULL);
}
