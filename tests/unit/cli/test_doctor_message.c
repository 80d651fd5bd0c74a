/* What a server says first, on each way. */
#include "cli/doctor_message.h"

#include "memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define ESTABLISHED                                                                                \
    "{\"event\":\"pusher:connection_established\",\"data\":\"{\\\"socket_id\\\":\\\"1.2\\\","      \
    "\\\"activity_timeout\\\":120}\"}"

static void reads_messages(void **state) {
    (void)state;
    static const struct {
        const char *text;
        px_doctor_message_kind kind;
        int code;
    } rows[] = {
        {ESTABLISHED, PX_DOCTOR_MESSAGE_ESTABLISHED, 0},
        {"{\"event\":\"pusher:connection_established\",\"data\":{\"socket_id\":\"1.2\"}}",
         PX_DOCTOR_MESSAGE_ESTABLISHED, 0},
        {"{\"event\":\"pusher:connection_established\",\"data\":\"{}\"}", PX_DOCTOR_MESSAGE_OTHER,
         0},
        {"{\"event\":\"pusher:connection_established\"}", PX_DOCTOR_MESSAGE_OTHER, 0},
        {"{\"event\":\"pusher:error\",\"data\":{\"code\":4001,\"message\":\"no\"}}",
         PX_DOCTOR_MESSAGE_REFUSAL, 4001},
        {"{\"event\":\"pusher:error\",\"data\":\"{\\\"code\\\":4001}\"}", PX_DOCTOR_MESSAGE_REFUSAL,
         4001},
        {"{\"event\":\"pusher:error\",\"data\":{\"code\":null}}", PX_DOCTOR_MESSAGE_REFUSAL, 0},
        {"{\"event\":\"pusher:error\",\"data\":{\"code\":99999999999}}", PX_DOCTOR_MESSAGE_REFUSAL,
         0},
        {"{\"event\":\"hello\"}", PX_DOCTOR_MESSAGE_OTHER, 0},
        {"[]", PX_DOCTOR_MESSAGE_OTHER, 0},
        {"", PX_DOCTOR_MESSAGE_OTHER, 0},
        {"{\"event\":\"pusher:error\"", PX_DOCTOR_MESSAGE_OTHER, 0},
    };
    for (size_t i = 0; i < PX_CLI_COUNT(rows); i++) {
        px_doctor_message message;
        px_doctor_read_message(px_slice_of_text(rows[i].text), &message);
        if (message.kind != rows[i].kind || message.code != rows[i].code)
            fail_msg("%s: kind %d, code %d", rows[i].text, (int)message.kind, message.code);
        if (message.kind == PX_DOCTOR_MESSAGE_ESTABLISHED)
            assert_string_equal(message.socket_id, "1.2");
    }
}

static void reads_frames(void **state) {
    (void)state;
    px_doctor_frames frames;
    px_doctor_read_frames(PX_SLICE("hhhh\no\n"), &frames);
    assert_true(frames.opened && !frames.complete && !frames.foreign);
    px_doctor_read_frames(PX_SLICE("o{\"hostname\":\"x\"}\nh\na[\"{\\\"event\\\":\\\"pusher:error"
                                   "\\\",\\\"data\\\":{\\\"code\\\":4003}}\"]\n"),
                          &frames);
    assert_true(frames.opened && frames.complete);
    assert_int_equal(frames.message.kind, PX_DOCTOR_MESSAGE_REFUSAL);
    assert_int_equal(frames.message.code, 4003);
    px_doctor_read_frames(PX_SLICE("o\nc[4001,\"gone\"]\n"), &frames);
    assert_true(frames.complete);
    assert_int_equal(frames.message.code, 4001);
    assert_string_equal(frames.message.text, "gone");
    px_doctor_read_frames(PX_SLICE("<html>\n"), &frames);
    assert_true(frames.foreign);
    px_doctor_read_frames(PX_SLICE("o\na[1]\n"), &frames);
    assert_int_equal(frames.message.kind, PX_DOCTOR_MESSAGE_OTHER);
    assert_true(frames.complete);
}

/* Whatever has come so far, nothing is read that has not. */
static void waits_for_the_end_of_the_line(void **state) {
    (void)state;
    static const char text[] = "o\nc[4001,\"gone\"]\n";
    for (size_t len = 0; len < sizeof text - 1; len++) {
        px_doctor_frames frames;
        test_guarded guarded = test_guard(px_slice_of(text, len));
        px_doctor_read_frames(guarded.bytes, &frames);
        test_unguard(&guarded);
        assert_int_equal(frames.opened, len >= 2);
        assert_false(frames.complete);
    }
}

static void reads_no_byte_too_many(void **state) {
    (void)state;
    static const char *const texts[] = {
        ESTABLISHED,
        "o{\"hostname\":\"x\"}\nh\na[\"{\\\"event\\\":\\\"pusher:error\\\"}\"]\n",
        "m\"\\u0041\"\nc[1e9,\"\\ud800\"]\n",
    };
    for (size_t i = 0; i < PX_CLI_COUNT(texts); i++) {
        for (size_t len = 0; len <= strlen(texts[i]); len++) {
            px_doctor_message message;
            px_doctor_frames frames;
            test_guarded guarded = test_guard(px_slice_of(texts[i], len));
            px_doctor_read_message(guarded.bytes, &message);
            px_doctor_read_frames(guarded.bytes, &frames);
            test_unguard(&guarded);
        }
    }
}

static void notes_the_answer(void **state) {
    (void)state;
    px_doctor doctor = {.refusal = 0};
    px_doctor_message message;
    px_doctor_read_close(4001, PX_SLICE("unknown"), &message);
    assert_true(px_doctor_note_message(&doctor, &message));
    assert_int_equal(doctor.refusal, 4001);
    assert_string_equal(doctor.refusal_text, "unknown");
    assert_false(doctor.accepted);
    px_doctor_read_message(PX_SLICE(ESTABLISHED), &message);
    assert_false(px_doctor_note_message(&doctor, &message));
    assert_true(doctor.accepted);
    assert_string_equal(doctor.socket_id, "1.2");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_messages),
        cmocka_unit_test(reads_frames),
        cmocka_unit_test(waits_for_the_end_of_the_line),
        cmocka_unit_test(reads_no_byte_too_many),
        cmocka_unit_test(notes_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
