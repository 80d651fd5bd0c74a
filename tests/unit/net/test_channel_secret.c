/* Keys of encrypted channels, against vectors that were computed elsewhere. */
#include "net/channel_secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The bytes 00 to 1f. */
static const px_slice MASTER_KEY = PX_LITERAL("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");

static void a_master_key_is_base64_of_32_bytes(void **state) {
    (void)state;
    unsigned char key[PX_MASTER_KEY_BYTES];
    assert_int_equal(px_master_key_read(MASTER_KEY, key), PX_OK);
    for (size_t i = 0; i < sizeof(key); i++)
        assert_int_equal(key[i], i);
}

static void anything_else_is_no_master_key(void **state) {
    (void)state;
    static const px_slice BAD[] = {
        PX_LITERAL(""),
        PX_LITERAL("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg=="),         /* 31 bytes */
        PX_LITERAL("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"),         /* 33 bytes */
        PX_LITERAL("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"),          /* no padding */
        PX_LITERAL("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"),       /* a line's end */
        PX_LITERAL("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9="),         /* stray bits */
        PX_LITERAL("AAECAwQFBgcICQoLDA0ODxAREhMUFRYX GBkaGxwdHh="),         /* a blank */
        PX_LITERAL("000102030405060708090a0b0c0d0e0f10111213141516171819"), /* hex */
    };
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        unsigned char key[PX_MASTER_KEY_BYTES] = {7};
        assert_int_equal(px_master_key_read(BAD[i], key), PX_ERR_ARGUMENT);
        assert_int_equal(key[0], 7);
    }
}

static void each_channel_has_a_secret_of_its_own(void **state) {
    (void)state;
    static const struct {
        px_slice channel;
        const char *secret;
    } KNOWN[] = {
        {PX_LITERAL("private-encrypted-x"), "6WW+JhQkrDHUfm5BytoU8ryaUq0zo82MTvUPheddo/Y="},
        {PX_LITERAL("private-encrypted-y"), "duOQlTOLPsdNFVS2jmhY8dRCxY1aokX7NlnPQER2Sk4="},
        {PX_LITERAL(""), "Yw3NKWbEM2aRElRIu7JbT/QSpJxzLbLIq8G4WBvXEN0="},
    };
    unsigned char key[PX_MASTER_KEY_BYTES];
    assert_int_equal(px_master_key_read(MASTER_KEY, key), PX_OK);
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++) {
        char secret[PX_CHANNEL_SECRET_LENGTH];
        assert_int_equal(px_channel_secret(KNOWN[i].channel, key, secret), PX_OK);
        assert_memory_equal(secret, KNOWN[i].secret, sizeof(secret));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_master_key_is_base64_of_32_bytes),
        cmocka_unit_test(anything_else_is_no_master_key),
        cmocka_unit_test(each_channel_has_a_secret_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
