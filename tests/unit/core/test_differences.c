/* docs/differences.md promises that transcripts prove each of its lines: they must be named, and
 * they must be there. What only JavaScript can see is proven by scenarios, which the differential test
 * of the library for the web looks after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "transcript_script.h"
#include "transcript_text.h"

static bool is_row(px_slice line) {
    return transcript_skip(&line, "| ") && !transcript_skip(&line, "pusher-js 8 |");
}

/* Cuts the next text between backquotes off `rest`; false: there is none. */
static bool next_quoted(px_slice *rest, px_slice *quoted) {
    const char *open = memchr(rest->ptr, '`', rest->len);
    if (!open)
        return false;
    px_slice after = px_slice_after(*rest, (size_t)(open + 1 - rest->ptr));
    const char *close = memchr(after.ptr, '`', after.len);
    if (!close)
        return false;
    *quoted = px_slice_of(after.ptr, (size_t)(close - after.ptr));
    *rest = px_slice_after(after, quoted->len + 1);
    return true;
}

static bool is_transcript(px_slice name) {
    static const px_slice ending = PX_LITERAL(".txt");
    return name.len > ending.len &&
           px_slice_equal(px_slice_after(name, name.len - ending.len), ending);
}

/* The last column names a scenario, as `area: what it is about`. */
static bool names_scenario(px_slice row) {
    const char *last = NULL;
    for (size_t i = 0; i + 3 < row.len; i++)
        if (memcmp(row.ptr + i, "| `", 3) == 0)
            last = row.ptr + i;
    px_slice name;
    px_slice column = last ? px_slice_after(row, (size_t)(last - row.ptr)) : px_slice_of(NULL, 0);
    if (!last || !next_quoted(&column, &name) || is_transcript(name))
        return false;
    const char *colon = memchr(name.ptr, ':', name.len);
    return colon && memchr(name.ptr, ' ', name.len) == colon + 1;
}

/* How many transcripts the row names. */
static unsigned check_row(const transcript_line *line) {
    unsigned named = 0;
    px_slice rest = line->text;
    px_slice name;
    while (next_quoted(&rest, &name)) {
        char path[512];
        if (!is_transcript(name))
            continue;
        named++;
        snprintf(path, sizeof path, "%s/transcripts/%.*s", TEST_SOURCE_DIR, (int)name.len,
                 name.ptr);
        if (access(path, R_OK) != 0)
            fail_msg("%s:%u: there is no %s", line->file, line->number, path);
    }
    return named;
}

static void test_each_difference_is_proven(void **state) {
    (void)state;
    char failure[256];
    transcript_script document;
    if (!transcript_script_load(&document, TEST_SOURCE_DIR "/../docs", "differences.md", failure,
                                sizeof failure))
        fail_msg("%s", failure);
    unsigned rows = 0;
    for (size_t i = 0; i < document.count; i++) {
        if (!is_row(document.lines[i].text) || names_scenario(document.lines[i].text))
            continue;
        rows++;
        if (check_row(&document.lines[i]) == 0)
            fail_msg("%s:%u: names no transcript", document.lines[i].file,
                     document.lines[i].number);
    }
    assert_true(rows > 0);
    transcript_script_free(&document);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_difference_is_proven)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
