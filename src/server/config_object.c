/* Objects of a configuration, and lists of them, as their schema says. */
#include <stdio.h>

#include "base/name.h"
#include "server/config_reader.h"

/* ---- Members ---- */

static int fail_unknown(const px_config *this, px_slice key, size_t at,
                        const px_config_schema *schema) {
    px_slice names[PX_CONFIG_MAX_SETTINGS];
    char list[PX_SERVER_ERROR_SIZE] = "";
    size_t used = 0;
    for (size_t i = 0; i < schema->setting_count; i++)
        names[i] = schema->settings[i].name;
    for (size_t i = 0; i < schema->setting_count && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%.*s", i > 0 ? ", " : "",
                                 (int)names[i].len, names[i].ptr);
    px_slice nearest = px_name_nearest(key, names, schema->setting_count);
    return px_config_fail(this, at, "there is no setting '%.*s'.%s%.*s%s There are: %s",
                          (int)(key.len < 64 ? key.len : 64), key.ptr,
                          nearest.len > 0 ? " Did you mean '" : "", (int)nearest.len, nearest.ptr,
                          nearest.len > 0 ? "'?" : "", list);
}

static const px_config_alias *find_alias(const px_config_schema *schema, px_slice name) {
    for (size_t i = 0; i < schema->alias_count; i++)
        if (px_slice_equal(name, schema->aliases[i].name))
            return &schema->aliases[i];
    return NULL;
}

static int read_list(px_config *this, const px_config_setting *wanted, void *field);

static int read_setting(px_config *this, const px_config_setting *wanted,
                        const px_config_alias *alias, void *options) {
    void *field = (char *)options + wanted->offset;
    const px_config_schema *schema = px_config_schema_of(wanted->type);
    if (!schema)
        return px_config_read_value(this, wanted, alias, field);
    if (schema->size > 0)
        return read_list(this, wanted, field);
    px_json_token token = px_json_next(&this->reader);
    if (token != PX_JSON_OBJECT_BEGIN)
        return px_config_fail_type(this, wanted->name, token, "an object");
    return px_config_read_object(this, schema, field);
}

/* One member, whose key has just been read. *seen: the members so far, as bits. */
static int read_member(px_config *this, const px_config_schema *schema, void *options,
                       uint64_t *seen) {
    size_t at = px_config_token_start(&this->reader, PX_JSON_KEY);
    px_slice key;
    int result = px_config_copy_text(this, &key);
    if (result != PX_OK)
        return result;
    const px_config_alias *alias = find_alias(schema, key);
    px_slice name = alias ? alias->setting : key;
    size_t index = 0;
    while (index < schema->setting_count && !px_slice_equal(name, schema->settings[index].name))
        index++;
    if (index == schema->setting_count)
        return fail_unknown(this, key, at, schema);
    if (*seen >> index & 1)
        return px_config_fail(this, at, "%.*s is set twice", (int)name.len, name.ptr);
    *seen |= UINT64_C(1) << index;
    return read_setting(this, &schema->settings[index], alias, options);
}

int px_config_read_object(px_config *this, const px_config_schema *schema, void *options) {
    uint64_t seen = 0;
    px_json_token token;
    while ((token = px_json_next(&this->reader)) == PX_JSON_KEY) {
        int result = read_member(this, schema, options, &seen);
        if (result != PX_OK)
            return result;
    }
    return token == PX_JSON_OBJECT_END ? PX_OK : px_config_fail_json(this);
}

/* ---- Lists of objects ---- */

static int read_element(px_config *this, const px_config_setting *wanted,
                        const px_config_schema *schema, void *options) {
    schema->set_default(options);
    px_json_token token = px_json_next(&this->reader);
    size_t at = px_config_token_start(&this->reader, token);
    if (token != PX_JSON_OBJECT_BEGIN)
        return px_config_fail_type(this, wanted->name, token, "a list of objects");
    int result = px_config_read_object(this, schema, options);
    return result == PX_OK ? schema->check(this, options, at) : result;
}

/* All such lists of the options look like this: px_token_list and so on. */
typedef struct object_list {
    void *items;
    size_t count;
} object_list;

static int read_list(px_config *this, const px_config_setting *wanted, void *field) {
    const px_config_schema *schema = px_config_schema_of(wanted->type);
    const char *type = schema->least > 0 ? "a list of at least one object" : "a list of objects";
    px_json_token token = px_json_next(&this->reader);
    size_t at = px_config_token_start(&this->reader, token);
    object_list list = {NULL, 0};
    if (token == PX_JSON_OBJECT_BEGIN)
        return px_config_fail_type(this, wanted->name, token, type);
    int result = px_config_begin_list(this, wanted->name, token, type, schema->size, &list.items,
                                      &list.count);
    for (size_t i = 0; i < list.count && result == PX_OK; i++)
        result = read_element(this, wanted, schema, (char *)list.items + i * schema->size);
    if (result != PX_OK)
        return result;
    if (px_json_next(&this->reader) != PX_JSON_ARRAY_END)
        return px_config_fail_json(this);
    if (list.count < schema->least)
        return px_config_fail(this, at, "%.*s must be %s", (int)wanted->name.len, wanted->name.ptr,
                              type);
    memcpy(field, &list, sizeof list);
    return PX_OK;
}
