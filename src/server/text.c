#include "server/text.h"

px_slice px_text_join(px_arena *arena, const px_slice *parts, size_t count) {
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    void *memory;
    if (px_arena_alloc(arena, len ? len : 1, &memory) != PX_OK)
        return px_slice_of(NULL, 0);
    char *text = memory;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len)
            memcpy(text, parts[i].ptr, parts[i].len);
        text += parts[i].len;
    }
    return px_slice_of(memory, len);
}

px_slice px_text_of_number(px_arena *arena, uint64_t value) {
    char digits[20];
    px_slice text = {digits, px_u64_to_text(value, digits)};
    return px_text_join(arena, &text, 1);
}
