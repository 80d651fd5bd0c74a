/* Messages joined in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "memory.h"
#include "server/host_output.h"

enum { COUNT = 6 };

static px_message *messages[COUNT];
static px_joined *joined;

/* A message of `len` times the character. */
static px_message *make(char what, size_t len) {
    char *text = malloc(len);
    assert_non_null(text);
    memset(text, what, len);
    const px_slice part = px_slice_of(text, len);
    px_message *message = px_output_message(&test_malloc, &part, 1);
    assert_non_null(message);
    free(text);
    return message;
}

static int set_up(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        messages[i] = make((char)('a' + i), i + 1);
    joined = px_joined_new();
    return joined ? 0 : -1;
}

/* Whatever is still held after that, the sanitizers find. */
static int tear_down(void **state) {
    (void)state;
    px_joined_free(joined);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(messages[i]->references, 1);
        px_message_release(messages[i]);
    }
    return 0;
}

static void expect_joined(px_message *const *some, size_t count, const char *text) {
    px_slice bytes;
    assert_true(px_joined_bytes(joined, some, count, &bytes));
    assert_int_equal(bytes.len, strlen(text));
    assert_memory_equal(bytes.ptr, text, bytes.len);
}

static void one_message_is_not_copied(void **state) {
    (void)state;
    px_slice bytes;
    assert_true(px_joined_bytes(joined, messages + 2, 1, &bytes));
    assert_ptr_equal(bytes.ptr, messages[2]->frame);
    assert_int_equal(bytes.len, 3);
    assert_int_equal(messages[2]->references, 1);
}

static void the_same_messages_are_joined_once(void **state) {
    (void)state;
    px_slice first, second;
    assert_true(px_joined_bytes(joined, messages, 3, &first));
    messages[1]->frame[0] = 'X'; /* who copies again, sees it */
    assert_true(px_joined_bytes(joined, messages, 3, &second));
    assert_ptr_equal(first.ptr, second.ptr);
    expect_joined(messages, 3, "abbccc");
    expect_joined(messages, 2, "abb");
    expect_joined(messages, 4, "abbcccdddd");
    expect_joined(messages + 1, 2, "Xbccc");
}

static void pinned_bytes_stay(void **state) {
    (void)state;
    px_slice bytes, others;
    assert_true(px_joined_bytes(joined, messages, 2, &bytes));
    px_joined_pin(joined, true);
    assert_false(px_joined_bytes(joined, messages + 1, 2, &others));
    expect_joined(messages, 3, "abbccc");
    assert_memory_equal(bytes.ptr, "abb", 3);
    assert_true(px_joined_bytes(joined, messages + 1, 1, &others));
    px_joined_pin(joined, false);
    expect_joined(messages + 1, 2, "bbccc");
}

static void clearing_lets_go(void **state) {
    (void)state;
    expect_joined(messages, 3, "abbccc");
    assert_int_equal(messages[2]->references, 2);
    px_joined_clear(joined);
    assert_int_equal(messages[2]->references, 1);
    expect_joined(messages, 2, "abb");
}

/* A message that came to the address of another one must not be taken for it. */
static void another_message_is_another_message(void **state) {
    (void)state;
    px_message *pair[] = {make('x', 4), make('y', 4)};
    expect_joined(pair, 2, "xxxxyyyy");
    px_message_release(pair[1]);
    pair[1] = make('z', 4);
    expect_joined(pair, 2, "xxxxzzzz");
    px_message_release(pair[0]);
    px_message_release(pair[1]);
}

static void as_many_as_there_is_room_for(void **state) {
    (void)state;
    px_message *large[] = {make('x', 40000), make('y', 25536), make('z', 1), make('w', 70000)};
    px_slice bytes;
    assert_true(px_joined_bytes(joined, large, 4, &bytes));
    assert_int_equal(bytes.len, 65536);
    assert_true(px_joined_bytes(joined, large + 3, 1, &bytes));
    assert_int_equal(bytes.len, 70000);
    px_message *const behind[] = {large[3], large[2]};
    assert_true(px_joined_bytes(joined, behind, 2, &bytes));
    assert_int_equal(bytes.len, 70000);
    for (size_t i = 0; i < 4; i++)
        px_message_release(large[i]);

    enum { MANY = 1500 };
    px_message *many[MANY];
    for (size_t i = 0; i < MANY; i++)
        many[i] = messages[0];
    assert_true(px_joined_bytes(joined, many, MANY, &bytes));
    assert_int_equal(bytes.len, 1024);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_message_is_not_copied, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_messages_are_joined_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pinned_bytes_stay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(clearing_lets_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_message_is_another_message, set_up, tear_down),
        cmocka_unit_test_setup_teardown(as_many_as_there_is_room_for, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
