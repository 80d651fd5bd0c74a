#include "server/grace.h"

#include "base/plant.h"

enum { MAX_KEY = 4096 };

/* The kind, the channel, a line break, the user: no channel's name has a line break. Empty when that
 * is too long, which no name is. */
static px_slice write_key(char out[MAX_KEY], px_webhook_kind kind, px_slice channel,
                          px_slice user_id) {
    size_t len = channel.len + user_id.len + 2;
    if (len > MAX_KEY)
        return px_slice_of(out, 0);
    out[0] = (char)kind;
    memcpy(out + 1, channel.ptr, channel.len);
    out[1 + channel.len] = '\n';
    if (user_id.len > 0)
        memcpy(out + 2 + channel.len, user_id.ptr, user_id.len);
    return px_slice_of(out, len);
}

static px_grace *find(const px_app *app, px_webhook_kind kind, px_slice channel, px_slice user_id) {
    char key[MAX_KEY];
    if (px_map_count(&app->graces) == 0)
        return NULL;
    return px_map_get(&app->graces, write_key(key, kind, channel, user_id));
}

bool px_grace_has(const px_app *app, px_webhook_kind kind, px_slice channel, px_slice user_id) {
    return find(app, kind, channel, user_id) != NULL;
}

static void free_grace(const px_allocator *allocator, px_grace *grace) {
    px_free(allocator, grace, sizeof *grace + grace->key.len);
}

void px_grace_free(px_hub *hub, px_grace *grace) {
    free_grace(hub->allocator, grace);
}

void px_graces_free(const px_allocator *allocator, px_app *app) {
    px_map_entry entry;
    for (size_t cursor = 0; px_map_next(&app->graces, &cursor, &entry);)
        free_grace(allocator, entry.value);
    px_map_free(&app->graces);
}

static px_grace_list *list_of(px_hub *hub, px_webhook_kind kind) {
    return &hub->graces[kind == PX_WEBHOOK_CACHE_MISS ? PX_GRACE_MISSES : PX_GRACE_ENDS];
}

static void append(px_grace_list *list, px_grace *grace) {
    grace->previous = list->last;
    if (list->last)
        list->last->next = grace;
    else
        list->first = grace;
    list->last = grace;
}

static px_grace *make(px_hub *hub, px_app *app, px_webhook_kind kind, px_slice key,
                      size_t channel_len) {
    px_grace *made = px_alloc_zero(hub->allocator, sizeof *made + key.len);
    if (!made)
        return NULL;
    bool is_miss = kind == PX_WEBHOOK_CACHE_MISS;
    memcpy(made->bytes, key.ptr, key.len);
    made->app = app;
    made->kind = kind;
    made->due_ms = hub->now_ms + (is_miss ? PX_GRACE_MISS_MS : hub->options.webhook_grace_ms);
    made->key = px_slice_of(made->bytes, key.len);
    made->channel = px_slice_of(made->bytes + 1, channel_len);
    made->user_id = px_slice_after(made->key, 2 + channel_len);
    return made;
}

bool px_grace_begin(px_hub *hub, px_app *app, px_webhook_kind kind, px_slice channel,
                    px_slice user_id) {
    char text[MAX_KEY];
    px_slice key = write_key(text, kind, channel, user_id);
    if (key.len == 0 || hub->grace_count >= PX_GRACES_MAX || px_map_get(&app->graces, key))
        return false;
    px_grace *made = make(hub, app, kind, key, channel.len);
    if (!made)
        return false;
    if (px_map_put(&app->graces, made->key, made) != PX_OK) {
        px_grace_free(hub, made);
        return false;
    }
    hub->grace_count++;
    append(list_of(hub, kind), made);
    return true;
}

static void take_out(px_hub *hub, px_grace *grace) {
    px_grace_list *list = list_of(hub, grace->kind);
    *(grace->previous ? &grace->previous->next : &list->first) = grace->next;
    *(grace->next ? &grace->next->previous : &list->last) = grace->previous;
    px_map_remove(&grace->app->graces, grace->key);
    hub->grace_count--;
}

bool px_grace_end(px_hub *hub, px_app *app, px_webhook_kind kind, px_slice channel,
                  px_slice user_id) {
    px_grace *found = find(app, kind, channel, user_id);
    if (!found)
        return false;
    if (PX_PLANTED(FALSE_VACATED))
        return true;
    take_out(hub, found);
    px_grace_free(hub, found);
    return true;
}

px_grace *px_grace_pop(px_hub *hub, uint64_t now_ms) {
    for (size_t i = 0; i < PX_GRACE_LISTS; i++) {
        px_grace *first = hub->graces[i].first;
        if (!first || first->due_ms > now_ms)
            continue;
        take_out(hub, first);
        return first;
    }
    return NULL;
}

uint64_t px_grace_deadline(const px_hub *hub) {
    uint64_t deadline = UINT64_MAX;
    for (size_t i = 0; i < PX_GRACE_LISTS; i++)
        if (hub->graces[i].first && hub->graces[i].first->due_ms < deadline)
            deadline = hub->graces[i].first->due_ms;
    return deadline;
}
