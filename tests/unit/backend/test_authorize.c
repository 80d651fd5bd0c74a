/* What endpoints answer, for channels, many channels and users. */
#include "app_fixture.h"

#define PRIVATE_AUTH  VECTOR_KEY ":58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"
#define PRESENCE_DATA "{\"user_id\":10,\"user_info\":{\"name\":\"Mr. Channels\"}}"
#define PRESENCE_ANSWER                                                                            \
    "{\"auth\":\"" VECTOR_KEY                                                                      \
    ":31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80\",\"channel_data\":"        \
    "\"{\\\"user_id\\\":10,\\\"user_info\\\":{\\\"name\\\":\\\"Mr. Channels\\\"}}\"}"

static int authorize(pusher_app *app, const char *socket_id, const char *channel, const char *data,
                     pusher_answer *answer) {
    return pusher_app_authorize(app, pusher_str(socket_id), pusher_str(channel), pusher_str(data),
                                answer);
}

static void authorizes_channels(void **state) {
    (void)state;
    pusher_app *app = vector_app();
    pusher_answer answer;
    int result = authorize(app, "1234.1234", "private-foobar", NULL, &answer);
    expect_body(result, &answer, "{\"auth\":\"" PRIVATE_AUTH "\"}");
    result = authorize(app, "1234.1234", "presence-foobar", PRESENCE_DATA, &answer);
    expect_body(result, &answer, PRESENCE_ANSWER);
    assert_int_equal(authorize(app, "1234.1234", "private-foobar", NULL, NULL), PUSHER_OK);
    pusher_app_free(app);
}

/* A user who is signed in needs no channel data. */
static void authorizes_presence_without_data(void **state) {
    (void)state;
    pusher_app *app = vector_app();
    pusher_answer answer;
    assert_int_equal(authorize(app, "1.2", "presence-a", NULL, &answer), PUSHER_OK);
    assert_null(memchr(answer.body.ptr, ',', answer.body.len));
    pusher_app_free(app);
}

static void gives_the_shared_secret(void **state) {
    (void)state;
    pusher_app *app = vector_app();
    pusher_answer answer;
    char body[256];
    assert_int_equal(authorize(app, "1.2", "private-encrypted-x", NULL, &answer), PUSHER_OK);
    assert_in_range(answer.body.len, 1, sizeof body - 1);
    memcpy(body, answer.body.ptr, answer.body.len);
    body[answer.body.len] = '\0';
    assert_non_null(
        strstr(body, ",\"shared_secret\":\"6WW+JhQkrDHUfm5BytoU8ryaUq0zo82MTvUPheddo/Y=\"}"));
    pusher_app_free(app);
}

static void needs_the_master_key(void **state) {
    (void)state;
    pusher_app_options options = vector_options();
    options.encryption_master_key_base64 = pusher_str("");
    pusher_app *app;
    pusher_answer answer;
    assert_int_equal(pusher_app_new(&options, &app), PUSHER_OK);
    int result = authorize(app, "1.2", "private-encrypted-x", NULL, &answer);
    expect_failure(result, &answer, PUSHER_ERR_STATE, "encryption_master_key");
    assert_int_equal(answer.status, 500);
    pusher_app_free(app);
}

static void refuses_what_makes_no_sense(void **state) {
    (void)state;
    static const struct {
        const char *socket_id, *channel, *data, *words;
    } wrong[] = {
        {"1", "private-a", NULL, "'1' is no socket id"},
        {"1.2:x", "private-a", NULL, "is no socket id"},
        {"1.2", "a", NULL, "'a' needs no authorization"},
        {"1.2", "private-a b", NULL, "is no channel"},
        {"1.2", "private-a\nb", NULL, "'private-a?b' is no channel"},
        {"1.2", "", NULL, "is no channel"},
        {"1.2", "private-a", "{\"user_id\":\"1\"}", "takes no channel data"},
        {"1.2", "presence-a", "{}", "user_id"},
        {"1.2", "presence-a", "[]", "user_id"},
        {"1.2", "presence-a", "{\"user_id\":\"\"}", "user_id"},
        {"1.2", "presence-a", "{\"user_id\":null}", "user_id"},
        {"1.2", "presence-a", "{\"user_id\":\"1\",\"user_id\":{}}", "user_id"},
        {"1.2", "presence-a", "{\"user_id\":\"1\"", "user_id"},
        {"1.2", "presence-a", "{\"user_id\":\"1\"}x", "user_id"},
        {"1.2", "presence-a", "{\"user_id\":\"1\",\"a\":\"\xff\"}", "user_id"},
    };
    pusher_app *app = vector_app();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        pusher_answer answer;
        int result = authorize(app, wrong[i].socket_id, wrong[i].channel, wrong[i].data, &answer);
        expect_failure(result, &answer, PUSHER_ERR_ARGUMENT, wrong[i].words);
        assert_int_equal(answer.status, 400);
        assert_int_equal(answer.body.len, 0);
    }
    pusher_app_free(app);
}

static void cuts_long_names_in_sentences(void **state) {
    (void)state;
    char name[5000];
    memset(name, 'x', sizeof name);
    pusher_app *app = vector_app();
    pusher_answer answer;
    int result = pusher_app_authorize(app, pusher_str("1.2"), (pusher_string){name, sizeof name},
                                      pusher_str(NULL), &answer);
    expect_failure(result, &answer, PUSHER_ERR_ARGUMENT, "xxx...' is no channel");
    assert_in_range(strlen(answer.error), 1, 200);
    pusher_app_free(app);
}

static void authorizes_batches(void **state) {
    (void)state;
    pusher_app *app = vector_app();
    pusher_answer answer;
    const pusher_decision decisions[] = {
        {.channel = pusher_str("private-foobar")},
        {.channel = pusher_str("private-secret"), .status = 403},
        {pusher_str("presence-foobar"), pusher_str(PRESENCE_DATA), 200},
        {.channel = pusher_str("public\"")},
    };
    int result = pusher_app_authorize_batch(app, pusher_str("1234.1234"), decisions, 4, &answer);
    expect_body(result, &answer,
                "{\"private-foobar\":{\"status\":200,\"data\":{\"auth\":\"" PRIVATE_AUTH
                "\"}},\"private-secret\":{\"status\":403},"
                "\"presence-foobar\":{\"status\":200,\"data\":" PRESENCE_ANSWER
                "},\"public\\\"\":{\"status\":400}}");
    result = pusher_app_authorize_batch(app, pusher_str("1234.1234"), NULL, 0, &answer);
    expect_body(result, &answer, "{}");
    result = pusher_app_authorize_batch(app, pusher_str("1"), decisions, 4, &answer);
    expect_failure(result, &answer, PUSHER_ERR_ARGUMENT, "socket id");
    assert_int_equal(answer.body.len, 0);
    result = pusher_app_authorize_batch(app, pusher_str("1.2"), decisions, 1001, &answer);
    expect_failure(result, &answer, PUSHER_ERR_LIMIT, "1001 channels");
    pusher_app_free(app);
}

static void authenticates_users(void **state) {
    (void)state;
    pusher_app *app = vector_app();
    pusher_answer answer;
    int result = pusher_app_authenticate(app, pusher_str("1234.1234"),
                                         pusher_str("{\"id\":\"12345\"}"), &answer);
    expect_body(result, &answer,
                "{\"auth\":\"" VECTOR_KEY
                ":4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba\","
                "\"user_data\":\"{\\\"id\\\":\\\"12345\\\"}\"}");
    static const char *const wrong[] = {
        "", "{}", "{\"id\":1}", "{\"id\":\"\"}", "{\"id\":\"1\"", "[\"id\"]"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        result = pusher_app_authenticate(app, pusher_str("1.2"), pusher_str(wrong[i]), &answer);
        expect_failure(result, &answer, PUSHER_ERR_ARGUMENT, "user data");
        assert_int_equal(answer.status, 400);
    }
    result = pusher_app_authenticate(app, pusher_str("x"), pusher_str("{\"id\":\"1\"}"), &answer);
    expect_failure(result, &answer, PUSHER_ERR_ARGUMENT, "socket id");
    pusher_app_free(app);
}

/* What one call answered may be handed to the next. */
static void keeps_the_answer_for_the_next_call(void **state) {
    (void)state;
    pusher_app *app = vector_app();
    pusher_answer answer;
    assert_int_equal(
        pusher_app_authenticate(app, pusher_str("1.2"), pusher_str("{\"id\":\"1\"}"), &answer),
        PUSHER_OK);
    int result = pusher_app_authorize(app, pusher_str("1.2"), pusher_str("presence-a"), answer.body,
                                      &answer);
    expect_failure(result, &answer, PUSHER_ERR_ARGUMENT, "user_id");
    pusher_app_free(app);
}

static int authorize_everything(pusher_app *app) {
    static char long_data[3000] = "{\"user_id\":\"";
    memset(long_data + 12, 'x', sizeof long_data - 15);
    memcpy(long_data + sizeof long_data - 3, "\"}", 3);
    const pusher_decision decisions[] = {
        {.channel = pusher_str("private-encrypted-a")},
        {.channel = pusher_str("presence-a"), .channel_data = pusher_str(long_data)},
    };
    pusher_answer answer;
    int result = pusher_app_authorize_batch(app, pusher_str("1.2"), decisions, 2, &answer);
    if (result) {
        assert_string_not_equal(answer.error, "");
        assert_int_equal(answer.status, 500);
        assert_int_equal(answer.body.len, 0);
        return result;
    }
    return pusher_app_authenticate(app, pusher_str("1.2"), pusher_str("{\"id\":\"1\"}"), &answer);
}

static void survives_without_memory(void **state) {
    (void)state;
    expect_no_memory(authorize_everything);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(authorizes_channels),
        cmocka_unit_test(authorizes_presence_without_data),
        cmocka_unit_test(gives_the_shared_secret),
        cmocka_unit_test(needs_the_master_key),
        cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(cuts_long_names_in_sentences),
        cmocka_unit_test(authorizes_batches),
        cmocka_unit_test(authenticates_users),
        cmocka_unit_test(keeps_the_answer_for_the_next_call),
        cmocka_unit_test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
