/* The server's configuration file: read, or refused with a sentence that says where. */
#include "fuzz.h"
#include "server/config.h"

enum { MAX_MEMORY = 1 << 20, REASON_SIZE = 512 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    test_allocator memory;
    test_allocator_init(&memory);
    px_arena arena;
    px_arena_init(&arena, &memory.allocator, MAX_MEMORY);
    px_server_options options;
    px_server_options_default(&options);
    char why[REASON_SIZE] = "";
    int result = px_config_parse("file.json", px_slice_of((const char *)data, size), &arena,
                                 &options, why, sizeof(why));
    if (result == PX_OK) {
        for (size_t i = 0; i < options.app_count; i++) {
            fuzz_touch(options.apps[i].id);
            fuzz_touch(options.apps[i].key);
            fuzz_touch(options.apps[i].secret);
        }
    } else {
        FUZZ_CHECK(strlen(why) < sizeof(why) && strstr(why, "file.json") == why);
    }
    px_arena_free(&arena);
    FUZZ_CHECK(memory.live_bytes == 0);
    return 0;
}
