/* Handlers at one place: order, filters, changes during a delivery, destructors. */
#include "client/bindings.h"

#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static px_bindings bindings;
static test_allocator memory;
static bool stopped;
static char heard[1024];

static const pusher_event event;

static int set_up(void **state) {
    (void)state;
    static const uint64_t seed[2] = {1, 2};
    test_allocator_init(&memory);
    stopped = false;
    heard[0] = '\0';
    px_bindings_init(&bindings, &memory.allocator, seed, &stopped);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    px_bindings_free(&bindings);
    return memory.live_blocks == 0 ? 0 : -1;
}

static void hear(const char *text) {
    assert_true(strlen(heard) + strlen(text) < sizeof heard);
    strcat(heard, text);
}

static void say(const pusher_event *unused, void *context) {
    (void)unused;
    hear(context);
}

/* The same with another address. */
static void say_too(const pusher_event *unused, void *context) {
    say(unused, context);
}

static void destroyed(void *context) {
    hear("~");
    hear(context);
}

static void bind(const char *name, pusher_event_fn handler, const char *context) {
    px_slice slice = px_slice_of_text(name);
    assert_int_equal(
        px_bindings_add(&bindings, slice, handler, (void *)(uintptr_t)context, destroyed), PX_OK);
}

static void bind_global(pusher_event_fn handler, const char *context) {
    assert_int_equal(
        px_bindings_add_global(&bindings, handler, (void *)(uintptr_t)context, destroyed), PX_OK);
}

static void deliver(const char *name) {
    px_bindings_deliver(&bindings, &(px_map_key){.text = px_slice_of_text(name)}, &event);
}

static void assert_heard(const char *expected) {
    assert_string_equal(heard, expected);
    heard[0] = '\0';
}

/* ---- Order ---- */

static void calls_global_handlers_first(void **state) {
    (void)state;
    bind("a", say, "1");
    bind_global(say, "2");
    bind("a", say, "3");
    bind("b", say, "4");
    bind_global(say, "5");
    bind("a", say, "1");
    deliver("a");
    assert_heard("25131");
    deliver("unknown");
    assert_heard("25");
}

static void knows_whether_somebody_listens(void **state) {
    (void)state;
    assert_false(px_bindings_want(&bindings, &(px_map_key){.text = PX_SLICE("a")}));
    bind("a", say, "1");
    assert_true(px_bindings_want(&bindings, &(px_map_key){.text = PX_SLICE("a")}));
    assert_false(px_bindings_want(&bindings, &(px_map_key){.text = PX_SLICE("b")}));
    px_bindings_remove(&bindings, PX_SLICE("a"), NULL, NULL);
    assert_false(px_bindings_want(&bindings, &(px_map_key){.text = PX_SLICE("a")}));
    bind_global(say, "2");
    assert_true(px_bindings_want(&bindings, &(px_map_key){.text = PX_SLICE("b")}));
}

static void takes_the_empty_name(void **state) {
    (void)state;
    bind("", say, "1");
    deliver("");
    assert_heard("1");
}

/* ---- Filters ---- */

static const char x[] = "x";
static const char y[] = "y";

static void removes_what_matches_all_that_is_given(void **state) {
    (void)state;
    static const struct {
        px_slice event;
        pusher_event_fn handler;
        const void *context;
        const char *left; /* said by deliver a, then b */
    } rows[] = {
        {.left = "gg"},
        {.event = PX_LITERAL("a"), .left = "ggxy"},
        {.event = PX_LITERAL("a"), .handler = say, .left = "gxgxy"},
        {.event = PX_LITERAL("a"), .context = y, .left = "gxxgxy"},
        {.event = PX_LITERAL("a"), .handler = say, .context = x, .left = "gyxgxy"},
        {.handler = say, .left = "gxgy"},
        {.context = x, .left = "gygy"},
        {.handler = say, .context = x, .left = "gyxgy"},
        {.event = PX_LITERAL("c"), .left = "gxyxgxy"},
        {.handler = say, .context = heard, .left = "gxyxgxy"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bind_global(say, "g");
        bind("a", say, x);
        bind("a", say, y);
        bind("a", say_too, x);
        bind("b", say, x);
        bind("b", say_too, y);
        heard[0] = '\0';
        px_bindings_remove(&bindings, rows[i].event, rows[i].handler, rows[i].context);
        heard[0] = '\0';
        deliver("a");
        deliver("b");
        assert_heard(rows[i].left);
        px_bindings_clear(&bindings);
    }
}

static void removes_global_handlers(void **state) {
    (void)state;
    bind_global(say, x);
    bind_global(say_too, x);
    bind_global(say, y);
    bind("a", say, "n");
    px_bindings_remove_global(&bindings, say, x);
    assert_heard("~x");
    deliver("a");
    assert_heard("xyn");
    px_bindings_remove_global(&bindings, NULL, NULL);
    heard[0] = '\0';
    deliver("a");
    assert_heard("n");
}

/* ---- During a delivery ---- */

static void unbind_everything(const pusher_event *unused, void *context) {
    say(unused, context);
    px_bindings_clear(&bindings);
    hear("|");
}

static void does_not_call_what_was_removed_meanwhile(void **state) {
    (void)state;
    bind_global(say, "1");
    bind("a", unbind_everything, "2");
    bind("a", say, "3");
    deliver("a");
    /* Destructors wait for the handler to return. */
    assert_memory_equal(heard, "12|", 3);
    assert_int_equal(strlen(heard), strlen("12|~1~2~3"));
    heard[0] = '\0';
    deliver("a");
    assert_heard("");
}

static void bind_another(const pusher_event *unused, void *context) {
    say(unused, context);
    bind("a", say, "new");
    bind_global(say, "global");
}

static void makes_what_was_added_meanwhile_wait(void **state) {
    (void)state;
    bind_global(say, "g");
    bind("a", bind_another, "1");
    deliver("a");
    assert_heard("g1");
    px_bindings_remove(&bindings, PX_SLICE("a"), bind_another, NULL);
    heard[0] = '\0';
    deliver("a");
    assert_heard("gglobalnew");
}

static void stop(const pusher_event *unused, void *context) {
    say(unused, context);
    stopped = true;
}

static void stops_at_once(void **state) {
    (void)state;
    bind_global(stop, "1");
    bind_global(say, "2");
    bind("a", say, "3");
    deliver("a");
    assert_heard("1");
}

/* ---- Destructors ---- */

static void rebind(void *context) {
    destroyed(context);
    bind("a", say, "born of a destructor");
}

static void lets_destructors_bind(void **state) {
    (void)state;
    px_slice name = PX_SLICE("a");
    assert_int_equal(px_bindings_add(&bindings, name, say, (void *)(uintptr_t)x, rebind), PX_OK);
    px_bindings_remove(&bindings, name, NULL, NULL);
    assert_heard("~x");
    deliver("a");
    assert_heard("born of a destructor");
}

static void destroys_when_binding_fails(void **state) {
    (void)state;
    px_slice name = PX_SLICE("a");
    assert_int_equal(px_bindings_add(&bindings, name, NULL, (void *)(uintptr_t)x, destroyed),
                     PX_ERR_ARGUMENT);
    assert_heard("~x");
    for (size_t i = 1;; i++) {
        memory.calls = 0;
        memory.fail_at = i;
        int result = px_bindings_add(&bindings, name, say, (void *)(uintptr_t)x, destroyed);
        memory.fail_at = 0;
        if (result == PX_OK)
            break;
        assert_int_equal(result, PX_ERR_NO_MEMORY);
        assert_heard("~x");
        assert_false(px_bindings_want(&bindings, &(px_map_key){.text = name}));
    }
    deliver("a");
    assert_heard("x");
}

static void serves_thousands_of_names(void **state) {
    (void)state;
    char name[32];
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "event-%d", i);
        px_slice slice = px_slice_of_text(name);
        assert_int_equal(px_bindings_add(&bindings, slice, say, (void *)(uintptr_t)x, NULL), PX_OK);
    }
    deliver("event-4321");
    assert_heard("x");
}

#define IN_A_FRESH_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_A_FRESH_PLACE(calls_global_handlers_first),
        IN_A_FRESH_PLACE(knows_whether_somebody_listens),
        IN_A_FRESH_PLACE(takes_the_empty_name),
        IN_A_FRESH_PLACE(removes_what_matches_all_that_is_given),
        IN_A_FRESH_PLACE(removes_global_handlers),
        IN_A_FRESH_PLACE(does_not_call_what_was_removed_meanwhile),
        IN_A_FRESH_PLACE(makes_what_was_added_meanwhile_wait),
        IN_A_FRESH_PLACE(stops_at_once),
        IN_A_FRESH_PLACE(lets_destructors_bind),
        IN_A_FRESH_PLACE(destroys_when_binding_fails),
        IN_A_FRESH_PLACE(serves_thousands_of_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
