#include "client/cache.h"

#include "driver/cache_file.h"
#include "driver/memory.h"

enum { MAX_TEXT = 32768 };

/* A folder and the name of a place in it. */
typedef struct px_cache_place {
    px_buffer folder; /* NUL-terminated */
    px_buffer name;
} px_cache_place;

static int add_number(px_buffer *name, uint32_t number) {
    int result = px_buffer_append_byte(name, ' ');
    return result ? result : px_buffer_append_u64(name, number);
}

/* Hosts and paths hold no blanks; the ports tell where one ends and the next begins. */
static int write_name(px_buffer *name, const px_options *core, px_slice key) {
    const px_slice texts[] = {key,           core->cluster,   core->ws_host,
                              core->ws_path, core->http_host, core->http_path};
    const uint32_t ports[] = {core->ws_port, core->wss_port, core->http_port, core->https_port};
    int result = PX_OK;
    for (size_t i = 0; !result && i < sizeof texts / sizeof texts[0]; i++) {
        result = px_buffer_append(name, texts[i]);
        if (!result)
            result = px_buffer_append_byte(name, ' ');
    }
    for (size_t i = 0; !result && i < sizeof ports / sizeof ports[0]; i++)
        result = add_number(name, ports[i]);
    return result;
}

static void free_place(px_cache_place *place) {
    px_buffer_free(&place->folder);
    px_buffer_free(&place->name);
}

/* PX_ERR_NOT_FOUND: nothing is remembered. */
static int find_place(px_cache_place *place, const px_settings *settings, const px_core *core,
                      px_slice key) {
    if (settings->no_transport_cache)
        return PX_ERR_NOT_FOUND;
    px_buffer_init(&place->folder, &px_malloc_allocator, MAX_TEXT);
    px_buffer_init(&place->name, &px_malloc_allocator, MAX_TEXT);
    int result = px_cache_folder(settings->cache_dir, &place->folder);
    if (!result)
        result = write_name(&place->name, px_core_options(core), key);
    if (result)
        free_place(place);
    return result;
}

static void restore_key(px_core *core, const px_settings *settings, px_slice key) {
    px_cache_place place;
    if (find_place(&place, settings, core, key))
        return;
    px_buffer entry;
    px_buffer_init(&entry, &px_malloc_allocator, PX_CACHE_FILE_MAX);
    if (px_cache_read(place.folder.data, px_buffer_slice(&place.name), &entry) == PX_OK)
        px_core_restore(core, key, px_buffer_slice(&entry));
    px_buffer_free(&entry);
    free_place(&place);
}

void px_cache_restore(px_core *core, const px_settings *settings) {
    restore_key(core, settings, PX_SLICE("pusherTransportTLS"));
    restore_key(core, settings, PX_SLICE("pusherTransportNonTLS"));
}

int px_cache_store(const px_core *core, const px_settings *settings, px_loop *loop, px_slice key,
                   px_slice data) {
    px_cache_place place;
    int result = find_place(&place, settings, core, key);
    if (result)
        return result == PX_ERR_NOT_FOUND ? PX_OK : result;
    px_slice name = px_buffer_slice(&place.name);
    if (!data.len) {
        px_cache_forget(place.folder.data, name);
        *px_loop_cache_ledger(loop) = (px_cache_ledger){0};
    } else if (px_cache_is_due(px_loop_cache_ledger(loop), name, px_loop_now(loop))) {
        result = px_cache_write(place.folder.data, name, data);
    }
    free_place(&place);
    return result;
}
