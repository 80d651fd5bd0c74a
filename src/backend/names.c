#include "backend/names.h"

#include "net/protocol_name.h"

bool px_backend_is_presence(px_slice channel) {
    return px_slice_starts_with(channel, PX_SLICE("presence-"));
}

bool px_backend_needs_auth(px_slice channel) {
    return px_backend_is_presence(channel) || px_slice_starts_with(channel, PX_SLICE("private-"));
}

bool px_backend_is_encrypted(px_slice channel) {
    return px_slice_starts_with(channel, PX_SLICE("private-encrypted-"));
}

const char *px_backend_channel_fault(px_slice name) {
    if (name.len == 0)
        return "is no channel: the name is empty";
    if (name.len > PX_BACKEND_MAX_NAME)
        return "is no channel: the name has more than 200 bytes";
    return px_name_characters_valid(name)
               ? NULL
               : "is no channel: a name has only letters, digits and _-=@,.;";
}

const char *px_backend_event_fault(px_slice name) {
    if (name.len == 0)
        return "is no event: the name is empty";
    return name.len > PX_BACKEND_MAX_NAME ? "is no event: the name has more than 200 bytes" : NULL;
}

const char *px_backend_user_fault(px_slice id) {
    if (id.len == 0)
        return "is no user: the id is empty";
    if (id.len > PX_BACKEND_MAX_NAME)
        return "is no user: the id has more than 200 bytes";
    return px_name_characters_valid(id) ? NULL
                                        : "is no user: an id has only letters, digits and _-=@,.;";
}
