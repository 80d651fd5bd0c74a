/* Statistics: the bytes of the URL, and the limits of what is kept and sent. The rules are in
 * tests/transcripts/stats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "core/internal.h"
#include "memory.h"
#include "transcript_statistics.h"
#include "transcript_text.h"

enum { START = 5000 };

typedef struct fixture {
    test_allocator memory;
    px_core *core;
} fixture;

static const px_options minimal = {
    .key = PX_LITERAL("KEY"), .client_version = PX_LITERAL("1.0"), .enable_stats = PX_CHOICE_YES};

static void make(fixture *f, const px_options *options) {
    static const uint64_t seed[2] = {1, 2};
    test_allocator_init(&f->memory);
    assert_int_equal(px_core_new(&f->memory.allocator, options, seed, START, &f->core), PX_OK);
}

static void drop(fixture *f) {
    px_core_free(f->core);
    assert_int_equal(f->memory.live_blocks, 0);
}

/* Sends, and gives the URL; "" when nothing was sent. To be freed. */
static char *sent(fixture *f) {
    px_action action;
    char *url = NULL;
    px_statistics_send(f->core);
    while (px_core_next(f->core, &action)) {
        if (action.type != PX_ACTION_REQUEST)
            continue;
        assert_null(url);
        assert_int_equal(action.as.request.kind, PX_REQUEST_STATS);
        assert_int_equal(action.as.request.timeout_ms, 10000);
        url = strndup(action.as.request.url.ptr, action.as.request.url.len);
        px_core_request_done(f->core, action.id, 200, PX_SLICE("{}"), 0, PX_SLICE(""));
    }
    return url ? url : strdup("");
}

static char *decoded(const char *url) {
    px_buffer text;
    transcript_text_init(&text);
    transcript_print_statistics(px_slice_of_text(url), &text);
    return transcript_text_take(&text);
}

static size_t count_of(const char *text, const char *part) {
    size_t count = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

/* Each value in base64, with '+', '/' and '=' percent-encoded. */
static void test_url(void **state) {
    (void)state;
    static const px_pair params[] = {{PX_LITERAL("page"), PX_LITERAL("?>\xc3\xbf")},
                                     {PX_LITERAL("a b"), PX_LITERAL("")}};
    px_options options = minimal;
    options.cluster = PX_SLICE("eu");
    options.timeline_params = (px_pairs){params, 2};
    fixture f;
    make(&f, &options);
    px_core_set_wall_clock(f.core, 1500000000000);
    f.core->statistics.session = 7;
    px_timeline_clear(&f.core->statistics.timeline);
    px_timeline_network(f.core, PX_SLICE("online"));
    char *url = sent(&f);
    assert_string_equal(
        url, "https://stats.pusher.com/timeline/v2/xhr/2?session=Nw%3D%3D&bundle=MQ%3D%3D&key=S0VZ"
             "&lib=anM%3D&version=MS4w&cluster=ZXU%3D&features=WyJ3cyJd&timeline="
             "W3sibmV0aW5mbyI6Im9ubGluZSIsInRpbWVzdGFtcCI6MTUwMDAwMDAwMDAwMH1d"
             "&page=Pz7Dvw%3D%3D&a%20b=");
    free(url);
    drop(&f);
}

/* Of more than fifty entries the newest are kept. */
static void test_oldest_entries_go(void **state) {
    (void)state;
    fixture f;
    make(&f, &minimal);
    for (uint32_t i = 0; i < 60; i++)
        px_timeline_retry(f.core, i);
    char *url = sent(&f);
    char *text = decoded(url);
    assert_int_equal(count_of(text, "\"retry\""), 50);
    assert_null(strstr(text, "\"delay\":9,"));
    assert_non_null(strstr(text, "timeline=[{\"action\":\"retry\",\"delay\":10,"));
    assert_non_null(strstr(text, "\"delay\":59,\"timestamp\":5000}]"));
    free(url);
    free(text);
    drop(&f);
}

/* A text of a peer is cut between two code points; and all together take 16 KiB at most. */
static void test_long_texts_are_cut(void **state) {
    (void)state;
    char text[201];
    memset(text, 1, sizeof(text)); /* escaped to six bytes */
    fixture f;
    make(&f, &minimal);
    px_timeline *timeline = &f.core->statistics.timeline;
    for (unsigned i = 0; i < 60; i++) {
        px_timeline_transport_error(f.core, i, px_slice_of(text, sizeof(text)));
        assert_true(timeline->entries.len <= PX_TIMELINE_BYTES);
    }
    assert_in_range(timeline->count, 10, 13);
    px_timeline_clear(timeline);
    memset(text, 'a', sizeof(text));
    memcpy(text + 199, "\xc3\xbc", 2);
    px_timeline_handshake_error(f.core, px_slice_of(text, sizeof(text)));
    assert_int_equal(timeline->lengths[0], timeline->entries.len);
    assert_memory_equal(timeline->entries.data + 19 + 199, "\",\"timestamp\":5000}", 19);
    drop(&f);
}

/* What base64 turns into '/' and that into %2F trebles in length: old entries make room. */
static void test_url_is_limited(void **state) {
    (void)state;
    static char value[8000];
    memset(value, '?', sizeof(value));
    const px_pair param = {PX_SLICE("param"), px_slice_of(value, sizeof(value))};
    px_options options = minimal;
    options.timeline_params = (px_pairs){&param, 1};
    fixture f;
    make(&f, &options);
    for (unsigned i = 0; i < 60; i++)
        px_timeline_transport_error(f.core, i, px_slice_of(value, PX_TIMELINE_TEXT));
    assert_int_equal(f.core->statistics.timeline.count, 50);
    char *url = sent(&f);
    assert_in_range(strlen(url), 32000, 32768);
    char *shown = decoded(url);
    assert_in_range(count_of(shown, "\"cid\""), 20, 40);
    assert_non_null(strstr(shown, "\"cid\":59,"));
    free(url);
    free(shown);
    drop(&f);
}

/* Fields that are too long by themselves are not sent, and cost nothing but a line of the log. */
static void test_fields_that_are_too_long(void **state) {
    (void)state;
    static char key[4096];
    static char value[8187];
    memset(key, '?', sizeof(key));
    memset(value, '?', sizeof(value));
    const px_pair param = {PX_SLICE("param"), px_slice_of(value, sizeof(value))};
    px_options options = minimal;
    options.key = px_slice_of(key, sizeof(key));
    options.client_version = options.key;
    options.client_name = options.key;
    options.timeline_params = (px_pairs){&param, 1};
    fixture f;
    make(&f, &options);
    char *url = sent(&f);
    assert_string_equal(url, "");
    assert_int_equal(f.core->statistics.request, 0);
    free(url);
    drop(&f);
}

/* Where they are off, nothing is kept. */
static void test_nothing_when_off(void **state) {
    (void)state;
    px_options options = minimal;
    options.enable_stats = PX_CHOICE_ABSENT;
    fixture f;
    make(&f, &options);
    px_timeline_network(f.core, PX_SLICE("online"));
    assert_int_equal(px_timeline_transport(f.core, PX_SLICE("ws"), true), 0);
    px_core_connect(f.core);
    assert_int_equal(f.core->statistics.timeline.count, 0);
    assert_null(f.core->statistics.timeline.entries.data);
    assert_true(f.core->statistics.next_at == PX_NO_DEADLINE);
    drop(&f);
}

static void test_cached(void **state) {
    (void)state;
    fixture f;
    make(&f, &minimal);
    px_timeline_clear(&f.core->statistics.timeline);
    px_timeline_cached(f.core, PX_SLICE("xhr_streaming"), 2100);
    px_slice entries = px_buffer_slice(&f.core->statistics.timeline.entries);
    assert_true(px_slice_equal(entries, PX_SLICE("{\"cached\":true,\"transport\":\"xhr_streaming\","
                                                 "\"latency\":2100,\"timestamp\":5000}")));
    drop(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_url),
        cmocka_unit_test(test_oldest_entries_go),
        cmocka_unit_test(test_long_texts_are_cut),
        cmocka_unit_test(test_url_is_limited),
        cmocka_unit_test(test_fields_that_are_too_long),
        cmocka_unit_test(test_nothing_when_off),
        cmocka_unit_test(test_cached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
