/* Texts: reading what the hub and the engines write, which is always laid out in the same way. */
#include <string.h>

#include "world.h"

uint32_t sim_channel_of(px_slice name) {
    for (uint32_t i = 0; i < SIM_CHANNELS; i++)
        if (px_slice_equal(name, px_slice_of_text(sim_channel_names[i])))
            return i;
    return px_slice_starts_with(name, PX_SLICE("#server-to-user-")) ? SIM_USER_CHANNEL : SIM_NOBODY;
}

static bool has_prefix(uint32_t channel, const char *prefix) {
    return channel < SIM_CHANNELS && !strncmp(sim_channel_names[channel], prefix, strlen(prefix));
}

bool sim_is_private(uint32_t channel) {
    return has_prefix(channel, "private-") || has_prefix(channel, "presence-");
}

bool sim_is_presence(uint32_t channel) {
    return has_prefix(channel, "presence-");
}

bool sim_is_encrypted(uint32_t channel) {
    return has_prefix(channel, "private-encrypted-");
}

bool sim_is_cache(uint32_t channel) {
    return channel < SIM_CHANNELS && strstr(sim_channel_names[channel], "cache-");
}

px_slice sim_between(px_slice text, const char *key, char end) {
    px_slice wanted = px_slice_of_text(key);
    for (; text.len >= wanted.len; text = px_slice_after(text, 1)) {
        if (memcmp(text.ptr, wanted.ptr, wanted.len) != 0)
            continue;
        px_slice rest = px_slice_after(text, wanted.len);
        const char *stop = rest.len ? memchr(rest.ptr, end, rest.len) : NULL;
        return px_slice_of(rest.ptr, stop ? (size_t)(stop - rest.ptr) : rest.len);
    }
    return px_slice_of(NULL, 0);
}

uint32_t sim_user_of(px_slice text) {
    return text.len == 2 && text.ptr[0] == 'u' ? (uint32_t)(text.ptr[1] - '0') : SIM_NOBODY;
}

uint32_t sim_event_of(px_slice name) {
    uint64_t number;
    const char *dash = name.len ? memchr(name.ptr, '-', name.len) : NULL;
    if (!dash || px_slice_starts_with(name, PX_SLICE("pusher")))
        return SIM_NOBODY;
    px_slice digits = px_slice_after(name, (size_t)(dash - name.ptr) + 1);
    return px_slice_to_u64(digits, &number) ? (uint32_t)number : SIM_NOBODY;
}

uint32_t sim_users_in(px_slice json) {
    uint32_t users = 0;
    for (size_t i = 0; i + 3 < json.len; i++)
        if (json.ptr[i] == '"' && json.ptr[i + 1] == 'u' && json.ptr[i + 2] >= '0' &&
            json.ptr[i + 2] < '0' + SIM_USERS &&
            (json.ptr[i + 3] == '"' || json.ptr[i + 3] == '\\'))
            users |= 1u << (json.ptr[i + 2] - '0');
    return users;
}
