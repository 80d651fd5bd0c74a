#include "server/user.h"

#include "base/plant.h"
#include "net/protocol_name.h"
#include "server/watchlist.h"

/* ---- Users ---- */

bool px_user_id_valid(const px_app *app, px_slice id) {
    return id.len <= app->options.max_presence_user_id && px_name_characters_valid(id);
}

px_user *px_user_find(const px_app *app, px_slice id) {
    return px_map_get(&app->users, id);
}

static void free_user(const px_allocator *allocator, px_user *user) {
    px_free(allocator, user, sizeof(*user) + user->id.len);
}

px_user *px_user_obtain(px_hub *hub, px_app *app, px_slice id) {
    px_user *user = px_user_find(app, id);
    if (user) {
        user->references++;
        return user;
    }
    user = px_alloc_zero(hub->allocator, sizeof(*user) + id.len);
    if (!user)
        return NULL;
    memcpy(user->id_bytes, id.ptr, id.len);
    user->id = px_slice_of(user->id_bytes, id.len);
    user->app = app;
    user->references = 1;
    if (px_map_put(&app->users, user->id, user) == PX_OK)
        return user;
    free_user(hub->allocator, user);
    return NULL;
}

void px_user_release(px_hub *hub, px_user *user) {
    if (--user->references > 0)
        return;
    px_watchlist_user_stays(hub, user);
    px_map_remove(&user->app->users, user->id);
    free_user(hub->allocator, user);
}

void px_user_deliver(px_hub *hub, const px_user *user, const px_hub_connection *except,
                     px_message *message) {
    for (const px_identity *identity = user->identities; identity; identity = identity->next)
        if (identity->connection != except)
            px_hub_deliver(hub, &identity->connection, 1, px_message_hold(message));
    px_message_release(message);
}

/* ---- Identities ---- */

static void free_identity(const px_allocator *allocator, px_identity *identity) {
    px_free(allocator, identity, sizeof(*identity) + identity->user_info.len);
}

px_identity *px_identity_new(px_hub *hub, px_hub_connection *connection, px_slice id,
                             px_slice user_info) {
    bool is_too_large = user_info.len > connection->app->options.max_presence_user_info;
    size_t len = is_too_large ? 0 : user_info.len;
    px_user *user = px_user_obtain(hub, connection->app, id);
    if (!user)
        return NULL;
    px_identity *identity = px_alloc(hub->allocator, sizeof(*identity) + len);
    if (!identity) {
        px_user_release(hub, user);
        return NULL;
    }
    *identity = (px_identity){.user = user,
                              .connection = connection,
                              .user_info = {identity->info_bytes, len},
                              .is_info_too_large = is_too_large};
    if (len)
        memcpy(identity->info_bytes, user_info.ptr, len);
    return identity;
}

void px_identity_free(px_hub *hub, px_identity *identity) {
    px_user *user = identity->user;
    if (identity->watchlist)
        px_watchlist_free(hub, identity->watchlist);
    free_identity(hub->allocator, identity);
    px_user_release(hub, user);
}

static void unlink_identity(px_identity *identity) {
    *identity->link = identity->next;
    if (identity->next)
        identity->next->link = identity->link;
}

bool px_user_sign_in(px_hub *hub, px_identity *identity) {
    px_user *user = identity->user;
    px_hub_connection *connection = identity->connection;
    px_identity *earlier = connection->identity;
    bool was_online = user->is_online;
    if (!user->identities)
        hub->stats.users++;
    identity->next = user->identities;
    identity->link = &user->identities;
    if (identity->next)
        identity->next->link = &identity->next;
    user->identities = identity;
    user->is_online = true;
    connection->identity = identity;
    if (!PX_PLANTED(FALSE_OFFLINE))
        px_watchlist_user_stays(hub, user);
    if (earlier) {
        unlink_identity(earlier);
        px_identity_free(hub, earlier);
    }
    return !was_online;
}

void px_user_sign_out(px_hub *hub, px_hub_connection *connection) {
    px_identity *identity = connection->identity;
    if (!identity)
        return;
    px_user *user = identity->user;
    connection->identity = NULL;
    unlink_identity(identity);
    if (!user->identities) {
        hub->stats.users--;
        px_watchlist_user_left(hub, user);
    }
    px_identity_free(hub, identity);
}

void px_users_free(const px_allocator *allocator, px_app *app) {
    px_map_entry entry;
    for (size_t cursor = 0; px_map_next(&app->users, &cursor, &entry);) {
        px_user *user = entry.value;
        for (px_identity *identity = user->identities, *next; identity; identity = next) {
            next = identity->next;
            px_watchlist_free_memory(allocator, identity->watchlist);
            free_identity(allocator, identity);
        }
        free_user(allocator, user);
    }
    px_map_free(&app->users);
}
