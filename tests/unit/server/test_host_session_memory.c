/* The HTTP transports when the memory runs out: each allocation of a dialogue fails once. The driver
 * sees to it that what is answered can be understood; nothing may be lost for good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "host_driver.h"
#include "server/heap.h"

/* ---- The server's heap: this definition takes the place of the one in src/server/heap.c ---- */

static size_t live_blocks;
static size_t calls;
static size_t fail_at; /* that call fails; 0: none */

static void *resize(void *context, void *ptr, size_t old_size, size_t new_size) {
    (void)context;
    (void)old_size;
    if (new_size == 0) {
        live_blocks -= ptr != NULL;
        free(ptr);
        return NULL;
    }
    if (++calls == fail_at)
        return NULL;
    void *block = realloc(ptr, new_size);
    live_blocks += !ptr && block;
    return block;
}

const px_allocator px_heap = {resize, NULL};

/* ---- The dialogues ---- */

static const char *const SCRIPTS[] = {
    "P/app/app-key/1/a/xhr_streaming?protocol=7\n"
    "@1\n"
    "P/app/app-key/1/a/xhr_send "
    "[\"{\\\"event\\\":\\\"pusher:subscribe\\\",\\\"data\\\":{\\\"channel\\\":\\\"news\\\"}}\"]\n"
    "ptext\n"
    "P/app/app-key/1/a/xhr?protocol=7\n"
    "ptext\n"
    "P/app/app-key/1/a/xhr?protocol=7\n"
    "O/app/app-key/1/a/xhr_send\n"
    "@0\n"
    "x\n"
    "@2\n"
    "P/app/nobody/1/a/xhr\n"
    "P/app/nobody/1/a/xhr\n"
    "G/info\n"
    "G/iframe.html\n",

    "G/1/a/eventsource\n"
    "@1\n"
    "P/1/a/xhr_send [\"{\\\"path\\\":\\\"/app/app-key?protocol=7\\\"}\"]\n"
    "P/1/a/xhr_send "
    "[\"{\\\"event\\\":\\\"pusher:subscribe\\\",\\\"data\\\":{\\\"channel\\\":\\\"news\\\"}}\"]\n"
    "p<script>\n"
    "G/1/a/jsonp?c=x\n"
    "G/1/c/htmlfile?c=x\n"
    "@2\n"
    "W/1/b/websocket\n"
    "w[\"{\\\"path\\\":\\\"/app/app-key?protocol=7\\\"}\"]\n"
    "w[\"{\\\"event\\\":\\\"pusher:subscribe\\\",\\\"data\\\":{\\\"channel\\\":\\\"news\\\"}}\"]\n"
    "ptext\n"
    "w[\"{\\\"path\\\":\\\"/app/app-key?protocol=7\\\"}\"]\n"
    "w[\n"
    "@3\n"
    "W/websocket\n"
    "w{\"path\":\"/app/app-key\"}\n",
};

/* Returns how many allocations there were, of which the given one failed. */
static size_t play(const char *script, size_t failing) {
    static driver d;
    driver_start(&d);
    d.may_fail = failing > 0;
    calls = 0;
    fail_at = failing;
    driver_run(&d, px_slice_of_text(script));
    size_t made = calls;
    fail_at = 0;
    driver_stop(&d, false);
    assert_int_equal(live_blocks, 0);
    return made;
}

static void each_allocation_may_fail(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof SCRIPTS / sizeof *SCRIPTS; i++) {
        size_t count = play(SCRIPTS[i], 0);
        assert_true(count > 40);
        for (size_t failing = 1; failing <= count; failing++)
            play(SCRIPTS[i], failing);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
