#include "server/config.h"

#include <errno.h>
#include <stdio.h>

#include "server/config_reader.h"
#include "server/heap.h"

static int read_root(px_config *this, px_server_options *options) {
    px_json_token token = px_json_next(&this->reader);
    if (token == PX_JSON_ERROR)
        return px_config_fail_json(this);
    if (token != PX_JSON_OBJECT_BEGIN)
        return px_config_fail(
            this, px_config_token_start(&this->reader, token),
            "a configuration is a JSON object, such as {\"listen\": [\"127.0.0.1:6001\"]}");
    int result = px_config_read_object(this, &px_config_root, options);
    if (result != PX_OK)
        return result;
    return px_json_next(&this->reader) == PX_JSON_END ? PX_OK : px_config_fail_json(this);
}

int px_config_parse(const char *name, px_slice text, px_arena *arena, px_server_options *options,
                    char *why, size_t size) {
    /* The file is the operator's own: nobody chooses names in it to make them collide. */
    static const uint64_t SEED[2] = {1, 2};
    px_config this = {.name = name, .arena = arena, .why = why, .size = size};
    px_json_reader_init(&this.reader, text);
    px_map_init(&this.ids, arena->allocator, SEED);
    px_map_init(&this.keys, arena->allocator, SEED);
    int result = read_root(&this, options);
    px_map_free(&this.ids);
    px_map_free(&this.keys);
    return result;
}

/* ---- Files ---- */

static int read_file(const char *path, px_buffer *text, char *why, size_t size) {
    FILE *file = fopen(path, "rb");
    int result = file ? px_buffer_reserve(text, PX_CONFIG_MAX_SIZE + 1) : PX_OK;
    if (file && result == PX_OK)
        text->len = fread(text->data, 1, PX_CONFIG_MAX_SIZE + 1, file);
    int error = !file || ferror(file) ? errno : 0;
    if (file)
        fclose(file);
    if (error != 0) {
        snprintf(why, size, "%s: can't be read: %s", path, strerror(error));
        return PX_ERR_NOT_FOUND;
    }
    if (result != PX_OK)
        snprintf(why, size, "%s: out of memory", path);
    if (result != PX_OK || text->len <= PX_CONFIG_MAX_SIZE)
        return result;
    snprintf(why, size, "%s: a configuration has at most %d bytes", path, PX_CONFIG_MAX_SIZE);
    return PX_ERR_LIMIT;
}

int px_config_read(const char *path, px_arena *arena, px_server_options *options, char *why,
                   size_t size) {
    px_buffer text;
    px_buffer_init(&text, &px_heap, PX_CONFIG_MAX_SIZE + 1);
    int result = read_file(path, &text, why, size);
    if (result == PX_OK)
        result = px_config_parse(path, px_buffer_slice(&text), arena, options, why, size);
    px_buffer_free(&text);
    return result;
}
