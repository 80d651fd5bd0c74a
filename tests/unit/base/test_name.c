/* Finding the name that somebody meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/name.h"

static void distances(void **state) {
    (void)state;
    assert_int_equal(px_name_distance(PX_SLICE(""), PX_SLICE("abc")), 3);
    assert_int_equal(px_name_distance(PX_SLICE("kitten"), PX_SLICE("sitting")), 3);
    assert_int_equal(px_name_distance(PX_SLICE("listen"), PX_SLICE("listen")), 0);
    char line[65] = {0};
    assert_true(px_name_distance(px_slice_of(line, 65), PX_SLICE("a")) == SIZE_MAX);
}

static void the_nearest(void **state) {
    (void)state;
    const px_slice names[] = {PX_LITERAL("listen"), PX_LITERAL("apps"), PX_LITERAL("path_prefix")};
    assert_true(px_slice_equal(px_name_nearest(PX_SLICE("lisen"), names, 3), names[0]));
    assert_true(px_slice_equal(px_name_nearest(PX_SLICE("app"), names, 3), names[1]));
    assert_null(px_name_nearest(PX_SLICE("something"), names, 3).ptr);
    assert_null(px_name_nearest(PX_SLICE("listen"), names, 0).ptr);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances),
        cmocka_unit_test(the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
