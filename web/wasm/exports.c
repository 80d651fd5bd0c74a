/* What JavaScript calls. Each function is what core.h has under the same name, with texts as an
 * address and a length; a text's bytes are in the room or, of the network, in the inbox. */
#include "wasm/web.h"
#include "json/reader.h"

#include "core/fields.h"

enum {
    MAX_ROOM = 3 * PX_MAX_MESSAGE, /* a unit of UTF-16 is at most three bytes */
    KEPT_ROOM = 65536,
    MAX_OPTIONS = 1 << 20,
};

static px_buffer room = {.allocator = &px_web_heap, .max = MAX_ROOM};

/* ---- Memory ---- */

PX_WEB_EXPORT("px_web_record") uint32_t *px_web_record(void);
uint32_t *px_web_record(void) {
    return px_web_words;
}

/* At least `size` bytes, or NULL. What was in it is gone when more are asked for than before. */
static char *make_room(px_buffer *buffer, size_t size) {
    px_buffer_clear(buffer);
    if (buffer->capacity > KEPT_ROOM && size <= KEPT_ROOM)
        px_buffer_free(buffer);
    return px_buffer_reserve(buffer, size) == PX_OK ? buffer->data : NULL;
}

PX_WEB_EXPORT("px_web_room") char *px_web_room(size_t size);
char *px_web_room(size_t size) {
    return make_room(&room, size);
}

PX_WEB_EXPORT("px_web_inbox") char *px_web_inbox(px_web_client *client, size_t size);
char *px_web_inbox(px_web_client *client, size_t size) {
    return make_room(&client->inbox, size);
}

static px_slice inbox_slice(const px_web_client *client, size_t len) {
    return px_slice_of(client->inbox.data, len);
}

/* ---- Life ---- */

/* The name of the option with this index, in the record; false at the end. */
PX_WEB_EXPORT("px_web_option") bool px_web_option(size_t index);
bool px_web_option(size_t index) {
    if (index >= px_option_count)
        return false;
    px_web_put(PX_WEB_TEXT, px_option_name(&px_option_table[index]));
    return true;
}

/* NULL: PX_WEB_RESULT says why, with PX_ERR_ARGUMENT there is a sentence. */
PX_WEB_EXPORT("px_web_new")
px_web_client *px_web_new(const char *json, size_t len, double seed0, double seed1, double now_ms);
px_web_client *px_web_new(const char *json, size_t len, double seed0, double seed1, double now_ms) {
    px_arena arena;
    px_options options = {0};
    const uint64_t seed[2] = {(uint64_t)seed0, (uint64_t)seed1};
    px_web_client *client = px_alloc_zero(&px_web_heap, sizeof(*client));
    px_arena_init(&arena, &px_web_heap, MAX_OPTIONS);
    int result =
        client ? px_web_options_read(px_slice_of(json, len), &arena, &options) : PX_ERR_NO_MEMORY;
    if (result == PX_OK)
        result = px_core_new(&px_web_heap, &options, seed, (uint64_t)now_ms, &client->core);
    px_arena_free(&arena);
    px_web_words[PX_WEB_RESULT] = (uint32_t)result;
    if (result != PX_OK) {
        px_free(&px_web_heap, client, sizeof(*client));
        return NULL;
    }
    px_buffer_init(&client->inbox, &px_web_heap, MAX_ROOM);
    px_buffer_init(&client->text, &px_web_heap, 4 * (size_t)PX_MAX_MESSAGE);
    return client;
}

PX_WEB_EXPORT("px_web_restore")
void px_web_restore(px_web_client *client, const char *key, size_t key_len, const char *data,
                    size_t data_len);
void px_web_restore(px_web_client *client, const char *key, size_t key_len, const char *data,
                    size_t data_len) {
    px_core_restore(client->core, px_slice_of(key, key_len), px_slice_of(data, data_len));
}

PX_WEB_EXPORT("px_web_log_level") void px_web_log_level(px_web_client *client, int level);
void px_web_log_level(px_web_client *client, int level) {
    px_core_set_log_level(client->core, (px_log_level)level);
}

/* ---- Time and actions ---- */

PX_WEB_EXPORT("px_web_tick") void px_web_tick(px_web_client *client, double now_ms);
void px_web_tick(px_web_client *client, double now_ms) {
    px_core_tick(client->core, (uint64_t)now_ms);
}

PX_WEB_EXPORT("px_web_tell_time") void px_web_tell_time(px_web_client *client, double now_ms);
void px_web_tell_time(px_web_client *client, double now_ms) {
    px_core_tell_time(client->core, (uint64_t)now_ms);
}

PX_WEB_EXPORT("px_web_wall_clock") void px_web_wall_clock(px_web_client *client, double unix_ms);
void px_web_wall_clock(px_web_client *client, double unix_ms) {
    px_core_set_wall_clock(client->core, (uint64_t)unix_ms);
}

static void put_deadline(px_web_client *client) {
    uint64_t deadline = px_core_deadline(client->core);
    double ms = deadline == PX_NO_DEADLINE ? __builtin_inf() : (double)deadline;
    memcpy(&px_web_words[PX_WEB_DEADLINE], &ms, sizeof(ms));
}

/* The type of the next action, which is in the record; 0: there is none, and the record has the
 * deadline. */
PX_WEB_EXPORT("px_web_next") int px_web_next(px_web_client *client);
int px_web_next(px_web_client *client) {
    px_action action;
    if (px_core_next(client->core, &action)) {
        px_web_record_action(client, &action);
        return (int)action.type;
    }
    put_deadline(client);
    return 0;
}

/* The same for a call from within a handler, whose own event must stay as it is. */
PX_WEB_EXPORT("px_web_next_queued") int px_web_next_queued(px_web_client *client);
int px_web_next_queued(px_web_client *client) {
    px_action action;
    if (!px_core_next_queued(client->core, &action))
        return 0;
    px_web_record_action(client, &action);
    return (int)action.type;
}

/* The box of the last event of an encrypted channel can't be opened, or holds no UTF-8. Before the next
 * action is asked for. */
PX_WEB_EXPORT("px_web_not_opened") void px_web_not_opened(px_web_client *client);
void px_web_not_opened(px_web_client *client) {
    px_core_not_opened(client->core, &client->sealed);
}

/* ---- Requests of the application ---- */

PX_WEB_EXPORT("px_web_connect") void px_web_connect(px_web_client *client);
void px_web_connect(px_web_client *client) {
    px_core_connect(client->core);
}

PX_WEB_EXPORT("px_web_disconnect") void px_web_disconnect(px_web_client *client);
void px_web_disconnect(px_web_client *client) {
    px_core_disconnect(client->core);
}

PX_WEB_EXPORT("px_web_signin") int px_web_signin(px_web_client *client);
int px_web_signin(px_web_client *client) {
    return px_core_signin(client->core);
}

PX_WEB_EXPORT("px_web_switch")
int px_web_switch(px_web_client *client, const char *key, size_t key_len, const char *cluster,
                  size_t cluster_len);
int px_web_switch(px_web_client *client, const char *key, size_t key_len, const char *cluster,
                  size_t cluster_len) {
    return px_core_switch(client->core, px_slice_of(key, key_len),
                          px_slice_of(cluster, cluster_len));
}

/* The channel's id, or 0: PX_WEB_RESULT says why. */
PX_WEB_EXPORT("px_web_subscribe")
px_channel_id px_web_subscribe(px_web_client *client, const char *name, size_t len);
px_channel_id px_web_subscribe(px_web_client *client, const char *name, size_t len) {
    px_channel_id channel = 0;
    px_web_words[PX_WEB_RESULT] =
        (uint32_t)px_core_subscribe(client->core, px_slice_of(name, len), &channel);
    return channel;
}

PX_WEB_EXPORT("px_web_unsubscribe")
void px_web_unsubscribe(px_web_client *client, const char *name, size_t len);
void px_web_unsubscribe(px_web_client *client, const char *name, size_t len) {
    px_core_unsubscribe(client->core, px_slice_of(name, len));
}

PX_WEB_EXPORT("px_web_trigger")
int px_web_trigger(px_web_client *client, px_channel_id channel, const char *event,
                   size_t event_len, const char *data, size_t data_len);
int px_web_trigger(px_web_client *client, px_channel_id channel, const char *event,
                   size_t event_len, const char *data, size_t data_len) {
    return px_core_trigger(client->core, channel, px_slice_of(event, event_len),
                           px_slice_of(data, data_len));
}

PX_WEB_EXPORT("px_web_send_event")
int px_web_send_event(px_web_client *client, const char *event, size_t event_len, const char *data,
                      size_t data_len, const char *channel, size_t channel_len);
int px_web_send_event(px_web_client *client, const char *event, size_t event_len, const char *data,
                      size_t data_len, const char *channel, size_t channel_len) {
    return px_core_send_event(client->core, px_slice_of(event, event_len),
                              px_slice_of(data, data_len), px_slice_of(channel, channel_len));
}

PX_WEB_EXPORT("px_web_send") int px_web_send(px_web_client *client, const char *text, size_t len);
int px_web_send(px_web_client *client, const char *text, size_t len) {
    return px_core_send(client->core, px_slice_of(text, len));
}

PX_WEB_EXPORT("px_web_network") void px_web_network(px_web_client *client, bool online);
void px_web_network(px_web_client *client, bool online) {
    if (online)
        px_core_network_online(client->core);
    else
        px_core_network_offline(client->core);
}

PX_WEB_EXPORT("px_web_no_callbacks")
void px_web_no_callbacks(px_web_client *client, const char *channel, size_t channel_len,
                         const char *event, size_t event_len);
void px_web_no_callbacks(px_web_client *client, const char *channel, size_t channel_len,
                         const char *event, size_t event_len) {
    px_core_no_callbacks(client->core, px_slice_of(channel, channel_len),
                         px_slice_of(event, event_len));
}

/* ---- What the network says ---- */

/* A message that lies in the inbox, and the time it came: then px_web_next. */
PX_WEB_EXPORT("px_web_message")
int px_web_message(px_web_client *client, px_id id, size_t len, double now_ms);
int px_web_message(px_web_client *client, px_id id, size_t len, double now_ms) {
    px_core_tell_time(client->core, (uint64_t)now_ms);
    px_core_transport_message(client->core, id, inbox_slice(client, len));
    return px_web_next(client);
}

PX_WEB_EXPORT("px_web_opened") void px_web_opened(px_web_client *client, px_id id);
void px_web_opened(px_web_client *client, px_id id) {
    px_core_transport_opened(client->core, id);
}

/* The inbox has the reason, and behind it the message. */
PX_WEB_EXPORT("px_web_closed")
void px_web_closed(px_web_client *client, px_id id, int code, size_t reason_len, bool clean,
                   int result, size_t message_len);
void px_web_closed(px_web_client *client, px_id id, int code, size_t reason_len, bool clean,
                   int result, size_t message_len) {
    px_core_transport_closed(client->core, id, (uint16_t)code, inbox_slice(client, reason_len),
                             clean, result,
                             px_slice_of(client->inbox.data + reason_len, message_len));
}

PX_WEB_EXPORT("px_web_progress")
void px_web_progress(px_web_client *client, px_id id, int status, size_t len);
void px_web_progress(px_web_client *client, px_id id, int status, size_t len) {
    px_core_request_progress(client->core, id, status, inbox_slice(client, len));
}

/* The inbox has the body, and behind it the message. */
PX_WEB_EXPORT("px_web_done")
void px_web_done(px_web_client *client, px_id id, int status, size_t len, int result,
                 size_t message_len);
void px_web_done(px_web_client *client, px_id id, int status, size_t len, int result,
                 size_t message_len) {
    px_core_request_done(client->core, id, status, inbox_slice(client, len), result,
                         px_slice_of(client->inbox.data + len, message_len));
}

/* ---- Looking ---- */

/* Record: kind, subscribed, pending, cancelled, count of subscriptions (int32; -1: not told),
 * address of the key of an encrypted channel (0: there is none). False: there is no such channel. */
PX_WEB_EXPORT("px_web_channel")
bool px_web_channel(const px_web_client *client, px_channel_id channel);
bool px_web_channel(const px_web_client *client, px_channel_id channel) {
    px_channel_info info;
    if (!px_core_channel_info(client->core, channel, &info))
        return false;
    uint32_t *words = &px_web_words[PX_WEB_TEXT];
    words[0] = info.kind;
    words[1] = info.subscribed;
    words[2] = info.subscription_pending;
    words[3] = info.subscription_cancelled;
    words[4] = (uint32_t)info.subscription_count;
    words[5] = (uint32_t)(uintptr_t)px_core_channel_key(client->core, channel);
    return true;
}

PX_WEB_EXPORT("px_web_member_count")
size_t px_web_member_count(const px_web_client *client, px_channel_id channel);
size_t px_web_member_count(const px_web_client *client, px_channel_id channel) {
    return px_core_member_count(client->core, channel);
}

/* Record: id, info, whether the id is a number. */
static bool put_member(bool found, const px_member *member) {
    if (!found)
        return false;
    px_web_put(PX_WEB_TEXT, member->id);
    px_web_put(PX_WEB_TEXT + 2, member->info);
    px_web_words[PX_WEB_TEXT + 4] = member->id_is_number;
    return true;
}

PX_WEB_EXPORT("px_web_member")
bool px_web_member(const px_web_client *client, px_channel_id channel, const char *id, size_t len);
bool px_web_member(const px_web_client *client, px_channel_id channel, const char *id, size_t len) {
    px_member member;
    return put_member(px_core_member(client->core, channel, px_slice_of(id, len), &member),
                      &member);
}

PX_WEB_EXPORT("px_web_member_me")
bool px_web_member_me(const px_web_client *client, px_channel_id channel);
bool px_web_member_me(const px_web_client *client, px_channel_id channel) {
    px_member member;
    return put_member(px_core_member_me(client->core, channel, &member), &member);
}

/* `cursor` starts as 0; PX_WEB_ID has the next one. */
PX_WEB_EXPORT("px_web_next_member")
bool px_web_next_member(const px_web_client *client, px_channel_id channel, size_t cursor);
bool px_web_next_member(const px_web_client *client, px_channel_id channel, size_t cursor) {
    px_member member;
    bool found = px_core_next_member(client->core, channel, &cursor, &member);
    px_web_words[PX_WEB_ID] = (uint32_t)cursor;
    return put_member(found, &member);
}
