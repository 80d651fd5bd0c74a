#include "backend/names.h"

bool px_backend_is_presence(px_slice channel) {
    return px_slice_starts_with(channel, PX_SLICE("presence-"));
}

bool px_backend_needs_auth(px_slice channel) {
    return px_backend_is_presence(channel) || px_slice_starts_with(channel, PX_SLICE("private-"));
}

bool px_backend_is_encrypted(px_slice channel) {
    return px_slice_starts_with(channel, PX_SLICE("private-encrypted-"));
}

static bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("_-=@,.;", c));
}

static bool has_name_characters(px_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        if (!is_name_character(text.ptr[i]))
            return false;
    }
    return true;
}

const char *px_backend_channel_fault(px_slice name) {
    if (name.len == 0)
        return "is no channel: the name is empty";
    if (name.len > PX_BACKEND_MAX_NAME)
        return "is no channel: the name has more than 200 bytes";
    return has_name_characters(name) ? NULL
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
    return has_name_characters(id) ? NULL
                                   : "is no user: an id has only letters, digits and _-=@,.;";
}

static size_t digits(px_slice text) {
    size_t count = 0;
    while (count < text.len && text.ptr[count] >= '0' && text.ptr[count] <= '9')
        count++;
    return count;
}

bool px_backend_is_socket_id(px_slice text) {
    size_t before = digits(text);
    if (before == 0 || before == text.len || text.ptr[before] != '.')
        return false;
    px_slice rest = px_slice_after(text, before + 1);
    return rest.len > 0 && digits(rest) == rest.len;
}
