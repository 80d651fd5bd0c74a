#include "server/presence.h"

#include "server/event.h"
#include "server/json_object.h"

/* A number counts as the text it is written with: 10 and "10" are the same user. */
static px_slice user_id_of(const px_member_value *value) {
    return value->token == PX_JSON_NUMBER ? value->raw : value->text;
}

const char *px_presence_read_user(px_hub *hub, const px_app *app, px_slice channel_data,
                                  px_presence_user *user) {
    static const px_slice NAMES[] = {PX_LITERAL("user_id"), PX_LITERAL("user_info")};
    px_member_value values[2];
    int result = px_object_read(&hub->arena, channel_data, NAMES, values, 2);
    if (result != PX_OK)
        return result == PX_ERR_SYNTAX ? "channel_data must be a JSON object"
                                       : "the server has no memory for channel_data";
    px_presence_user read = {user_id_of(&values[0]), values[1].raw};
    if (read.user_id.len == 0)
        return "channel_data must include a user_id";
    if (read.user_id.len > app->options.max_presence_user_id)
        return "the user_id in channel_data is too long";
    if (read.user_info.len > app->options.max_presence_user_info)
        return "the user_info in channel_data is too large";
    *user = read;
    return NULL;
}

px_member *px_presence_find(const px_channel *channel, px_slice user_id) {
    return px_map_get(&channel->members, user_id);
}

static px_message *farewell(px_hub *hub, const px_channel *channel, px_slice user_id) {
    px_event_writer writer;
    px_event_begin(hub, &writer, PX_SLICE("pusher_internal:member_removed"), channel->name);
    px_json_object_begin(&writer.data);
    px_json_member(&writer.data, PX_SLICE("user_id"), user_id);
    px_json_object_end(&writer.data);
    return px_event_end(hub, &writer);
}

static void free_member(const px_allocator *allocator, px_member *member) {
    px_message_release(member->farewell);
    px_free(allocator, member, sizeof(*member) + member->user_id.len + member->user_info.len);
}

px_member *px_presence_add(px_hub *hub, px_channel *channel, const px_presence_user *user) {
    size_t id_len = user->user_id.len, info_len = user->user_info.len;
    px_member *member = px_alloc(hub->allocator, sizeof(*member) + id_len + info_len);
    if (!member)
        return NULL;
    *member = (px_member){.user_id = {member->bytes, id_len},
                          .user_info = {member->bytes + id_len, info_len}};
    memcpy(member->bytes, user->user_id.ptr, id_len);
    if (info_len)
        memcpy(member->bytes + id_len, user->user_info.ptr, info_len);
    member->farewell = farewell(hub, channel, member->user_id);
    if (member->farewell && px_map_put(&channel->members, member->user_id, member) == PX_OK)
        return member;
    free_member(hub->allocator, member);
    return NULL;
}

void px_presence_remove(px_hub *hub, px_channel *channel, px_member *member) {
    px_map_remove(&channel->members, member->user_id);
    free_member(hub->allocator, member);
}

px_message *px_presence_welcome(px_hub *hub, const px_channel *channel, const px_member *member) {
    px_event_writer writer;
    px_event_begin(hub, &writer, PX_SLICE("pusher_internal:member_added"), channel->name);
    px_json_object_begin(&writer.data);
    px_json_member(&writer.data, PX_SLICE("user_id"), member->user_id);
    if (member->user_info.len) {
        px_json_key(&writer.data, PX_SLICE("user_info"));
        px_json_raw_value(&writer.data, member->user_info);
    }
    px_json_object_end(&writer.data);
    return px_event_end(hub, &writer);
}

static void write_ids(px_json_writer *data, const px_channel *channel) {
    px_map_entry entry;
    px_json_key(data, PX_SLICE("ids"));
    px_json_array_begin(data);
    for (size_t cursor = 0; px_map_next(&channel->members, &cursor, &entry);)
        px_json_string(data, entry.key);
    px_json_array_end(data);
}

static void write_hash(px_json_writer *data, const px_channel *channel) {
    px_map_entry entry;
    px_json_key(data, PX_SLICE("hash"));
    px_json_object_begin(data);
    for (size_t cursor = 0; px_map_next(&channel->members, &cursor, &entry);) {
        const px_member *member = entry.value;
        px_json_key(data, member->user_id);
        if (member->user_info.len)
            px_json_raw_value(data, member->user_info);
        else
            px_json_null(data);
    }
    px_json_object_end(data);
}

px_message *px_presence_snapshot(px_hub *hub, const px_channel *channel) {
    px_event_writer writer;
    px_event_begin(hub, &writer, PX_SLICE("pusher_internal:subscription_succeeded"), channel->name);
    px_json_object_begin(&writer.data);
    px_json_key(&writer.data, PX_SLICE("presence"));
    px_json_object_begin(&writer.data);
    write_ids(&writer.data, channel);
    write_hash(&writer.data, channel);
    px_json_key(&writer.data, PX_SLICE("count"));
    px_json_u64(&writer.data, px_map_count(&channel->members));
    px_json_object_end(&writer.data);
    px_json_object_end(&writer.data);
    return px_event_end(hub, &writer);
}

void px_presence_free_members(const px_allocator *allocator, px_channel *channel) {
    px_map_entry entry;
    for (size_t cursor = 0; px_map_next(&channel->members, &cursor, &entry);)
        free_member(allocator, entry.value);
    px_map_free(&channel->members);
}
