#include "net/protocol_name.h"

static bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("_-=@,.;", c));
}

bool px_name_characters_valid(px_slice text) {
    for (size_t i = 0; i < text.len; i++)
        if (!is_name_character(text.ptr[i]))
            return false;
    return text.len > 0;
}

static size_t count_digits(px_slice text) {
    size_t count = 0;
    while (count < text.len && text.ptr[count] >= '0' && text.ptr[count] <= '9')
        count++;
    return count;
}

bool px_socket_id_valid(px_slice text) {
    size_t first = count_digits(text);
    if (first == 0 || first == text.len || text.ptr[first] != '.')
        return false;
    px_slice rest = px_slice_after(text, first + 1);
    return rest.len > 0 && count_digits(rest) == rest.len;
}
