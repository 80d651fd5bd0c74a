/* Signatures of subscriptions, with the vectors of the protocol's documentation. */
#include "cli/channel_auth.h"
#include "memory.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char key[] = "278d425bdf160c739803";
static const char secret[] = "7ad3773142a6692b25b8";

static void expect_auth(const char *channel, const char *data, const char *auth) {
    px_buffer out;
    px_buffer_init(&out, &test_malloc, 1024);
    assert_int_equal(px_cli_sign_channel(key, secret, PX_SLICE("1234.1234"),
                                         px_slice_of_text(channel), px_slice_of_text(data), &out),
                     PX_OK);
    assert_int_equal(out.len, strlen(auth));
    assert_memory_equal(out.data, auth, out.len);
    px_buffer_free(&out);
}

static void signs(void **state) {
    (void)state;
    expect_auth("private-foobar", NULL,
                "278d425bdf160c739803:"
                "58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4");
    expect_auth("presence-foobar", "{\"user_id\":10,\"user_info\":{\"name\":\"Mr. Channels\"}}",
                "278d425bdf160c739803:"
                "31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80");
}

static void says_when_there_is_no_room(void **state) {
    (void)state;
    px_buffer out;
    px_buffer_init(&out, &test_malloc, 50);
    assert_int_equal(px_cli_sign_channel(key, secret, PX_SLICE("1.2"), PX_SLICE("private-a"),
                                         PX_SLICE(""), &out),
                     PX_ERR_LIMIT);
    assert_int_equal(out.len, 0);
    px_buffer_free(&out);
}

static void knows_channels_by_prefix(void **state) {
    (void)state;
    assert_true(px_cli_needs_auth(PX_SLICE("private-a")));
    assert_true(px_cli_needs_auth(PX_SLICE("private-encrypted-a")));
    assert_true(px_cli_needs_auth(PX_SLICE("presence-a")));
    assert_false(px_cli_needs_auth(PX_SLICE("a")));
    assert_false(px_cli_needs_auth(PX_SLICE("privateer")));
    assert_false(px_cli_needs_auth(PX_SLICE("xprivate-a")));
    assert_true(px_cli_is_presence(PX_SLICE("presence-")));
    assert_false(px_cli_is_presence(PX_SLICE("presenceroom")));
    assert_true(px_cli_is_encrypted(PX_SLICE("private-encrypted-a")));
    assert_true(px_cli_is_encrypted(PX_SLICE("private-encrypted-cache-a")));
    assert_false(px_cli_is_encrypted(PX_SLICE("private-a")));
    assert_false(px_cli_is_encrypted(PX_SLICE("private-encrypted")));
}

static void knows_socket_ids(void **state) {
    (void)state;
    assert_true(px_cli_is_socket_id(PX_SLICE("1.2")));
    assert_true(px_cli_is_socket_id(PX_SLICE("1234.567890123")));
    static const char *const others[] = {
        "", ".", "1", "1.", ".1", "1.2.3", "1.2:private-a", "a.1", "1.a", " 1.2", "1.2\n", "-1.2"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(px_cli_is_socket_id(px_slice_of_text(others[i])));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs),
        cmocka_unit_test(says_when_there_is_no_room),
        cmocka_unit_test(knows_channels_by_prefix),
        cmocka_unit_test(knows_socket_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
