/* The settings: defaults and copies; and an app with its own copy of them. */
#include "server/app.h"

#include "server/channel.h"
#include "server/grace.h"
#include "server/user.h"

void px_app_options_default(px_app_options *options) {
    *options = (px_app_options){PX_APP_OPTIONS(PX_SETTING_DEFAULT)};
}

void px_hub_options_default(px_hub_options *options) {
    *options = (px_hub_options){PX_HUB_OPTIONS(PX_SETTING_DEFAULT)};
}

static int copy_tokens(px_token_list *list, px_arena *arena) {
    void *memory;
    if (list->count == 0)
        return PX_OK;
    int result = px_arena_alloc(arena, list->count * sizeof(px_token), &memory);
    if (result != PX_OK)
        return result;
    px_token *items = memory;
    for (size_t i = 0; i < list->count; i++) {
        result = px_arena_copy(arena, list->items[i].key, &items[i].key);
        if (result == PX_OK)
            result = px_arena_copy(arena, list->items[i].secret, &items[i].secret);
        if (result != PX_OK)
            return result;
    }
    list->items = items;
    return PX_OK;
}

int px_app_options_copy(px_app_options *options, px_arena *arena) {
    int result = PX_OK;
#define COPY_TEXT(field)                                                                           \
    if (result == PX_OK)                                                                           \
        result = px_arena_copy(arena, options->field, &options->field);
#define COPY_LIST(field)                                                                           \
    if (result == PX_OK)                                                                           \
        result = px_name_list_copy(&options->field, arena);
#define COPY_TOKENS(field)                                                                         \
    if (result == PX_OK)                                                                           \
        result = copy_tokens(&options->field, arena);
#define COPY_WEBHOOKS(field)                                                                       \
    if (result == PX_OK)                                                                           \
        result = px_webhook_list_copy(&options->field, arena);
#define COPY_NUMBER(field)
#define COPY_FLAG(field)
#define COPY(type, field, name, fallback, minimum, maximum, text) COPY_##type(field)
    PX_APP_OPTIONS(COPY)
    return result;
}

bool px_app_find_secret(const px_app_options *app, px_slice key, px_slice *secret) {
    bool is_own = px_slice_equal(key, app->key);
    if (is_own)
        *secret = app->secret;
    for (size_t i = 0; i < app->tokens.count && !is_own; i++) {
        if (!px_slice_equal(key, app->tokens.items[i].key))
            continue;
        *secret = app->tokens.items[i].secret;
        return true;
    }
    return is_own;
}

int px_app_new(const px_allocator *allocator, const px_app_options *options, const uint64_t seed[2],
               px_app **app) {
    px_app *made = px_alloc(allocator, sizeof(*made));
    if (!made)
        return PX_ERR_NO_MEMORY;
    *made = (px_app){.options = *options};
    px_arena_init(&made->texts, allocator, SIZE_MAX);
    px_map_init(&made->channels, allocator, seed);
    px_map_init(&made->graces, allocator, seed);
    px_last_events_init(&made->last_events, allocator, seed);
    px_map_init(&made->users, allocator, seed);
    int result = px_app_options_copy(&made->options, &made->texts);
    if (result != PX_OK) {
        px_app_free(allocator, made);
        return result;
    }
    *app = made;
    return PX_OK;
}

void px_app_free(const px_allocator *allocator, px_app *app) {
    px_map_entry entry;
    for (size_t cursor = 0; px_map_next(&app->channels, &cursor, &entry);)
        px_channel_free(allocator, entry.value);
    px_map_free(&app->channels);
    px_graces_free(allocator, app);
    px_last_events_free(&app->last_events);
    px_users_free(allocator, app);
    px_arena_free(&app->texts);
    px_free(allocator, app, sizeof(*app));
}
