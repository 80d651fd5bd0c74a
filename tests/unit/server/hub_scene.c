#include "hub_scene.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_nothing_is_left(scene *s, int actors) {
    assert_int_equal(px_hub_connection_count(s->world.hub), 0);
    for (int actor = 1; actor < actors; actor++)
        client_cut(&s->world, &s->actors[actor]);
    px_hub_stats stats;
    px_hub_get_stats(s->world.hub, &stats);
    assert_int_equal(stats.channels, 0);
    assert_int_equal(stats.subscriptions, 0);
    assert_int_equal(stats.users, 0);
}

void scene_without_memory(const px_app_options *app, int actors, void (*play)(scene *s)) {
    for (int once = 0; once < 2; once++) {
        bool failed = true;
        for (size_t i = 1; failed; i++) {
            static scene s;
            world_start(&s.world, app, NULL);
            s.world.memory.fail_at = s.world.memory.calls + i;
            s.world.memory.fail_once = once;
            play(&s);
            failed = s.world.memory.calls >= s.world.memory.fail_at;
            assert_nothing_is_left(&s, actors);
            world_stop(&s.world);
        }
    }
}
