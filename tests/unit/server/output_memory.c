#include "output_memory.h"

px_pool output_pool;
px_joined *output_joined;

int output_set_up(void **state) {
    (void)state;
    px_pool_init(&output_pool);
    output_joined = px_joined_new();
    return output_joined ? 0 : -1;
}

int output_tear_down(void **state) {
    (void)state;
    px_joined_free(output_joined);
    px_pool_free(&output_pool);
    return 0;
}
