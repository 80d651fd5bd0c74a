/* Shared secrets, and data that is encrypted on its way to a channel. */
#include "api_peer.h"

#include "base/base64.h"
#include "driver/secretbox.h"
#include "json/reader.h"

#define CHANNEL "private-encrypted-x"
#define SECRET  "6WW+JhQkrDHUfm5BytoU8ryaUq0zo82MTvUPheddo/Y="

static void derives_the_vector(void **state) {
    (void)state;
    pusher_app *app = vector_app();
    char secret[PUSHER_SHARED_SECRET_SIZE] = "untouched";
    assert_int_equal(pusher_app_shared_secret(app, pusher_str("private-x"), secret),
                     PUSHER_ERR_ARGUMENT);
    assert_int_equal(pusher_app_shared_secret(app, pusher_str(CHANNEL "/"), secret),
                     PUSHER_ERR_ARGUMENT);
    assert_string_equal(secret, "untouched");
    assert_int_equal(pusher_app_shared_secret(app, pusher_str(CHANNEL), secret), PUSHER_OK);
    assert_string_equal(secret, SECRET);
    pusher_app_free(app);
}

/* Reads {"nonce":...,"ciphertext":...}. */
static void read_sealed(px_slice json, char nonce[PX_SECRETBOX_NONCE_BYTES], char *box,
                        size_t *box_len) {
    px_json_reader reader;
    size_t len = 0;
    char decoded[64];
    px_json_reader_init(&reader, json);
    assert_int_equal(px_json_next(&reader), PX_JSON_OBJECT_BEGIN);
    assert_int_equal(px_json_next(&reader), PX_JSON_KEY);
    assert_true(px_slice_equal(reader.text, PX_SLICE("nonce")));
    assert_int_equal(px_json_next(&reader), PX_JSON_STRING);
    assert_true(px_base64_decode(reader.text, decoded, &len));
    assert_int_equal(len, PX_SECRETBOX_NONCE_BYTES);
    memcpy(nonce, decoded, len);
    assert_int_equal(px_json_next(&reader), PX_JSON_KEY);
    assert_true(px_slice_equal(reader.text, PX_SLICE("ciphertext")));
    assert_int_equal(px_json_next(&reader), PX_JSON_STRING);
    assert_true(px_base64_decode(reader.text, box, box_len));
    assert_int_equal(px_json_next(&reader), PX_JSON_OBJECT_END);
}

static void expect_opens(px_slice sealed, const char *expected) {
    char nonce[PX_SECRETBOX_NONCE_BYTES], box[512], opened[512], key[PX_SECRETBOX_KEY_BYTES + 1];
    size_t len = 0, key_len = 0;
    assert_true(px_base64_decode(PX_SLICE(SECRET), key, &key_len));
    read_sealed(sealed, nonce, box, &len);
    assert_true(px_secretbox_open((const unsigned char *)key, (const unsigned char *)nonce,
                                  px_slice_of(box, len), opened));
    assert_int_equal(len - PX_SECRETBOX_OVERHEAD, strlen(expected));
    assert_memory_equal(opened, expected, strlen(expected));
}

static void encrypts(void **state) {
    (void)state;
    pusher_app *app = vector_app();
    pusher_answer answer;
    char first[512];
    const pusher_string channel = pusher_str(CHANNEL);
    static const char *const texts[] = {"", "{\"text\":\"\xc3\xa4\"}"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pusher_app_encrypt(app, channel, pusher_str(texts[i]), &answer),
                         PUSHER_OK);
        expect_opens(px_slice_of(answer.body.ptr, answer.body.len), texts[i]);
    }
    memcpy(first, answer.body.ptr, answer.body.len);
    size_t len = answer.body.len;
    assert_int_equal(pusher_app_encrypt(app, channel, pusher_str(texts[1]), &answer), PUSHER_OK);
    assert_int_equal(answer.body.len, len);
    assert_memory_not_equal(answer.body.ptr, first, len); /* another nonce */
    pusher_app_free(app);
}

static void refuses_what_makes_no_sense(void **state) {
    (void)state;
    static char long_data[10241];
    pusher_app *app = vector_app();
    pusher_answer answer;
    int result = pusher_app_encrypt(app, pusher_str("a"), pusher_str("x"), &answer);
    expect_failure(result, &answer, PUSHER_ERR_ARGUMENT, "'a' is not encrypted");
    assert_int_equal(answer.status, 400);
    result = pusher_app_encrypt(app, pusher_str(CHANNEL),
                                (pusher_string){long_data, sizeof long_data}, &answer);
    expect_failure(result, &answer, PUSHER_ERR_LIMIT, "10241 bytes");
    pusher_app_free(app);

    pusher_app_options options = vector_options();
    char secret[PUSHER_SHARED_SECRET_SIZE];
    options.encryption_master_key_base64 = pusher_str("");
    assert_int_equal(pusher_app_new(&options, &app), PUSHER_OK);
    result = pusher_app_encrypt(app, pusher_str(CHANNEL), pusher_str("x"), &answer);
    expect_failure(result, &answer, PUSHER_ERR_STATE, "encryption_master_key");
    result =
        pusher_app_trigger(app, pusher_str(CHANNEL), pusher_str("e"), pusher_str("x"), &answer);
    expect_failure(result, &answer, PUSHER_ERR_STATE, "encryption_master_key");
    assert_int_equal(pusher_app_shared_secret(app, pusher_str(CHANNEL), secret), PUSHER_ERR_STATE);
    pusher_app_free(app);
}

/* Nothing of what is published to an encrypted channel is sent in clear. */
static void encrypts_what_is_published(void **state) {
    (void)state;
    api_peer *api = api_peer_start("200 OK", "{}", NULL);
    const pusher_string channel = pusher_str(CHANNEL), none = pusher_str("");
    const pusher_publication event = {&channel, 1, pusher_str("e"), pusher_str("hush"), none, none};
    assert_int_equal(pusher_app_publish(api->app, &event, NULL), PUSHER_OK);
    assert_int_equal(pusher_app_publish_batch(api->app, &event, 1, NULL), PUSHER_OK);
    for (int i = 0; i < 2; i++) {
        assert_null(strstr(api->requests[i], "hush"));
        const char *start = strstr(api->requests[i], "\"data\":\"");
        assert_non_null(start);
        const char *end = strstr(start + 8, "}\"");
        assert_non_null(end);
        char sealed[512];
        px_slice escaped = px_slice_of(start + 8, (size_t)(end + 1 - start - 8));
        assert_in_range(escaped.len, 1, sizeof sealed);
        expect_opens(px_slice_of(sealed, px_json_unescape_to(escaped, sealed)), "hush");
    }
    api_peer_stop(api);
}

/* What is sent is longer than what was given: it is that which is limited. */
static void limits_what_is_sent(void **state) {
    (void)state;
    static char data[10240];
    memset(data, 'x', sizeof data);
    pusher_app *app = vector_app();
    pusher_answer answer;
    int result = pusher_app_trigger(app, pusher_str(CHANNEL), pusher_str("e"),
                                    (pusher_string){data, sizeof data}, &answer);
    expect_failure(result, &answer, PUSHER_ERR_LIMIT, "bytes of data are too much");
    pusher_app_free(app);
}

static int encrypt(pusher_app *app) {
    return pusher_app_encrypt(app, pusher_str(CHANNEL), pusher_str("x"), NULL);
}

static void survives_without_memory(void **state) {
    (void)state;
    expect_no_memory(encrypt);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derives_the_vector),          cmocka_unit_test(encrypts),
        cmocka_unit_test(refuses_what_makes_no_sense), cmocka_unit_test(encrypts_what_is_published),
        cmocka_unit_test(limits_what_is_sent),         cmocka_unit_test(survives_without_memory),
    };
    /* A library without libsodium says so. */
    if (!px_secretbox_available()) {
        pusher_app *app = vector_app();
        pusher_answer answer;
        int result = pusher_app_encrypt(app, pusher_str(CHANNEL), pusher_str("x"), &answer);
        pusher_app_free(app);
        return result == PUSHER_ERR_STATE ? 0 : 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
