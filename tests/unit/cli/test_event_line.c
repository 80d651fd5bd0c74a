/* The line that `pusher subscribe` prints for an event. */
#include "cli/event_line.h"
#include "cli/terminal.h"
#include "memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

typedef struct expectation {
    const char *name, *data;
    pusher_data_type type;
    const char *user_id;
    const char *text, *json;
    const pusher_member *member;
} expectation;

static const pusher_member ann = {{"ann", 3}, {"{\"n\": 1}", 8}};
static const pusher_member nameless = {{"ann", 3}, {"", 0}};

static const expectation rows[] = {
    {"new-comment", "{\"text\":\"hi\"}", PUSHER_DATA_STRING, "",
     "ch new-comment {\"text\":\"hi\"}\n",
     "{\"channel\":\"ch\",\"event\":\"new-comment\",\"data\":{\"text\":\"hi\"}}\n", NULL},
    {"e", "plain words", PUSHER_DATA_STRING, "", "ch e plain words\n",
     "{\"channel\":\"ch\",\"event\":\"e\",\"data\":\"plain words\"}\n", NULL},
    {"e", "", PUSHER_DATA_NONE, "", "ch e\n", "{\"channel\":\"ch\",\"event\":\"e\"}\n", NULL},
    {"e", "", PUSHER_DATA_STRING, "", "ch e\n",
     "{\"channel\":\"ch\",\"event\":\"e\",\"data\":\"\"}\n", NULL},
    {"client-e", "[1]", PUSHER_DATA_JSON, "ann", "ch client-e [1]\n",
     "{\"channel\":\"ch\",\"event\":\"client-e\",\"data\":[1],\"user_id\":\"ann\"}\n", NULL},
    /* Lines stay lines. */
    {"e\nx", "{\n  \"a\": 1\r\n}", PUSHER_DATA_STRING, "", "ch e\\nx {\\n  \"a\": 1\\x0d\\n}\n",
     "{\"channel\":\"ch\",\"event\":\"e\\nx\",\"data\":{   \"a\": 1  }}\n", NULL},
    /* Nobody clears the screen from afar: ESC, the C1 form of CSI, DEL. */
    {"e", "\033[2J\t\302\233m\177", PUSHER_DATA_STRING, "", "ch e \\x1b[2J\\t\\xc2\\x9bm\\x7f\n",
     "{\"channel\":\"ch\",\"event\":\"e\",\"data\":\"\\u001b[2J\\t\\u009bm\\u007f\"}\n", NULL},
    {"e", "\303\244\302\240", PUSHER_DATA_STRING, "", "ch e \303\244\302\240\n",
     "{\"channel\":\"ch\",\"event\":\"e\",\"data\":\"\303\244\302\240\"}\n", NULL},
    {"pusher:member_added", "", PUSHER_DATA_NONE, "",
     "ch pusher:member_added {\"id\":\"ann\",\"info\":{\"n\": 1}}\n",
     "{\"channel\":\"ch\",\"event\":\"pusher:member_added\","
     "\"data\":{\"id\":\"ann\",\"info\":{\"n\": 1}}}\n",
     &ann},
    {"pusher:member_removed", "", PUSHER_DATA_NONE, "",
     "ch pusher:member_removed {\"id\":\"ann\"}\n",
     "{\"channel\":\"ch\",\"event\":\"pusher:member_removed\",\"data\":{\"id\":\"ann\"}}\n",
     &nameless},
};

static char *printed(const expectation *row, bool json) {
    pusher_event event = {.name = pusher_str(row->name),
                          .channel_name = pusher_str("ch"),
                          .data = pusher_str(row->data),
                          .data_type = row->type,
                          .user_id = pusher_str(row->user_id),
                          .member = row->member};
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    assert_non_null(stream);
    px_buffer scratch;
    px_buffer_init(&scratch, &test_malloc, PX_CLI_LINE_MAX);
    assert_int_equal(json ? px_cli_print_event_json(stream, &event, &scratch)
                          : px_cli_print_event(stream, &event, &scratch),
                     PX_OK);
    px_buffer_free(&scratch);
    fclose(stream);
    return text;
}

static void prints(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text = printed(&rows[i], false);
        assert_string_equal(text, rows[i].text);
        free(text);
        text = printed(&rows[i], true);
        assert_string_equal(text, rows[i].json);
        free(text);
    }
}

static void prints_nothing_without_memory(void **state) {
    (void)state;
    pusher_event event = {.name = pusher_str("e"), .channel_name = pusher_str("ch")};
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    px_buffer scratch;
    px_buffer_init(&scratch, &test_malloc, 20);
    assert_int_equal(px_cli_print_event_json(stream, &event, &scratch), PX_ERR_LIMIT);
    px_buffer_free(&scratch);
    fclose(stream);
    assert_int_equal(length, 0);
    free(text);
}

static void counts_characters(void **state) {
    (void)state;
    assert_int_equal(px_cli_text_width(PX_SLICE("a\303\244\342\202\254")), 3);
    assert_int_equal(px_cli_text_width(PX_SLICE("")), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints),
        cmocka_unit_test(prints_nothing_without_memory),
        cmocka_unit_test(counts_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
