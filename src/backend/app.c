/* The life of an app. */
#include "backend/app.h"

#include "base/wipe.h"
#include "driver/memory.h"

/* Bytes that the texts of the options may take together. */
enum { MAX_SETTINGS = 256 * 1024 };

int px_backend_new(const px_allocator *allocator, const pusher_app_options *options,
                   pusher_app **app) {
    pusher_app *made = px_alloc_zero(allocator, sizeof *made);
    if (!made)
        return PX_ERR_NO_MEMORY;
    made->allocator = allocator;
    px_arena_init(&made->texts, allocator, MAX_SETTINGS);
    px_buffer_init(&made->body, allocator, PX_BACKEND_MAX_TEXT);
    px_buffer_init(&made->reply.body, allocator, 0);
    px_buffer_init(&made->previous, allocator, 0);
    int result = px_backend_settings_read(&made->settings, &made->texts, options, NULL, 0);
    if (result) {
        pusher_app_free(made);
        return result == PX_ERR_LIMIT ? PX_ERR_ARGUMENT : result;
    }
    *app = made;
    return PX_OK;
}

int pusher_app_new(const pusher_app_options *options, pusher_app **app) {
    return px_backend_new(&px_malloc_allocator, options, app);
}

/* The arena's texts are ours alone, so that writing to them is fine. */
static void wipe_text(px_slice text) {
    if (text.len)
        px_wipe((char *)(uintptr_t)text.ptr, text.len);
}

static void wipe_password(const char *password) {
    wipe_text(px_slice_of_text(password));
}

void pusher_app_free(pusher_app *app) {
    if (!app)
        return;
    const px_allocator *allocator = app->allocator;
    px_http_reply_free(&app->reply);
    px_connections_free(app->connections);
    px_buffer_free(&app->body);
    px_buffer_free(&app->previous);
    wipe_text(app->settings.credentials.secret);
    wipe_password(app->settings.route.proxy.password);
    wipe_password(app->settings.route.tls.client_key_password);
    px_wipe(app->settings.master_key, sizeof app->settings.master_key);
    px_arena_free(&app->texts);
    px_free(allocator, app, sizeof *app);
}

int pusher_app_options_check(const pusher_app_options *options, char *text, size_t size) {
    px_arena arena;
    px_backend_settings settings;
    px_arena_init(&arena, &px_malloc_allocator, MAX_SETTINGS);
    if (size)
        text[0] = '\0';
    int result = px_backend_settings_read(&settings, &arena, options, text, size);
    wipe_text(settings.credentials.secret);
    px_wipe(settings.master_key, sizeof settings.master_key);
    px_arena_free(&arena);
    return result;
}

const char *pusher_server_version(void) {
    return PUSHER_VERSION_TEXT;
}
