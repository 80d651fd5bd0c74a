#include "server/setting.h"

int px_name_list_copy(px_name_list *list, px_arena *arena) {
    void *memory;
    if (list->count == 0)
        return PX_OK;
    int result = px_arena_alloc(arena, list->count * sizeof(px_slice), &memory);
    if (result != PX_OK)
        return result;
    px_slice *items = memory;
    for (size_t i = 0; i < list->count; i++) {
        result = px_arena_copy(arena, list->items[i], &items[i]);
        if (result != PX_OK)
            return result;
    }
    list->items = items;
    return PX_OK;
}

int px_named_text_list_copy(px_named_text_list *list, px_arena *arena) {
    void *memory;
    if (list->count == 0)
        return PX_OK;
    int result = px_arena_alloc(arena, list->count * sizeof(px_named_text), &memory);
    if (result != PX_OK)
        return result;
    px_named_text *items = memory;
    for (size_t i = 0; i < list->count; i++) {
        result = px_arena_copy(arena, list->items[i].name, &items[i].name);
        if (result == PX_OK)
            result = px_arena_copy(arena, list->items[i].value, &items[i].value);
        if (result != PX_OK)
            return result;
    }
    list->items = items;
    return PX_OK;
}
