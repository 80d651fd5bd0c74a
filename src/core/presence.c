#include "core/presence.h"

#include "core/internal.h"

/* What the map holds. */
typedef struct entry {
    char *info;
    size_t info_len;
    bool id_is_number;
    size_t id_len;
    char id[];
} entry;

static void free_member(const px_allocator *allocator, entry *member) {
    px_free(allocator, member->info, member->info_len);
    px_free(allocator, member, sizeof(*member) + member->id_len);
}

void px_roster_init(px_roster *roster, const px_allocator *allocator, const uint64_t seed[2]) {
    *roster = (px_roster){0};
    px_map_init(&roster->members, allocator, seed);
}

void px_roster_clear(px_roster *roster) {
    size_t cursor = 0;
    px_map_entry next;
    while (px_map_next(&roster->members, &cursor, &next))
        free_member(roster->members.allocator, next.value);
    px_map_free(&roster->members);
}

void px_roster_free(px_roster *roster) {
    px_roster_clear(roster);
    px_free(roster->members.allocator, roster->my_id, roster->my_id_len);
    roster->my_id = NULL;
}

/* A copy in memory of its own; NULL for no bytes. */
static int copy_bytes(const px_allocator *allocator, px_slice bytes, char **copy) {
    *copy = NULL;
    if (!bytes.len)
        return PX_OK;
    *copy = px_alloc(allocator, bytes.len);
    if (!*copy)
        return PX_ERR_NO_MEMORY;
    memcpy(*copy, bytes.ptr, bytes.len);
    return PX_OK;
}

int px_roster_set_me(px_roster *roster, px_slice id, bool is_number) {
    char *copy;
    int result = copy_bytes(roster->members.allocator, id, &copy);
    if (result != PX_OK)
        return result;
    px_free(roster->members.allocator, roster->my_id, roster->my_id_len);
    roster->my_id = copy;
    roster->my_id_len = id.len;
    roster->my_id_is_number = is_number;
    return PX_OK;
}

static int add_member(px_roster *roster, const px_member *source) {
    px_map *members = &roster->members;
    if (px_map_count(members) >= PX_MAX_MEMBERS)
        return PX_ERR_LIMIT;
    entry *fresh = px_alloc_zero(members->allocator, sizeof(*fresh) + source->id.len);
    if (!fresh)
        return PX_ERR_NO_MEMORY;
    fresh->id_is_number = source->id_is_number;
    fresh->id_len = source->id.len;
    if (source->id.len)
        memcpy(fresh->id, source->id.ptr, source->id.len);
    int result = copy_bytes(members->allocator, source->info, &fresh->info);
    fresh->info_len = fresh->info ? source->info.len : 0;
    if (result == PX_OK)
        result = px_map_put(members, px_slice_of(fresh->id, fresh->id_len), fresh);
    if (result != PX_OK)
        free_member(members->allocator, fresh);
    return result;
}

int px_roster_put(px_roster *roster, const px_member *source) {
    entry *known = px_map_get(&roster->members, source->id);
    if (!known)
        return add_member(roster, source);
    char *info;
    int result = copy_bytes(roster->members.allocator, source->info, &info);
    if (result != PX_OK)
        return result;
    px_free(roster->members.allocator, known->info, known->info_len);
    known->info = info;
    known->info_len = source->info.len;
    known->id_is_number = source->id_is_number;
    return PX_OK;
}

static px_member view(const entry *member) {
    return (px_member){.id = px_slice_of(member->id, member->id_len),
                       .info = px_slice_of(member->info, member->info_len),
                       .id_is_number = member->id_is_number};
}

bool px_roster_get(const px_roster *roster, px_slice id, px_member *out) {
    const entry *found = px_map_get(&roster->members, id);
    if (found)
        *out = view(found);
    return found != NULL;
}

void px_roster_remove(px_roster *roster, px_slice id) {
    entry *found = px_map_remove(&roster->members, id);
    if (found)
        free_member(roster->members.allocator, found);
}

/* ---- The roster that comes with a subscription ---- */

static bool find_hash(px_slice data, px_slice *hash) {
    px_field presence = {.name = PX_LITERAL("presence")};
    px_field members = {.name = PX_LITERAL("hash")};
    if (px_fields_read(data, &presence, 1) != PX_JSON_ERROR_NONE ||
        presence.token != PX_JSON_OBJECT_BEGIN ||
        px_fields_read(presence.value, &members, 1) != PX_JSON_ERROR_NONE ||
        members.token != PX_JSON_OBJECT_BEGIN)
        return false;
    *hash = members.value;
    return true;
}

int px_roster_read(px_core *core, px_roster *roster, px_slice data) {
    px_slice hash;
    px_roster_clear(roster);
    if (!find_hash(data, &hash))
        return PX_ERR_SYNTAX;
    px_json_reader reader;
    px_json_reader_init(&reader, hash);
    px_json_next(&reader); /* the object's begin, as find_hash saw */
    while (px_json_next(&reader) == PX_JSON_KEY) {
        px_field key = {.token = PX_JSON_STRING, .value = reader.text, .escaped = reader.escaped};
        px_member member = {0};
        int result = px_field_text(core, &key, &member.id);
        /* The reader accepted the hash as a whole before: a raw value is always there. */
        if (result == PX_OK && px_json_raw(&reader, px_json_next(&reader), &member.info))
            result = px_roster_put(roster, &member);
        if (result != PX_OK)
            return result;
    }
    return PX_OK;
}

/* ---- Looking ---- */

static const px_roster *roster_of(const px_core *core, px_channel_id id) {
    const px_channel *channel = px_channel_get(core, id);
    return channel && channel->kind == PX_CHANNEL_PRESENCE ? &channel->roster : NULL;
}

size_t px_core_member_count(const px_core *core, px_channel_id channel) {
    const px_roster *roster = roster_of(core, channel);
    return roster ? px_map_count(&roster->members) : 0;
}

bool px_core_member(const px_core *core, px_channel_id channel, px_slice id, px_member *member) {
    const px_roster *roster = roster_of(core, channel);
    return roster && px_roster_get(roster, id, member);
}

bool px_core_member_me(const px_core *core, px_channel_id channel, px_member *out) {
    const px_roster *roster = roster_of(core, channel);
    if (!roster || !roster->my_id ||
        !px_roster_get(roster, px_slice_of(roster->my_id, roster->my_id_len), out))
        return false;
    out->id_is_number = roster->my_id_is_number;
    return true;
}

bool px_core_next_member(const px_core *core, px_channel_id channel, size_t *cursor,
                         px_member *out) {
    const px_roster *roster = roster_of(core, channel);
    px_map_entry next;
    if (!roster || !px_map_next(&roster->members, cursor, &next))
        return false;
    *out = view(next.value);
    return true;
}
