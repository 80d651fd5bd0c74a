/* How the steps of `pusher doctor` are told, and the words for codes. */
#include "cli/doctor_report.h"
#include "cli/doctor_words.h"
#include "cli/options.h"
#include "driver/memory.h"
#include "json/reader.h"

#include <errno.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void fill(px_doctor_result *result) {
    px_doctor_result_init(result, "tls");
    px_doctor_say(result, PX_DOCTOR_FAILED, "said \"%s\"", "no\n\033[2J");
    px_doctor_add_line(result, "line %d", 1);
    px_doctor_add_line(result, "line %d", 2);
    px_doctor_advise(result, "do %s", "this");
    px_json_member(&result->details, PX_SLICE("issuer"), PX_SLICE("\xff"));
    px_doctor_result_end(result);
    result->ms = 12;
}

static void prints_lines(void **state) {
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    px_doctor_result result;
    fill(&result);
    px_doctor_print(stream, &result);
    fclose(stream);
    assert_string_equal(text, "failed   tls                12 ms  said \"no\\n\\x1b[2J\"\n"
                              "                                   line 1\n"
                              "                                   line 2\n"
                              "                                -> do this\n");
    free(text);
    px_doctor_result_free(&result);
}

static void writes_json(void **state) {
    (void)state;
    px_doctor_result result;
    fill(&result);
    px_buffer out;
    px_buffer_init(&out, &px_malloc_allocator, 4096);
    px_json_writer writer;
    px_json_writer_init(&writer, &out);
    px_doctor_write(&writer, &result);
    assert_int_equal(px_json_writer_finish(&writer), PX_OK);
    static const char wanted[] =
        "{\"name\":\"tls\",\"status\":\"failed\",\"ms\":12,\"text\":\"said "
        "\\\"no\\n\\u001b[2J\\\"\","
        "\"advice\":\"do this\",\"details\":{\"issuer\":\"\xef\xbf\xbd\"}}";
    assert_int_equal(out.len, sizeof wanted - 1);
    assert_memory_equal(out.data, wanted, out.len);
    px_buffer_free(&out);
    px_doctor_result_free(&result);
}

/* More than there is room for is cut, and the JSON stays whole. */
static void cuts_what_is_too_long(void **state) {
    (void)state;
    static char much[100000];
    memset(much, 'x', sizeof much - 1);
    px_doctor_result result;
    px_doctor_result_init(&result, "ws");
    px_doctor_say(&result, PX_DOCTOR_OK, "%s", much);
    px_json_member(&result.details, PX_SLICE("a"), px_slice_of_text(much));
    px_doctor_result_end(&result);
    px_buffer out;
    px_buffer_init(&out, &px_malloc_allocator, 65536);
    px_json_writer writer;
    px_json_writer_init(&writer, &out);
    px_doctor_write(&writer, &result);
    assert_int_equal(px_json_writer_finish(&writer), PX_OK);
    assert_true(px_json_valid(px_buffer_slice(&out)));
    px_buffer_free(&out);
    px_doctor_result_free(&result);
}

/* ---- Words ---- */

static void expect(px_doctor_words words, const char *what, const char *advice) {
    if (!strstr(words.what, what) || !strstr(words.advice, advice))
        fail_msg("\"%s\" and \"%s\", not \"%s\" and \"%s\"", words.what, words.advice, what,
                 advice);
}

static void has_words_for_codes(void **state) {
    (void)state;
    expect(px_doctor_words_of_code(4000), "TLS", "--tls");
    expect(px_doctor_words_of_code(4001), "no app with this key", "--key");
    expect(px_doctor_words_of_code(4003), "disabled", "enable");
    expect(px_doctor_words_of_code(4004), "quota", "limit");
    expect(px_doctor_words_of_code(4009), "origins", "origin");
    expect(px_doctor_words_of_code(4100), "capacity", "later");
    expect(px_doctor_words_of_code(1), "refused", "log");
    expect(px_doctor_words_of_trust(PX_PROBE_UNKNOWN_AUTHORITY), "does not know",
           "if a proxy here inspects TLS, give its CA with --ca-file");
    expect(px_doctor_words_of_trust(PX_PROBE_EXPIRED), "expired", "renew");
    expect(px_doctor_words_of_trust(PX_PROBE_OTHER), "not accepted", "--ca-file");
    expect(px_doctor_words_of_connect(ECONNREFUSED), "nothing is listening", "port");
    expect(px_doctor_words_of_connect(0), "no answer", "firewall");
}

static void has_words_for_statuses(void **state) {
    (void)state;
    static const int unpassed[] = {200, 400, 404, 426, 418};
    for (size_t i = 0; i < PX_CLI_COUNT(unpassed); i++)
        expect(px_doctor_words_of_upgrade(unpassed[i]), "", "proxy_set_header Upgrade");
    expect(px_doctor_words_of_upgrade(502), "does not reach", "runs");
    expect(px_doctor_words_of_upgrade(500), "failed", "log");
    expect(px_doctor_words_of_fallback(404), "does not offer", "/pusher/");
    expect(px_doctor_words_of_endpoint(403), "denies", "--auth-header");
    expect(px_doctor_words_of_endpoint(302), "login", "403");
    expect(px_doctor_words_of_api(401), "signature", "secret");
    for (int status = -1; status < 1000; status++) { /* each has some */
        assert_true(*px_doctor_words_of_upgrade(status).what);
        assert_true(*px_doctor_words_of_fallback(status).what);
        assert_true(*px_doctor_words_of_endpoint(status).what);
        assert_true(*px_doctor_words_of_api(status).what);
        assert_true(*px_doctor_words_of_connect(status).what);
    }
    assert_true(px_doctor_is_not_offered(404));
    assert_false(px_doctor_is_not_offered(403));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_lines),           cmocka_unit_test(writes_json),
        cmocka_unit_test(cuts_what_is_too_long),  cmocka_unit_test(has_words_for_codes),
        cmocka_unit_test(has_words_for_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
