#include "server/watchlist.h"

#include "server/connection.h"
#include "server/event.h"

/* ---- Lists ---- */

static size_t size_of(uint32_t capacity) {
    return sizeof(px_watchlist) + capacity * sizeof(px_watch);
}

/* The newest watcher of the user comes first: that shows whether the list has the user already. */
static void watch(px_watchlist *watchlist, px_user *user) {
    px_watch *added = &watchlist->watches[watchlist->count++];
    *added = (px_watch){
        .user = user, .watchlist = watchlist, .next = user->watchers, .link = &user->watchers};
    if (added->next)
        added->next->link = &added->next;
    user->watchers = added;
}

static bool watches(const px_watchlist *watchlist, const px_user *user) {
    return user->watchers && user->watchers->watchlist == watchlist;
}

static void put_all_into_news(px_watchlist *watchlist) {
    px_watch *next = NULL;
    for (uint32_t i = watchlist->count; i > 0; i--) {
        watchlist->watches[i - 1].next_news = next;
        next = &watchlist->watches[i - 1];
    }
    watchlist->news = next;
}

px_watchlist *px_watchlist_new(px_hub *hub, px_hub_connection *connection, const px_slice *ids,
                               size_t count) {
    px_watchlist *made = px_alloc(hub->allocator, size_of((uint32_t)count));
    if (!made)
        return NULL;
    *made = (px_watchlist){.connection = connection, .capacity = (uint32_t)count};
    for (size_t i = 0; i < count; i++) {
        px_user *user = px_user_obtain(hub, connection->app, ids[i]);
        if (!user) {
            px_watchlist_free(hub, made);
            return NULL;
        }
        if (watches(made, user))
            px_user_release(hub, user);
        else
            watch(made, user);
    }
    put_all_into_news(made);
    return made;
}

void px_watchlist_free(px_hub *hub, px_watchlist *watchlist) {
    for (uint32_t i = 0; i < watchlist->count; i++) {
        px_watch *gone = &watchlist->watches[i];
        *gone->link = gone->next;
        if (gone->next)
            gone->next->link = gone->link;
        px_user_release(hub, gone->user);
    }
    px_watchlist_free_memory(hub->allocator, watchlist);
}

void px_watchlist_free_memory(const px_allocator *allocator, px_watchlist *watchlist) {
    if (watchlist)
        px_free(allocator, watchlist, size_of(watchlist->capacity));
}

/* ---- Messages ---- */

static bool is_online(const px_user *user, const px_user *self) {
    return user == self || user->is_online;
}

/* {"name":"online","user_ids":["a","b"]}, if there is anybody. */
static void write_users(px_json_writer *data, const px_watch *news, const px_user *self,
                        bool online) {
    while (news && is_online(news->user, self) != online)
        news = news->next_news;
    if (!news)
        return;
    px_json_object_begin(data);
    px_json_member(data, PX_SLICE("name"), online ? PX_SLICE("online") : PX_SLICE("offline"));
    px_json_key(data, PX_SLICE("user_ids"));
    px_json_array_begin(data);
    for (; news; news = news->next_news)
        if (is_online(news->user, self) == online)
            px_json_string(data, news->user->id);
    px_json_array_end(data);
    px_json_object_end(data);
}

px_message *px_watchlist_news(px_hub *hub, px_watchlist *watchlist, const px_user *self) {
    px_event_writer writer;
    px_event_begin(hub, &writer, PX_SLICE("pusher_internal:watchlist_events"),
                   px_slice_of(NULL, 0));
    px_json_object_begin(&writer.data);
    px_json_key(&writer.data, PX_SLICE("events"));
    px_json_array_begin(&writer.data);
    write_users(&writer.data, watchlist->news, self, true);
    write_users(&writer.data, watchlist->news, self, false);
    px_json_array_end(&writer.data);
    px_json_object_end(&writer.data);
    watchlist->news = NULL;
    return px_event_end(hub, &writer);
}

/* ---- Telling ---- */

/* Every watcher of the user has something to be told; with the first of it, it is put on the hub's
 * list. */
static void make_news(px_hub *hub, const px_user *user, const px_watchlist *except) {
    for (px_watch *watch = user->watchers; watch; watch = watch->next) {
        px_watchlist *watchlist = watch->watchlist;
        if (watchlist == except)
            continue;
        if (!watchlist->news) {
            watchlist->next_told = hub->told;
            hub->told = watchlist;
        }
        watch->next_news = watchlist->news;
        watchlist->news = watch;
    }
}

/* Those who are told of one user only, as most are, share the message. */
static void tell_news(px_hub *hub) {
    px_watchlist *watchlist;
    px_message *shared = NULL;
    const px_user *subject = NULL; /* of the shared message */
    while ((watchlist = hub->told)) {
        hub->told = watchlist->next_told;
        const px_user *only = watchlist->news->next_news ? NULL : watchlist->news->user;
        if (!shared || !only || only != subject) {
            px_message_release(shared);
            shared = px_watchlist_news(hub, watchlist, NULL);
            subject = only;
        }
        watchlist->news = NULL;
        px_connection_send(hub, watchlist->connection, shared ? px_message_hold(shared) : NULL);
    }
    px_message_release(shared);
}

void px_watchlist_user_came(px_hub *hub, px_user *user, const px_watchlist *except) {
    make_news(hub, user, except);
    tell_news(hub);
}

/* ---- Leaving ---- */

/* Takes the user out of the queue of those who have left. */
static void dequeue(px_hub *hub, px_user *user) {
    *user->leaving_link = user->next_leaving;
    if (user->next_leaving)
        user->next_leaving->leaving_link = user->leaving_link;
    else
        hub->leaving_end = user->leaving_link;
    user->leaving_link = NULL;
    if (!hub->leaving)
        px_task_clear(hub, &hub->departures);
}

static void tell_departures(px_hub *hub, px_task *task) {
    px_user *user;
    while ((user = hub->leaving) && user->leaves_at_ms <= hub->now_ms) {
        dequeue(hub, user);
        user->is_online = false;
        make_news(hub, user, NULL);
    }
    if (hub->leaving)
        px_task_set(hub, task, hub->leaving->leaves_at_ms);
    tell_news(hub);
}

void px_watchlists_init(px_hub *hub) {
    hub->leaving_end = &hub->leaving;
    hub->departures.run = tell_departures;
}

/* Whom nobody watches is forgotten long before that. */
void px_watchlist_user_left(px_hub *hub, px_user *user) {
    user->leaves_at_ms = hub->now_ms + hub->options.watchlist_grace_ms;
    user->next_leaving = NULL;
    user->leaving_link = hub->leaving_end;
    *hub->leaving_end = user;
    hub->leaving_end = &user->next_leaving;
    if (!px_task_is_set(&hub->departures))
        px_task_set(hub, &hub->departures, user->leaves_at_ms);
}

void px_watchlist_user_stays(px_hub *hub, px_user *user) {
    if (user->leaving_link)
        dequeue(hub, user);
}
