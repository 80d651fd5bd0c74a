/* Memory for engines and the hub: counted, and sometimes there is none. */
#include <stdlib.h>

#include "world.h"

enum { MAX_BYTES = 64 * 1024 * 1024 };

static bool is_refused(sim_memory *memory) {
    if (!memory->refuses)
        return false;
    if (memory->grants) {
        memory->grants--;
        return false;
    }
    memory->refuses--;
    memory->has_refused = true;
    sim_say(memory->world, "there is no memory");
    return true;
}

static void *resize(void *context, void *ptr, size_t old_size, size_t new_size) {
    sim_memory *memory = context;
    sim_world *world = memory->world;
    if (new_size > 0 && is_refused(memory))
        return NULL;
    world->live_bytes += new_size - old_size;
    if (new_size == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, new_size);
}

void sim_memory_init(sim_world *world, sim_memory *memory) {
    *memory = (sim_memory){.world = world, .allocator = {resize, memory}};
}

void sim_starve(sim_memory *memory, uint32_t grants, uint32_t refuses) {
    memory->grants = grants;
    memory->refuses = refuses;
}

void sim_check_memory(sim_world *world) {
    if (world->live_bytes > MAX_BYTES)
        sim_fail(world, "memory", "%zu bytes are in use", world->live_bytes);
}
