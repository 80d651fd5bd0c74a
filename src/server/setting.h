/* What a row of the settings' tables (server.h, app.h, webhook_options.h) can hold: the types, their
 * defaults and their copies. */
#ifndef PX_SERVER_SETTING_H
#define PX_SERVER_SETTING_H

#include "base/arena.h"

typedef struct px_name_list {
    const px_slice *items;
    size_t count;
} px_name_list;

/* A text with a name, such as a header of a request. */
typedef struct px_named_text {
    px_slice name;
    px_slice value;
} px_named_text;

typedef struct px_named_text_list {
    const px_named_text *items;
    size_t count;
} px_named_text_list;

/* A row is X(type, field, "name_in_the_config_file", default, minimum, maximum, "documentation").
 * The types: TEXT; URL: the text of an HTTP address; NUMBER; FLAG; LIST: of texts; HEADERS: of a
 * request; and those that app.h and webhook_options.h define. */
#define PX_SETTING_C_TEXT    px_slice
#define PX_SETTING_C_URL     px_slice
#define PX_SETTING_C_NUMBER  uint32_t
#define PX_SETTING_C_FLAG    bool
#define PX_SETTING_C_LIST    px_name_list
#define PX_SETTING_C_HEADERS px_named_text_list

/* The initializer of a field with its default. Lists have none but the empty one. */
#define PX_SETTING_NOTHING                                                                         \
    { NULL, 0 }
#define PX_SETTING_DEFAULT_TEXT(value)    PX_LITERAL(value)
#define PX_SETTING_DEFAULT_URL(value)     PX_LITERAL(value)
#define PX_SETTING_DEFAULT_NUMBER(value)  (value)
#define PX_SETTING_DEFAULT_FLAG(value)    (value)
#define PX_SETTING_DEFAULT_LIST(value)    PX_SETTING_NOTHING
#define PX_SETTING_DEFAULT_HEADERS(value) PX_SETTING_NOTHING
#define PX_SETTING_DEFAULT(type, field, name, fallback, minimum, maximum, text)                    \
    .field = PX_SETTING_DEFAULT_##type(fallback),

/* What the list points to is copied into the arena. Errors as px_arena_alloc; do not use the list
 * then. */
PX_MUST_CHECK int px_name_list_copy(px_name_list *list, px_arena *arena);
PX_MUST_CHECK int px_named_text_list_copy(px_named_text_list *list, px_arena *arena);

#endif
