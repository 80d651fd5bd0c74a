/* An app's settings: the defaults, and the hub's own copy of them. */
#include "server/app.h"

#include "server/channel.h"

#define DEFAULT_TEXT(value)   PX_SLICE(value)
#define DEFAULT_NUMBER(value) (value)
#define DEFAULT_FLAG(value)   (value)
#define DEFAULT_LIST(value)                                                                        \
    { NULL, (value) }

#define DEFAULT(type, field, name, fallback, minimum, maximum, text)                               \
    .field = DEFAULT_##type(fallback),

void px_app_options_default(px_app_options *options) {
    *options = (px_app_options){PX_APP_OPTIONS(DEFAULT)};
}

void px_hub_options_default(px_hub_options *options) {
    *options = (px_hub_options){PX_HUB_OPTIONS(DEFAULT)};
}

static int copy_list(px_arena *arena, px_name_list *list) {
    void *memory;
    if (list->count == 0)
        return PX_OK;
    if (px_arena_alloc(arena, list->count * sizeof(px_slice), &memory) != PX_OK)
        return PX_ERR_NO_MEMORY;
    px_slice *items = memory;
    for (size_t i = 0; i < list->count; i++)
        if (px_arena_copy(arena, list->items[i], &items[i]) != PX_OK)
            return PX_ERR_NO_MEMORY;
    list->items = items;
    return PX_OK;
}

static int copy_text(px_arena *arena, px_slice *text) {
    return px_arena_copy(arena, *text, text) == PX_OK ? PX_OK : PX_ERR_NO_MEMORY;
}

/* Makes the options' texts the app's own. */
static int copy_options(px_app *app) {
#define COPY_TEXT(field)                                                                           \
    if (copy_text(&app->texts, &app->options.field) != PX_OK)                                      \
        return PX_ERR_NO_MEMORY;
#define COPY_LIST(field)                                                                           \
    if (copy_list(&app->texts, &app->options.field) != PX_OK)                                      \
        return PX_ERR_NO_MEMORY;
#define COPY_NUMBER(field)
#define COPY_FLAG(field)
#define COPY(type, field, name, fallback, minimum, maximum, text) COPY_##type(field)
    PX_APP_OPTIONS(COPY)
    return PX_OK;
}

int px_app_new(const px_allocator *allocator, const px_app_options *options, const uint64_t seed[2],
               px_app **app) {
    px_app *made = px_alloc(allocator, sizeof(*made));
    if (!made)
        return PX_ERR_NO_MEMORY;
    *made = (px_app){.options = *options};
    px_arena_init(&made->texts, allocator, SIZE_MAX);
    px_map_init(&made->channels, allocator, seed);
    if (copy_options(made) != PX_OK) {
        px_app_free(allocator, made);
        return PX_ERR_NO_MEMORY;
    }
    *app = made;
    return PX_OK;
}

void px_app_free(const px_allocator *allocator, px_app *app) {
    px_map_entry entry;
    for (size_t cursor = 0; px_map_next(&app->channels, &cursor, &entry);)
        px_channel_free(allocator, entry.value);
    px_map_free(&app->channels);
    px_arena_free(&app->texts);
    px_free(allocator, app, sizeof(*app));
}
