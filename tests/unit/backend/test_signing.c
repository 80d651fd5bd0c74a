/* Signatures of subscriptions and users, with the vectors of the protocol's documentation. */
#include "backend/signing.h"
#include "memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const px_credentials vector = {PX_LITERAL("278d425bdf160c739803"),
                                      PX_LITERAL("7ad3773142a6692b25b8")};

static const struct {
    const char *channel; /* NULL: the user */
    const char *data;
    const char *signature;
} rows[] = {
    {"private-foobar", "", "58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"},
    {"presence-foobar", "{\"user_id\":10,\"user_info\":{\"name\":\"Mr. Channels\"}}",
     "31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80"},
    {"presence-foobar", "{\"user_id\":10,\"user_info\":{\"name\":\"Mr. Pusher\"}}",
     "afaed3695da2ffd16931f457e338e6c9f2921fa133ce7dac49f529792be6304c"},
    {NULL, "{\"id\":\"12345\"}",
     "4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba"},
};

static void signs(void **state) {
    (void)state;
    const px_slice socket_id = PX_LITERAL("1234.1234");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        px_slice data = px_slice_of_text(rows[i].data);
        px_buffer out;
        px_buffer_init(&out, &test_malloc, 1024);
        int result = rows[i].channel
                         ? px_backend_sign_channel(&vector, socket_id,
                                                   px_slice_of_text(rows[i].channel), data, &out)
                         : px_backend_sign_user(&vector, socket_id, data, &out);
        assert_int_equal(result, PX_OK);
        assert_int_equal(out.len, vector.key.len + 1 + 64);
        assert_memory_equal(out.data, "278d425bdf160c739803:", 21);
        assert_memory_equal(out.data + 21, rows[i].signature, 64);
        px_buffer_free(&out);
    }
}

static void says_when_there_is_no_room(void **state) {
    (void)state;
    px_buffer out;
    px_buffer_init(&out, &test_malloc, 50);
    assert_int_equal(px_backend_sign_channel(&vector, PX_SLICE("1.2"), PX_SLICE("private-a"),
                                             PX_SLICE(""), &out),
                     PX_ERR_LIMIT);
    assert_int_equal(out.len, 0);
    px_buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs),
        cmocka_unit_test(says_when_there_is_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
