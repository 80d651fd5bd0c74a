/* The transcript of an episode, and its sudden end. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "world.h"

void sim_fail(sim_world *world, const char *invariant, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)snprintf(world->failure, sizeof(world->failure), "%s", invariant);
    (void)vsnprintf(world->details, sizeof(world->details), format, arguments);
    va_end(arguments);
    sim_say(world, "FAILED: %s: %s", world->failure, world->details);
    longjmp(world->failed, 1);
}

void sim_say(const sim_world *world, const char *format, ...) {
    va_list arguments;
    if (!world->trace)
        return;
    (void)fprintf(world->trace, "%7" PRIu64 ".%03" PRIu64 "  ", world->now / 1000,
                  world->now % 1000);
    va_start(arguments, format);
    (void)vfprintf(world->trace, format, arguments);
    va_end(arguments);
    (void)fputc('\n', world->trace);
}
