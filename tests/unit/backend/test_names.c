/* What names say, and how they may look. */
#include "backend/names.h"
#include "net/protocol_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void knows_channels_by_prefix(void **state) {
    (void)state;
    assert_true(px_backend_needs_auth(PX_SLICE("private-a")));
    assert_true(px_backend_needs_auth(PX_SLICE("private-encrypted-a")));
    assert_true(px_backend_needs_auth(PX_SLICE("presence-a")));
    assert_false(px_backend_needs_auth(PX_SLICE("a")));
    assert_false(px_backend_needs_auth(PX_SLICE("privateer")));
    assert_false(px_backend_needs_auth(PX_SLICE("xprivate-a")));
    assert_true(px_backend_is_presence(PX_SLICE("presence-")));
    assert_false(px_backend_is_presence(PX_SLICE("presenceroom")));
    assert_true(px_backend_is_encrypted(PX_SLICE("private-encrypted-cache-a")));
    assert_false(px_backend_is_encrypted(PX_SLICE("private-encrypted")));
}

static void knows_socket_ids(void **state) {
    (void)state;
    assert_true(px_socket_id_valid(PX_SLICE("1.2")));
    assert_true(px_socket_id_valid(PX_SLICE("1234.567890123")));
    static const char *const others[] = {
        "", ".", "1", "1.", ".1", "1.2.3", "1.2:private-a", "a.1", "1.a", " 1.2", "1.2\n", "-1.2"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(px_socket_id_valid(px_slice_of_text(others[i])));
}

static void checks_names(void **state) {
    (void)state;
    static char long_name[PX_BACKEND_MAX_NAME + 1];
    memset(long_name, 'a', sizeof long_name);
    px_slice longest = px_slice_of(long_name, PX_BACKEND_MAX_NAME);
    px_slice too_long = px_slice_of(long_name, sizeof long_name);
    assert_null(px_backend_channel_fault(PX_SLICE("azAZ09_-=@,.;")));
    assert_null(px_backend_channel_fault(longest));
    assert_null(px_backend_event_fault(PX_SLICE("any thing: \xc3\xa4")));
    assert_null(px_backend_event_fault(longest));
    assert_null(px_backend_user_fault(PX_SLICE("ann@example.com")));
    assert_non_null(px_backend_channel_fault(PX_SLICE("")));
    assert_non_null(px_backend_event_fault(PX_SLICE("")));
    assert_non_null(px_backend_user_fault(PX_SLICE("")));
    assert_non_null(px_backend_channel_fault(too_long));
    assert_non_null(px_backend_event_fault(too_long));
    assert_non_null(px_backend_user_fault(too_long));
    static const px_slice bad[] = {PX_LITERAL("a b"), PX_LITERAL("#a"), PX_LITERAL("a/b"),
                                   PX_LITERAL("a\0b"), PX_LITERAL("\xc3\xa4")};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_non_null(px_backend_channel_fault(bad[i]));
        assert_non_null(px_backend_user_fault(bad[i]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_channels_by_prefix),
        cmocka_unit_test(knows_socket_ids),
        cmocka_unit_test(checks_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
