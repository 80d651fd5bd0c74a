#include "server/channel_name.h"

#include "net/protocol_name.h"

static const struct {
    px_slice prefix;
    unsigned traits;
} KINDS[] = {
    /* Longer prefixes first. */
    {PX_LITERAL("private-encrypted-cache-"),
     PX_CHANNEL_PRIVATE | PX_CHANNEL_ENCRYPTED | PX_CHANNEL_CACHE},
    {PX_LITERAL("private-encrypted-"), PX_CHANNEL_PRIVATE | PX_CHANNEL_ENCRYPTED},
    {PX_LITERAL("private-cache-"), PX_CHANNEL_PRIVATE | PX_CHANNEL_CACHE},
    {PX_LITERAL("private-"), PX_CHANNEL_PRIVATE},
    {PX_LITERAL("presence-cache-"), PX_CHANNEL_PRIVATE | PX_CHANNEL_PRESENCE | PX_CHANNEL_CACHE},
    {PX_LITERAL("presence-"), PX_CHANNEL_PRIVATE | PX_CHANNEL_PRESENCE},
    {PX_LITERAL("cache-"), PX_CHANNEL_CACHE},
    {PX_LITERAL("#server-to-user-"), PX_CHANNEL_USER},
    {PX_LITERAL(""), 0},
};

static size_t find_kind(px_slice name) {
    size_t i = 0;
    while (!px_slice_starts_with(name, KINDS[i].prefix))
        i++;
    return i;
}

unsigned px_channel_traits(px_slice name) {
    return KINDS[find_kind(name)].traits;
}

px_slice px_channel_user_id(px_slice name) {
    return px_slice_after(name, KINDS[find_kind(name)].prefix.len);
}

const char *px_channel_name_fault(px_slice name, uint32_t max_len) {
    if (name.len == 0)
        return "a channel name must not be empty";
    if (name.len > max_len)
        return "the channel name is too long";
    size_t kind = find_kind(name);
    px_slice checked = name;
    if (KINDS[kind].traits & PX_CHANNEL_USER)
        checked = px_channel_user_id(name);
    if (!px_name_characters_valid(checked))
        return "only letters, digits and _-=@,.; are allowed in a channel name";
    return NULL;
}
