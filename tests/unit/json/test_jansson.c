/* Our reader beside jansson: on documents, and on every small mutation of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "json_oracle.h"

static const px_slice DOCUMENTS[] = {
    PX_LITERAL("{\"event\":\"pusher:connection_established\",\"data\":\"{\\\"socket_id\\\":"
               "\\\"123.456\\\",\\\"activity_timeout\\\":120}\"}"),
    PX_LITERAL("{\"event\":\"e\",\"channel\":\"presence-c\",\"data\":{\"presence\":{\"count\":2,"
               "\"ids\":[\"1\",\"2\"],\"hash\":{\"1\":null,\"2\":{\"n\":\"\xc3\xa9\"}}}}}"),
    PX_LITERAL("[0,-0,1.5e+3,-2E-2,9007199254740993,true,false,null,\"\",[],{}]"),
    PX_LITERAL(" { \"a\" : [ 1 , 2 ] ,\t\"b\" :\n\"\\u00e9\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\" } "),
    PX_LITERAL("\"\\\\\\\"\\\\\""),
    PX_LITERAL("{\"a\":1,\"a\":{\"b\":2},\"a\":3}"),
    PX_LITERAL("\"\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\""),
    PX_LITERAL("-12.75"),
};

static const px_slice REFUSED[] = {
    PX_LITERAL(""),         PX_LITERAL("[1,]"),      PX_LITERAL("{\"a\":}"), PX_LITERAL("01"),
    PX_LITERAL("\"\x01\""), PX_LITERAL("\"\xff\""),  PX_LITERAL("\"\\x\""),  PX_LITERAL("nul"),
    PX_LITERAL("1 1"),      PX_LITERAL("{\"a\" 1}"), PX_LITERAL("\0"),
};

/* Ours accepts them; json_oracle.c says why jansson does not. The last one is the other way round.
 */
static const px_slice EXCUSED[] = {
    PX_LITERAL("123456789012345678901234567890"),
    PX_LITERAL("-1e999"),
    PX_LITERAL("\"\\ud800\""),
    PX_LITERAL("[\"\\udc00\\ud800x\"]"),
    PX_LITERAL("{\"\\ud800\":1}"),
    PX_LITERAL("{\"a\\u0000b\":1}"),
    PX_LITERAL("[1\0]"),
    PX_LITERAL("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
               "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"),
};

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static void test_documents(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(DOCUMENTS); i++)
        assert_int_equal(oracle_compare(DOCUMENTS[i]), ORACLE_SAME_VALUE);
    for (size_t i = 0; i < COUNT_OF(REFUSED); i++)
        assert_int_equal(oracle_compare(REFUSED[i]), ORACLE_BOTH_REFUSE);
    for (size_t i = 0; i < COUNT_OF(EXCUSED); i++)
        assert_int_equal(oracle_compare(EXCUSED[i]), ORACLE_EXCUSED);
}

static void check_mutant(px_slice mutant, size_t counts[]) {
    oracle_verdict verdict = oracle_compare(mutant);
    if (verdict == ORACLE_DIFFERENT)
        fail_msg("jansson sees something else in: %.*s", (int)mutant.len, mutant.ptr);
    counts[verdict]++;
}

/* Each byte replaced by, preceded by, and missing: bytes that mean something in JSON or UTF-8. */
static void test_mutations(void **state) {
    (void)state;
    static const char BYTES[] = "\"\\{}[]:,019-+.eEutfn/ \n\t\0\x01\x1f\x7f\x80\xbf\xc0\xc3\xe0"
                                "\xed\xf0\xf4\xff";
    size_t counts[ORACLE_EXCUSED + 1] = {0};
    for (size_t d = 0; d < COUNT_OF(DOCUMENTS); d++) {
        px_slice document = DOCUMENTS[d];
        char mutant[512];
        for (size_t at = 0; at < document.len; at++) {
            memcpy(mutant, document.ptr, at);
            memcpy(mutant + at, document.ptr + at + 1, document.len - at - 1);
            check_mutant(px_slice_of(mutant, document.len - 1), counts);
            for (size_t b = 0; b < sizeof(BYTES) - 1; b++) {
                mutant[at] = BYTES[b];
                memcpy(mutant + at + 1, document.ptr + at + 1, document.len - at - 1);
                check_mutant(px_slice_of(mutant, document.len), counts);
                memcpy(mutant + at + 1, document.ptr + at, document.len - at);
                check_mutant(px_slice_of(mutant, document.len + 1), counts);
            }
        }
    }
    assert_true(counts[ORACLE_SAME_VALUE] > 1000);
    assert_true(counts[ORACLE_BOTH_REFUSE] > 1000);
    assert_true(counts[ORACLE_EXCUSED] > 0 && counts[ORACLE_EXCUSED] < 300);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_mutations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
