/* The loop, with each of the ways to wait that this system has. */
#include "driver/loop.h"

#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const px_poller_type *poller;
static test_allocator memory;
static px_loop *loop;
static char heard[256];

static int set_up(void **state) {
    poller = *state;
    test_allocator_init(&memory);
    heard[0] = '\0';
    return px_loop_new(&memory.allocator, poller, &loop);
}

static int tear_down(void **state) {
    (void)state;
    px_loop_free(loop);
    return memory.live_blocks == 0 ? 0 : -1;
}

static void hear(const char *text) {
    assert_true(strlen(heard) + strlen(text) < sizeof heard);
    strcat(heard, text);
}

/* ---- Descriptors ---- */

typedef struct test_end {
    px_watch watch;
    const char *name;
    struct test_end *kills;
} test_end;

static void on_ready(px_watch *watch, unsigned events) {
    test_end *end = (test_end *)watch;
    hear(end->name);
    hear(events & PX_READABLE ? "r" : "");
    hear(events & PX_WRITABLE ? "w" : "");
    if (!end->kills)
        return;
    /* From now on the other's memory may be anything. */
    test_end *victim = end->kills;
    assert_int_equal(px_loop_watch(loop, &victim->watch, 0), PX_OK);
    close(victim->watch.fd);
    memset(victim, 0xff, sizeof *victim);
}

static void pair(test_end *a, test_end *b) {
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    *a = (test_end){{.fd = fds[0], .ready = on_ready}, "a", NULL};
    *b = (test_end){{.fd = fds[1], .ready = on_ready}, "b", NULL};
}

static void part(test_end *a, test_end *b) {
    assert_int_equal(px_loop_watch(loop, &a->watch, 0), PX_OK);
    assert_int_equal(px_loop_watch(loop, &b->watch, 0), PX_OK);
    close(a->watch.fd);
    close(b->watch.fd);
}

static void expect_turn(const char *expected) {
    heard[0] = '\0';
    assert_int_equal(px_loop_turn(loop, 0), PX_OK);
    assert_string_equal(heard, expected);
}

static void tells_what_is_ready(void **state) {
    (void)state;
    test_end a;
    test_end b;
    pair(&a, &b);
    assert_int_equal(px_loop_watch(loop, &a.watch, PX_READABLE), PX_OK);
    expect_turn("");
    assert_int_equal(write(b.watch.fd, "x", 1), 1);
    expect_turn("ar");
    expect_turn("ar");
    assert_int_equal(px_loop_watch(loop, &a.watch, PX_READABLE | PX_WRITABLE), PX_OK);
    expect_turn("arw");
    assert_int_equal(px_loop_watch(loop, &a.watch, PX_WRITABLE), PX_OK);
    expect_turn("aw");
    assert_int_equal(px_loop_watch(loop, &a.watch, 0), PX_OK);
    expect_turn("");
    part(&a, &b);
}

static void tells_of_hang_ups(void **state) {
    (void)state;
    test_end a;
    test_end b;
    pair(&a, &b);
    assert_int_equal(px_loop_watch(loop, &a.watch, PX_READABLE), PX_OK);
    shutdown(b.watch.fd, SHUT_RDWR);
    expect_turn("ar");
    part(&a, &b);
}

/* Both are ready in the same turn; the first forbids the other. */
static void forgets_at_once(void **state) {
    (void)state;
    test_end a;
    test_end b;
    pair(&a, &b);
    a.kills = &b;
    b.kills = &a;
    assert_int_equal(px_loop_watch(loop, &a.watch, PX_WRITABLE), PX_OK);
    assert_int_equal(px_loop_watch(loop, &b.watch, PX_WRITABLE), PX_OK);
    assert_int_equal(px_loop_turn(loop, 0), PX_OK);
    assert_int_equal(strlen(heard), 2);
    test_end *left = heard[0] == 'a' ? &a : &b;
    assert_int_equal(px_loop_watch(loop, &left->watch, 0), PX_OK);
    close(left->watch.fd);
}

enum { PAIRS = 100 };

static void watches_many(void **state) {
    (void)state;
    static test_end ends[PAIRS][2];
    for (size_t i = 0; i < PAIRS; i++) {
        pair(&ends[i][0], &ends[i][1]);
        assert_int_equal(px_loop_watch(loop, &ends[i][0].watch, PX_WRITABLE), PX_OK);
        assert_int_equal(px_loop_watch(loop, &ends[i][1].watch, PX_READABLE), PX_OK);
    }
    for (size_t left = PAIRS; left > 0; left--) {
        size_t i = left * 37 % PAIRS;
        while (ends[i][0].watch.wanted == 0)
            i = (i + 1) % PAIRS;
        heard[0] = '\0';
        assert_int_equal(px_loop_turn(loop, 0), PX_OK);
        assert_int_equal(strlen(heard), 2 * left);
        part(&ends[i][0], &ends[i][1]);
    }
    expect_turn("");
}

/* ---- Tasks, deadlines, garbage ---- */

static px_task first;
static px_task second;

static void run_first(px_task *task) {
    (void)task;
    hear("1");
    px_loop_queue(loop, &second);
}

static void run_second(px_task *task) {
    hear("2");
    px_loop_queue(loop, task);
}

static void runs_tasks_at_the_end_of_a_turn(void **state) {
    (void)state;
    first = (px_task){.run = run_first};
    second = (px_task){.run = run_second};
    assert_int_equal(px_loop_timeout(loop), -1);
    px_loop_queue(loop, &first);
    px_loop_queue(loop, &first);
    assert_int_equal(px_loop_timeout(loop), 0);
    /* What a task leaves behind is done in the same turn; what goes on for ever is not. */
    expect_turn("12");
    assert_int_equal(px_loop_timeout(loop), 0);
    expect_turn("22");
    px_loop_unqueue(loop, &second);
    px_loop_unqueue(loop, &second);
    expect_turn("");
}

static void fire(px_deadline *deadline) {
    (void)deadline;
    hear("!");
}

static void waits_for_deadlines(void **state) {
    (void)state;
    px_deadline deadline;
    assert_int_equal(px_loop_join(loop, &deadline, fire), PX_OK);
    px_loop_arm(loop, &deadline, px_loop_now(loop) + 5);
    int timeout = px_loop_timeout(loop);
    assert_true(timeout >= 0 && timeout <= 5);
    while (!heard[0])
        assert_int_equal(px_loop_turn(loop, -1), PX_OK);
    assert_int_equal(px_loop_timeout(loop), -1);
    px_loop_leave(loop, &deadline);
}

enum { MANY_PAIRS = 200 };

static size_t handled;
static size_t handled_before;

static void count_ready(px_watch *watch, unsigned events) {
    (void)watch;
    (void)events;
    handled++;
}

static void note_handled(px_deadline *deadline) {
    (void)deadline;
    handled_before = handled;
}

/* However much is ready, and all of it for ever: neither is a deadline early nor does it starve. */
static void handles_what_is_ready_before_deadlines(void **state) {
    (void)state;
    static test_end ends[MANY_PAIRS][2];
    px_deadline deadline;
    assert_int_equal(px_loop_join(loop, &deadline, note_handled), PX_OK);
    handled = handled_before = 0;
    for (size_t i = 0; i < MANY_PAIRS; i++) {
        pair(&ends[i][0], &ends[i][1]);
        for (size_t j = 0; j < 2; j++) {
            ends[i][j].watch.ready = count_ready;
            assert_int_equal(px_loop_watch(loop, &ends[i][j].watch, PX_WRITABLE), PX_OK);
        }
    }
    px_loop_arm(loop, &deadline, px_loop_now(loop));
    assert_int_equal(px_loop_turn(loop, 0), PX_OK);
    assert_in_range(handled_before, 2 * MANY_PAIRS, 4 * MANY_PAIRS);
    px_loop_leave(loop, &deadline);
    for (size_t i = 0; i < MANY_PAIRS; i++)
        part(&ends[i][0], &ends[i][1]);
}

static px_garbage garbage;

static void destroy(px_garbage *piece) {
    assert_ptr_equal(piece, &garbage);
    hear("~");
}

static void discard(px_task *task) {
    (void)task;
    px_loop_discard(loop, &garbage, destroy);
    hear("1");
}

static void keeps_garbage_until_the_turn_is_over(void **state) {
    (void)state;
    first = (px_task){.run = discard};
    px_loop_queue(loop, &first);
    expect_turn("1~");
    px_loop_discard(loop, &garbage, destroy);
    assert_string_equal(heard, "1~~");
}

static void free_loop(px_task *task) {
    (void)task;
    px_loop_free(loop);
    hear("freed");
}

static void may_be_freed_in_a_turn(void **state) {
    (void)state;
    first = (px_task){.run = free_loop};
    px_loop_add_user(loop);
    px_loop_queue(loop, &first);
    assert_int_equal(px_loop_run(loop), PX_OK);
    assert_string_equal(heard, "freed");
    assert_int_equal(memory.live_blocks, 0);
    assert_int_equal(px_loop_new(&memory.allocator, poller, &loop), PX_OK);
}

/* ---- Posts ---- */

static void say_owner(const px_call *call) {
    hear(call->owner);
    if (call->context)
        px_loop_drop_posts(loop, call->context);
}

static void drops_posts_by_owner(void **state) {
    (void)state;
    static char a[] = "a";
    static char b[] = "b";
    static char c[] = "c";
    const px_call calls[] = {{say_owner, a, NULL, b},
                             {say_owner, b, NULL, NULL},
                             {say_owner, c, NULL, NULL},
                             {say_owner, b, NULL, NULL}};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(px_loop_post(loop, &calls[i]), PX_OK);
    expect_turn("ac");
    expect_turn("");
    assert_int_equal(px_loop_post(loop, &calls[2]), PX_OK);
    expect_turn("c");
}

static void post_again(const px_call *call) {
    hear(call->owner);
    assert_int_equal(px_loop_post(loop, call), PX_OK);
}

static void leaves_new_posts_for_the_next_turn(void **state) {
    (void)state;
    static char owner[] = "x";
    const px_call call = {post_again, owner, NULL, NULL};
    assert_int_equal(px_loop_post(loop, &call), PX_OK);
    expect_turn("x");
    expect_turn("x");
}

int main(void) {
    static const struct CMUnitTest each[] = {
        cmocka_unit_test(tells_what_is_ready),
        cmocka_unit_test(tells_of_hang_ups),
        cmocka_unit_test(forgets_at_once),
        cmocka_unit_test(watches_many),
        cmocka_unit_test(runs_tasks_at_the_end_of_a_turn),
        cmocka_unit_test(waits_for_deadlines),
        cmocka_unit_test(handles_what_is_ready_before_deadlines),
        cmocka_unit_test(keeps_garbage_until_the_turn_is_over),
        cmocka_unit_test(may_be_freed_in_a_turn),
        cmocka_unit_test(drops_posts_by_owner),
        cmocka_unit_test(leaves_new_posts_for_the_next_turn),
    };
    enum { EACH = sizeof each / sizeof each[0] };
    const px_poller_type *const pollers[] = {px_poller_poll, px_poller_epoll};
    int failures = 0;
    for (size_t i = 0; i < 2 && pollers[i]; i++) {
        struct CMUnitTest tests[EACH];
        for (size_t j = 0; j < EACH; j++) {
            tests[j] = each[j];
            tests[j].setup_func = set_up;
            tests[j].teardown_func = tear_down;
            tests[j].initial_state = (void *)(uintptr_t)pollers[i];
        }
        printf("# with %s\n", pollers[i]->name);
        failures += cmocka_run_group_tests(tests, NULL, NULL);
    }
    return failures;
}
