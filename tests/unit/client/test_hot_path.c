/* What comes in costs no memory: neither for each event nor for each read, whether it ends with an event
 * or in the middle of one. */
#include "client_fixture.h"

#include "client/internal.h"
#include "memory.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 40, SETTLED = 10, EVENTS = 8, PADDING = 400 };

typedef struct pace {
    atomic_int allowed; /* rounds that the peer may send */
    bool cut;           /* each round ends in the middle of an event */
} pace;

/* One event whose data is JSON in a string, as a frame. */
static size_t make_frame(char *to) {
    static const char BEGIN[] =
        "{\"event\":\"headline\",\"channel\":\"news\",\"data\":\"{\\\"text\\\":\\\"";
    static const char END[] = "\\\"}\"}";
    size_t len = sizeof BEGIN - 1 + PADDING + sizeof END - 1;
    to[0] = (char)0x81;
    to[1] = 126;
    to[2] = (char)(len >> 8);
    to[3] = (char)(len & 0xff);
    memcpy(to + 4, BEGIN, sizeof BEGIN - 1);
    memset(to + 4 + sizeof BEGIN - 1, 'x', PADDING);
    memcpy(to + 4 + sizeof BEGIN - 1 + PADDING, END, sizeof END - 1);
    return 4 + len;
}

static void send_rounds(test_connection *connection, void *context) {
    static char frames[2 * EVENTS * (PADDING + 100)];
    pace *given = context;
    size_t frame = make_frame(frames);
    for (size_t i = 1; i < 2 * EVENTS; i++)
        memcpy(frames + i * frame, frames, frame);
    size_t rest = given->cut ? 100 : 0; /* of the last frame, which the next round brings */
    if (!test_greet(connection))
        return;
    size_t from = 0;
    for (int round = 1; round <= ROUNDS; round++) {
        while (atomic_load(&given->allowed) < round)
            sched_yield();
        size_t until = (EVENTS + 1) * frame - rest;
        if (!test_send(connection, frames + from, until - from))
            return;
        from = given->cut ? frame - rest : frame; /* as many events in each later round */
    }
    test_hold(connection);
}

static void count(const pusher_event *event, void *context) {
    assert_int_equal(event->data.len, PADDING + strlen("{\"text\":\"\"}"));
    ++*(int *)context;
}

static void costs_no_memory(bool cut) {
    pace given = {.cut = cut};
    fixture *world = fixture_new(send_rounds, &given);
    test_allocator memory;
    test_allocator_init(&memory);
    assert_int_equal(
        px_client_new(&memory.allocator, pusher_str("KEY"), &world->options, &world->client),
        PUSHER_OK);
    int seen = 0;
    assert_int_equal(pusher_bind(world->client, pusher_str("headline"), count, &seen, NULL),
                     PUSHER_OK);
    pusher_connect(world->client);
    size_t before = 0;
    int expected =
        cut ? 0 : 1; /* the first round has one more, which is not whole when it is cut */
    for (int round = 1; round <= ROUNDS; round++) {
        if (round == SETTLED)
            before = memory.calls;
        expected += EVENTS;
        atomic_store(&given.allowed, round);
        while (seen < expected)
            assert_int_equal(pusher_poll(world->client, 10000), PUSHER_OK);
        assert_int_equal(seen, expected);
    }
    assert_int_equal(memory.calls, before);
    fixture_free(world);
}

static void costs_no_memory_when_reads_end_with_events(void **state) {
    (void)state;
    costs_no_memory(false);
}

static void costs_no_memory_when_reads_end_inside_of_events(void **state) {
    (void)state;
    costs_no_memory(true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_no_memory_when_reads_end_with_events),
        cmocka_unit_test(costs_no_memory_when_reads_end_inside_of_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
