/* The HTTP API's authentication, routes and methods. */
#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "net/signature.h"
#include "server/http_params.h"

#define AUTH "auth_key=" TEST_KEY "&auth_timestamp=1353088179&auth_version=1.0"

static const char POST_QUERY[] =
    AUTH "&body_md5=ec365a775a4cd0599faeb73354201b6f"
         "&auth_signature=da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c";
/* Its signature covers these exact bytes. */
static const char POST_BODY[] =
    "{'name':'foo','channels':['project-3'],'data':'{\\'some\\':\\'data\\'}'}";
static const char GET_QUERY[] =
    AUTH "&filter_by_prefix=presence-&info=user_count"
         "&auth_signature=16819168891cb5dfd72b5c7a5d3d602605b26c6ba1930033b5e2eeeb65010291";

static void documented_requests_are_accepted(void **state) {
    (void)state;
    test_world world;
    world_start(&world, NULL, NULL);
    world_request_raw(&world, "POST", "/apps/3/events", POST_QUERY, POST_BODY);
    world_expect(&world, 200, "{}");
    world_request_raw(&world, "GET", "/apps/3/channels", GET_QUERY, "");
    world_expect(&world, 200, "{'channels':{}}");
    world_stop(&world);
}

/* Signs METHOD, path and `text` as they are and sends `query` with the signature. */
static void request_signed(test_world *world, const char *method, const char *signed_path,
                           const char *path, const char *text, const char *query,
                           const char *body) {
    char all[2048], hex[PX_SIGNATURE_LENGTH + 1] = "";
    (void)snprintf(all, sizeof(all), "%s\n%s\n%s", method, signed_path, text);
    px_slice to_sign = px_slice_of_text(all);
    assert_int_equal(px_signature(PX_SLICE(TEST_SECRET), &to_sign, 1, hex), PX_OK);
    (void)snprintf(all, sizeof(all), "%s&auth_signature=%s", query, hex);
    world_request_raw(world, method, path, all, body);
}

static void request_get(test_world *world, const char *text, const char *query) {
    request_signed(world, "GET", "/apps/3/channels", "/apps/3/channels", text, query, "");
}

static void anything_that_is_changed_spoils_the_signature(void **state) {
    (void)state;
    test_world world;
    world_start(&world, NULL, NULL);
    char query[600];
    (void)snprintf(query, sizeof(query), "%s&extra=1", POST_QUERY);
    world_request_raw(&world, "POST", "/apps/3/events", query, POST_BODY);
    assert_int_equal(world.status, 401);
    world_request_raw(&world, "POST", "/apps/3/batch_events", POST_QUERY, POST_BODY);
    assert_int_equal(world.status, 401);
    world_request_raw(&world, "POST", "/apps/3/events", POST_QUERY, "{}");
    world_expect_error(&world, 401, "Invalid body_md5: it is not the digest of the body");
    (void)snprintf(query, sizeof(query), "%s", GET_QUERY);
    query[strlen(query) - 1] ^= 1;
    world_request_raw(&world, "GET", "/apps/3/channels", query, "");
    assert_int_equal(world.status, 401);
    query[strlen(query) - 1] ^= 1;
    world_request_raw(&world, "GET", "/apps/3/channels", query, "");
    assert_int_equal(world.status, 200);
    world_stop(&world);
}

static void refusal_shows_what_to_sign(void **state) {
    (void)state;
    test_world world;
    world_start(&world, NULL, NULL);
    world_request_raw(&world, "GET", "/apps/3/channels", "info=a%2Cb&" AUTH "&auth_signature=bad",
                      "");
    world_expect_error(&world, 401,
                       "Invalid signature: you should have sent HmacSHA256Hex(\\\"GET\\n/apps/3/"
                       "channels\\n" AUTH
                       "&info=a,b\\\", your_secret_key), but you sent \\\"bad\\\"");
    world_stop(&world);
}

static const struct {
    const char *query;
    const char *text;
} INCOMPLETE[] = {
    {"", "Missing required parameter: auth_key"},
    {"auth_timestamp=1353088179&auth_version=1.0&auth_signature=x",
     "Missing required parameter: auth_key"},
    {"auth_key=k&auth_version=1.0&auth_signature=x", "Missing required parameter: auth_timestamp"},
    {"auth_key=k&auth_timestamp=1353088179&auth_signature=x",
     "Missing required parameter: auth_version"},
    {AUTH, "Missing required parameter: auth_signature"},
    {"auth_key=k&auth_timestamp=1353088179&auth_version=2.0&auth_signature=x",
     "Unknown auth_version: must be 1.0"},
    {"auth_key=k&auth_timestamp=1353088179&auth_version=1.0&auth_signature=x",
     "Unknown auth_key: it does not belong to this app"},
    {"auth_key=" TEST_KEY "&auth_timestamp=soon&auth_version=1.0&auth_signature=x",
     "Invalid auth_timestamp: must be seconds since 1970"},
    {"auth_key=" TEST_KEY "&auth_timestamp=1353087578&auth_version=1.0&auth_signature=x",
     "Timestamp expired: Given timestamp (2012-11-16T17:39:38Z) not within 600s of server time "
     "(2012-11-16T17:49:39Z)"},
    {"auth_key=" TEST_KEY "&auth_timestamp=1353088780&auth_version=1.0&auth_signature=x",
     "Timestamp expired: Given timestamp (2012-11-16T17:59:40Z) not within 600s of server time "
     "(2012-11-16T17:49:39Z)"},
    {"auth_key=" TEST_KEY "&auth_timestamp=18446744073709551615&auth_version=1.0&auth_signature=x",
     "Timestamp expired: Given timestamp (18446744073709551615) not within 600s of server time "
     "(2012-11-16T17:49:39Z)"},
};

static void parameters_are_checked_in_order(void **state) {
    (void)state;
    test_world world;
    world_start(&world, NULL, NULL);
    for (size_t i = 0; i < sizeof(INCOMPLETE) / sizeof(INCOMPLETE[0]); i++) {
        world_request_raw(&world, "GET", "/apps/3/channels", INCOMPLETE[i].query, "");
        world_expect_error(&world, 401, INCOMPLETE[i].text);
    }
    world_stop(&world);
}

static void timestamps_may_differ_by_ten_minutes(void **state) {
    (void)state;
    static const int OFFSETS[] = {-600, -599, 0, 599, 600};
    test_world world;
    world_start(&world, NULL, NULL);
    for (size_t i = 0; i < sizeof(OFFSETS) / sizeof(OFFSETS[0]); i++) {
        px_hub_tick(world.hub, world.now_ms, (uint64_t)(TEST_TIME + OFFSETS[i]));
        world_request_raw(&world, "GET", "/apps/3/channels", GET_QUERY, "");
        assert_int_equal(world.status, 200);
    }
    px_hub_tick(world.hub, world.now_ms, TEST_TIME - 601);
    world_request_raw(&world, "GET", "/apps/3/channels", GET_QUERY, "");
    assert_int_equal(world.status, 401);
    world_stop(&world);
}

static void spelling_and_order_of_parameters_do_not_matter(void **state) {
    (void)state;
    static const char TEXT[] = AUTH "&filter_by_prefix=presence-&info=user_count";
    test_world world;
    world_start(&world, NULL, NULL);
    request_get(&world, TEXT, "info=user_count&" AUTH "&filter_by_prefix=presence-");
    assert_int_equal(world.status, 200);
    request_get(&world, TEXT, "INFO=user_count&filter_by_prefix=presence%2D&" AUTH);
    assert_int_equal(world.status, 200);
    request_get(&world, TEXT, "&&info=user_count&&filter_by_prefix=presence-&" AUTH "&");
    assert_int_equal(world.status, 200);
    world_stop(&world);
}

/* Signed as the protocol asks (decoded) or as some libraries do (as sent). */
static void both_spellings_of_values_verify(void **state) {
    (void)state;
    test_world world;
    world_start(&world, NULL, NULL);
    request_get(&world, AUTH "&filter_by_prefix=a+b c,d", AUTH "&filter_by_prefix=a%2Bb+c%2Cd");
    assert_int_equal(world.status, 200);
    request_get(&world, AUTH "&filter_by_prefix=a%2Bb+c%2Cd", AUTH "&filter_by_prefix=a%2Bb+c%2Cd");
    assert_int_equal(world.status, 200);
    request_get(&world, AUTH "&filter_by_prefix=a,b", AUTH "&filter_by_prefix=a,b");
    assert_int_equal(world.status, 200);
    request_get(&world, AUTH "&filter_by_prefix=a%2cb", AUTH "&filter_by_prefix=a%2Cb");
    assert_int_equal(world.status, 401);
    world_stop(&world);
}

static void both_spellings_of_the_path_verify(void **state) {
    (void)state;
    static const char RAW[] = "/apps/3/channels/presence-a%2Cb";
    static const char DECODED[] = "/apps/3/channels/presence-a,b";
    test_world world;
    world_start(&world, NULL, NULL);
    request_signed(&world, "GET", RAW, RAW, AUTH, AUTH, "");
    world_expect(&world, 200, "{'occupied':false}");
    request_signed(&world, "GET", DECODED, RAW, AUTH, AUTH, "");
    world_expect(&world, 200, "{'occupied':false}");
    request_signed(&world, "GET", DECODED, DECODED, AUTH, AUTH, "");
    world_expect(&world, 200, "{'occupied':false}");
    request_signed(&world, "GET", DECODED, RAW, AUTH "&info=%20", AUTH "&info=%20", "");
    world_expect_error(&world, 400, "Unknown info attribute:  ");
    request_signed(&world, "GET", RAW, DECODED, AUTH, AUTH, "");
    assert_int_equal(world.status, 401);
    world_stop(&world);
}

static void repeated_parameters_keep_their_order(void **state) {
    (void)state;
    static const char TEXT[] = AUTH "&channels[]=b&channels[]=a&data=x&name=e";
    test_world world;
    world_start(&world, NULL, NULL);
    request_signed(&world, "POST", "/apps/3/events", "/apps/3/events",
                   AUTH "&channels[]=b&channels[]=a&data=x&name=e",
                   "name=e&channels[]=b&data=x&channels%5B%5D=a&" AUTH, "");
    assert_int_equal(world.status, 200);
    request_signed(&world, "POST", "/apps/3/events", "/apps/3/events", TEXT,
                   "name=e&channels[]=a&data=x&channels[]=b&" AUTH, "");
    assert_int_equal(world.status, 401);
    world_stop(&world);
}

static void digest_of_the_body_is_required_with_a_body(void **state) {
    (void)state;
    test_world world;
    world_start(&world, NULL, NULL);
    request_signed(&world, "POST", "/apps/3/events", "/apps/3/events", AUTH, AUTH, "{}");
    world_expect_error(&world, 401, "Missing required parameter: body_md5");
    /* An empty body needs none and tolerates one. */
    request_signed(&world, "POST", "/apps/3/users/1/terminate_connections",
                   "/apps/3/users/1/terminate_connections", AUTH, AUTH, "");
    world_expect(&world, 200, "{}");
    request_signed(&world, "POST", "/apps/3/users/1/terminate_connections",
                   "/apps/3/users/1/terminate_connections",
                   AUTH "&body_md5=d41d8cd98f00b204e9800998ecf8427e",
                   AUTH "&body_md5=d41d8cd98f00b204e9800998ecf8427e", "");
    world_expect(&world, 200, "{}");
    world_stop(&world);
}

static void key_must_belong_to_the_app(void **state) {
    (void)state;
    test_world world;
    const char *why;
    px_app_options other = world_app();
    other.id = PX_SLICE("4");
    other.key = PX_SLICE("otherkey");
    world_start(&world, NULL, NULL);
    assert_int_equal(px_hub_add_app(world.hub, &other, &why), PX_OK);
    world_request(&world, "GET", "/apps/4/channels", "", "");
    world_expect_error(&world, 401, "Unknown auth_key: it does not belong to this app");
    world_stop(&world);
}

static void disabled_app_is_forbidden(void **state) {
    (void)state;
    test_world world;
    px_app_options app = world_app();
    app.enabled = false;
    world_start(&world, &app, NULL);
    world_request(&world, "GET", "/apps/3/channels", "", "");
    world_expect_error(&world, 403, "Application disabled");
    world_request_raw(&world, "GET", "/apps/3/channels", "", "");
    assert_int_equal(world.status, 401);
    world_stop(&world);
}

/* ---- Routes ---- */

static void unknown_paths_are_not_found(void **state) {
    (void)state;
    static const char *const PATHS[] = {"/apps/3",
                                        "/apps/3/",
                                        "/apps/3/nothing",
                                        "/apps/3/events/",
                                        "/apps/3/events/x",
                                        "/apps/3/channels/",
                                        "/apps/3/channels//users",
                                        "/apps/3/channels/a/users/b",
                                        "/apps//events/x",
                                        "/apps",
                                        "/",
                                        "",
                                        "x/apps/3/events",
                                        "//apps/3/events",
                                        "/Apps/3/events"};
    test_world world;
    world_start(&world, NULL, NULL);
    for (size_t i = 0; i < sizeof(PATHS) / sizeof(PATHS[0]); i++) {
        world_request(&world, "POST", PATHS[i], "", "");
        world_expect_error(&world, 404, "There is nothing at this path");
    }
    world_request(&world, "GET", "/apps/5/channels", "", "");
    world_expect_error(&world, 404, "Unknown app");
    world_stop(&world);
}

static void wrong_methods_are_told_the_right_one(void **state) {
    (void)state;
    static const struct {
        const char *method;
        const char *path;
        const char *allow;
    } CASES[] = {
        {"GET", "/apps/3/events", "POST"},
        {"PUT", "/apps/3/batch_events", "POST"},
        {"POST", "/apps/3/channels", "GET"},
        {"DELETE", "/apps/3/channels/a", "GET"},
        {"post", "/apps/3/events", "POST"},
        {"GET", "/apps/3/users/1/terminate_connections", "POST"},
    };
    test_world world;
    world_start(&world, NULL, NULL);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        world_request(&world, CASES[i].method, CASES[i].path, "", "");
        assert_int_equal(world.status, 405);
        assert_string_equal(world.allow, CASES[i].allow);
    }
    world_request(&world, "GET", "/apps/3/channels", "", "");
    assert_int_equal(world.status, 200);
    assert_null(world.allow);
    world_stop(&world);
}

static void percent_decoding(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool plus;
        const char *decoded;
    } CASES[] = {
        {"plain", true, "plain"}, {"a%20b", false, "a b"}, {"a+b", true, "a b"},
        {"a+b", false, "a+b"},    {"%2B", true, "+"},      {"%c3%A9", false, "\u00e9"},
        {"%", false, "%"},        {"%4", false, "%4"},     {"%zz", false, "%zz"},
        {"100%", true, "100%"},   {"%%41", false, "%A"},
    };
    px_arena arena;
    px_arena_init(&arena, &test_malloc, 1000);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        px_slice out;
        test_guarded text = test_guard(px_slice_of_text(CASES[i].text));
        assert_int_equal(px_percent_decode(&arena, text.bytes, CASES[i].plus, &out), PX_OK);
        assert_true(px_slice_equal(out, px_slice_of_text(CASES[i].decoded)));
        test_unguard(&text);
    }
    px_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documented_requests_are_accepted),
        cmocka_unit_test(anything_that_is_changed_spoils_the_signature),
        cmocka_unit_test(refusal_shows_what_to_sign),
        cmocka_unit_test(parameters_are_checked_in_order),
        cmocka_unit_test(timestamps_may_differ_by_ten_minutes),
        cmocka_unit_test(spelling_and_order_of_parameters_do_not_matter),
        cmocka_unit_test(both_spellings_of_values_verify),
        cmocka_unit_test(both_spellings_of_the_path_verify),
        cmocka_unit_test(repeated_parameters_keep_their_order),
        cmocka_unit_test(digest_of_the_body_is_required_with_a_body),
        cmocka_unit_test(key_must_belong_to_the_app),
        cmocka_unit_test(disabled_app_is_forbidden),
        cmocka_unit_test(unknown_paths_are_not_found),
        cmocka_unit_test(wrong_methods_are_told_the_right_one),
        cmocka_unit_test(percent_decoding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
