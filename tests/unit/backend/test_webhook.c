/* Webhooks: who sent them, and what they say. */
#include "app_fixture.h"

#include "net/signature.h"

#define BODY                                                                                       \
    "{\"time_ms\":1327078148132,\"events\":[{\"name\":\"channel_occupied\","                       \
    "\"channel\":\"my-channel\"}]}"
#define SIGNATURE "c19001ae3963ccb13bf618e5b16ba9848e7e74df0993aa0689168e341c6833cf"

static int read_signed(pusher_app *app, const char *body, pusher_webhook **webhook) {
    char signature[PX_SIGNATURE_LENGTH];
    px_slice text = px_slice_of_text(body);
    assert_int_equal(px_signature(PX_SLICE(VECTOR_SECRET), &text, 1, signature), PX_OK);
    const pusher_webhook_request request = {
        .key = pusher_str(VECTOR_KEY),
        .signature = {signature, sizeof signature},
        .body = pusher_str(body),
    };
    return pusher_app_read_webhook(app, &request, NULL, 0, webhook);
}

static void verifies_the_vector(void **state) {
    (void)state;
    pusher_app *app = vector_app();
    pusher_webhook *webhook;
    pusher_webhook_event event;
    size_t cursor = 0;
    const pusher_webhook_request request = {
        .key = pusher_str(VECTOR_KEY),
        .signature = pusher_str(SIGNATURE),
        .content_type = pusher_str("application/json; charset=utf-8"),
        .body = pusher_str(BODY),
    };
    assert_int_equal(pusher_app_read_webhook(app, &request, NULL, 0, &webhook), PUSHER_OK);
    pusher_app_free(app); /* a webhook stands by itself */
    assert_int_equal(pusher_webhook_time_ms(webhook), 1327078148132);
    assert_true(pusher_webhook_next(webhook, &cursor, &event));
    expect_text(event.name, "channel_occupied");
    expect_text(event.channel, "my-channel");
    expect_text(event.user_id, "");
    expect_text(event.data, "");
    expect_text(event.json, "{\"name\":\"channel_occupied\",\"channel\":\"my-channel\"}");
    assert_false(pusher_webhook_next(webhook, &cursor, &event));
    pusher_webhook_free(webhook);
    pusher_webhook_free(NULL);
}

static void refuses_what_is_not_signed(void **state) {
    (void)state;
    static const struct {
        const char *key, *signature, *type, *body;
        int result;
    } rows[] = {
        {VECTOR_KEY, SIGNATURE, "", BODY, PUSHER_OK},
        {"other", SIGNATURE, "", BODY, PUSHER_ERR_REFUSED},
        {"", SIGNATURE, "", BODY, PUSHER_ERR_REFUSED},
        {VECTOR_KEY, "", "", BODY, PUSHER_ERR_REFUSED},
        {VECTOR_KEY, "c19001ae", "", BODY, PUSHER_ERR_REFUSED},
        {VECTOR_KEY, "c19001ae3963ccb13bf618e5b16ba9848e7e74df0993aa0689168e341c6833ce", "", BODY,
         PUSHER_ERR_REFUSED},
        {VECTOR_KEY, "C19001AE3963CCB13BF618E5B16BA9848E7E74DF0993AA0689168E341C6833CF", "", BODY,
         PUSHER_ERR_REFUSED},
        {VECTOR_KEY, SIGNATURE, "", BODY " ", PUSHER_ERR_REFUSED},
        {VECTOR_KEY, SIGNATURE, "Application/JSON", BODY, PUSHER_OK},
        {VECTOR_KEY, SIGNATURE, "text/plain", BODY, PUSHER_ERR_SYNTAX},
        {VECTOR_KEY, SIGNATURE, "application/jsonx", BODY, PUSHER_ERR_SYNTAX},
    };
    pusher_app *app = vector_app();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pusher_webhook *webhook = NULL;
        const pusher_webhook_request request = {pusher_str(rows[i].key),
                                                pusher_str(rows[i].signature),
                                                pusher_str(rows[i].type), pusher_str(rows[i].body)};
        assert_int_equal(pusher_app_read_webhook(app, &request, NULL, 0, &webhook), rows[i].result);
        assert_int_equal(webhook != NULL, rows[i].result == PUSHER_OK);
        pusher_webhook_free(webhook);
    }
    pusher_app_free(app);
}

static void takes_further_tokens(void **state) {
    (void)state;
    pusher_app_options options = vector_options();
    options.key = pusher_str("another");
    options.secret = pusher_str("other secret");
    pusher_app *app;
    pusher_webhook *webhook = NULL;
    assert_int_equal(pusher_app_new(&options, &app), PUSHER_OK);
    const pusher_token tokens[] = {{pusher_str(VECTOR_KEY), pusher_str("old")},
                                   {pusher_str(VECTOR_KEY), pusher_str(VECTOR_SECRET)}};
    const pusher_webhook_request request = {.key = pusher_str(VECTOR_KEY),
                                            .signature = pusher_str(SIGNATURE),
                                            .body = pusher_str(BODY)};
    assert_int_equal(pusher_app_read_webhook(app, &request, tokens, 1, &webhook),
                     PUSHER_ERR_REFUSED);
    assert_int_equal(pusher_app_read_webhook(app, &request, tokens, 2, &webhook), PUSHER_OK);
    pusher_webhook_free(webhook);
    pusher_app_free(app);
}

/* Else whoever knows the key could sign with nothing. */
static void believes_no_token_without_a_secret(void **state) {
    (void)state;
    pusher_app *app = vector_app();
    pusher_webhook *webhook = NULL;
    char signature[PX_SIGNATURE_LENGTH];
    const px_slice body = PX_SLICE(BODY);
    assert_int_equal(px_signature(PX_SLICE(""), &body, 1, signature), PX_OK);
    const pusher_token token = {.key = pusher_str("k")};
    const pusher_webhook_request request = {.key = pusher_str("k"),
                                            .signature = {signature, sizeof signature},
                                            .body = pusher_str(BODY)};
    assert_int_equal(pusher_app_read_webhook(app, &request, &token, 1, &webhook),
                     PUSHER_ERR_REFUSED);
    assert_null(webhook);
    pusher_app_free(app);
}

/* Every kind of event, values of every kind. */
static const char all_kinds[] =
    " {\"events\":[ {\"name\":\"member_added\",\"channel\":\"presence-a\",\"user_id\":\"ann\"},"
    "{\"user_id\":7,\"channel\":\"presence-a\",\"name\":\"member_removed\",\"new\":[{}]},"
    "{\"name\":\"client_event\",\"channel\":\"private-a\",\"event\":\"client-\\u00e4\","
    "\"data\":\"{\\\"n\\\":1}\",\"socket_id\":\"1.2\",\"user_id\":null},"
    "{\"name\":\"client_event\",\"data\":{\"n\":[1, 2]}},"
    "{\"name\":\"subscription_count\",\"channel\":\"a\",\"subscription_count\":42}],"
    "\"more\":{},\"time_ms\":5} ";

static void reads_every_kind(void **state) {
    (void)state;
    pusher_app *app = vector_app();
    pusher_webhook *webhook;
    pusher_webhook_event events[5], none;
    size_t cursor = 0;
    assert_int_equal(read_signed(app, all_kinds, &webhook), PUSHER_OK);
    for (size_t i = 0; i < 5; i++)
        assert_true(pusher_webhook_next(webhook, &cursor, &events[i]));
    assert_false(pusher_webhook_next(webhook, &cursor, &none));
    assert_int_equal(pusher_webhook_time_ms(webhook), 5);
    expect_text(events[0].name, "member_added");
    expect_text(events[0].user_id, "ann");
    expect_text(events[1].user_id, "7");
    expect_text(events[1].json, "{\"user_id\":7,\"channel\":\"presence-a\",\"name\":"
                                "\"member_removed\",\"new\":[{}]}");
    expect_text(events[2].event, "client-\xc3\xa4");
    expect_text(events[2].data, "{\"n\":1}");
    expect_text(events[2].socket_id, "1.2");
    expect_text(events[2].user_id, "");
    expect_text(events[3].data, "{\"n\":[1, 2]}");
    assert_int_equal(events[4].subscription_count, 42);
    pusher_webhook_free(webhook);
    pusher_app_free(app);
}

static void refuses_other_json(void **state) {
    (void)state;
    static const char *const others[] = {
        "",
        "[]",
        "{}",
        "{\"events\":{}}",
        "{\"events\":[1]}",
        "{\"events\":[{}]}",
        "{\"events\":[{\"name\":\"a\"}",
        "{\"events\":[{\"name\":\"a\"]}",
        "{\"events\":[{\"name\":\"a\"}]}x",
        "{\"events\":[],\"events\":[]}",
        "{\"events\":[],\"time_ms\":\"1\"}",
        "{\"events\":[],\"time_ms\":-1}",
        "{\"events\":[{\"name\":\"a\",\"subscription_count\":\"1\"}]}",
        "{\"events\":[{\"name\":\"a\",\"data\":}]}",
    };
    pusher_app *app = vector_app();
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        pusher_webhook *webhook = NULL;
        assert_int_equal(read_signed(app, others[i], &webhook), PUSHER_ERR_SYNTAX);
        assert_null(webhook);
    }
    pusher_app_free(app);
}

/* Whatever is missing at the end: nothing is read beyond it, and it is no webhook. */
static void reads_no_further_than_the_body(void **state) {
    (void)state;
    pusher_app *app = vector_app();
    for (size_t len = 0; len < sizeof all_kinds - 2; len++) {
        char signature[PX_SIGNATURE_LENGTH];
        pusher_webhook *webhook = NULL;
        test_guarded text = test_guard(px_slice_of(all_kinds, len));
        assert_int_equal(px_signature(PX_SLICE(VECTOR_SECRET), &text.bytes, 1, signature), PX_OK);
        const pusher_webhook_request request = {.key = pusher_str(VECTOR_KEY),
                                                .signature = {signature, sizeof signature},
                                                .body = {text.bytes.ptr, len}};
        assert_int_equal(pusher_app_read_webhook(app, &request, NULL, 0, &webhook),
                         PUSHER_ERR_SYNTAX);
        test_unguard(&text);
    }
    pusher_app_free(app);
}

static int read_all_kinds(pusher_app *app) {
    pusher_webhook *webhook;
    int result = read_signed(app, all_kinds, &webhook);
    if (!result)
        pusher_webhook_free(webhook);
    return result;
}

static void survives_without_memory(void **state) {
    (void)state;
    expect_no_memory(read_all_kinds);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verifies_the_vector),
        cmocka_unit_test(refuses_what_is_not_signed),
        cmocka_unit_test(takes_further_tokens),
        cmocka_unit_test(believes_no_token_without_a_secret),
        cmocka_unit_test(reads_every_kind),
        cmocka_unit_test(refuses_other_json),
        cmocka_unit_test(reads_no_further_than_the_body),
        cmocka_unit_test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
