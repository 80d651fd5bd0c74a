/* The values of a configuration that are no objects with keys of their own. */
#include <stdio.h>

#include "server/config_reader.h"
#include "server/url.h"

static const char *const TYPE_NAMES[PX_CONFIG_TYPE_COUNT] = {
    [PX_CONFIG_TEXT] = "a string",           [PX_CONFIG_URL] = "a string",
    [PX_CONFIG_NUMBER] = "a whole number",   [PX_CONFIG_FLAG] = "true or false",
    [PX_CONFIG_LIST] = "a list of strings",  [PX_CONFIG_HEADERS] = "an object of strings",
    [PX_CONFIG_KINDS] = "a list of strings",
};

static int fail_type(const px_config *this, px_slice name, px_config_type type,
                     px_json_token token) {
    return px_config_fail_type(this, name, token, TYPE_NAMES[type]);
}

/* ---- Numbers ---- */

static int read_number(px_config *this, const px_config_setting *wanted,
                       const px_config_alias *alias, px_json_token token, uint32_t *out) {
    px_slice name = alias ? alias->name : wanted->name;
    uint32_t factor = alias ? alias->factor : 1;
    int64_t value = 0;
    if (token != PX_JSON_NUMBER || !px_json_to_i64(this->reader.text, &value))
        return fail_type(this, name, wanted->type, token);
    if (alias && value == -1 && wanted->minimum == 0)
        value = 0;
    int64_t minimum = (wanted->minimum + (int64_t)factor - 1) / factor;
    int64_t maximum = wanted->maximum / factor;
    if (value < minimum || value > maximum)
        return px_config_fail(this, px_config_token_start(&this->reader, token),
                              "%.*s must be between %u and %u", (int)name.len, name.ptr,
                              (unsigned)minimum, (unsigned)maximum);
    *out = (uint32_t)value * factor;
    return PX_OK;
}

/* ---- Texts ---- */

static int read_text(px_config *this, const px_config_setting *wanted, px_slice name,
                     px_json_token token, px_slice *out) {
    if (token != PX_JSON_STRING)
        return fail_type(this, name, wanted->type, token);
    return px_config_copy_text(this, out);
}

static int read_url(px_config *this, const px_config_setting *wanted, px_json_token token,
                    px_slice *out) {
    size_t at = px_config_token_start(&this->reader, token);
    px_url url;
    int result = read_text(this, wanted, wanted->name, token, out);
    if (result != PX_OK)
        return result;
    const char *fault = px_url_parse(*out, &url);
    if (!fault)
        return PX_OK;
    return px_config_fail(this, at, "%.*s must be an http:// or https:// URL: %s",
                          (int)wanted->name.len, wanted->name.ptr, fault);
}

static int read_list(px_config *this, const px_config_setting *wanted, px_json_token token,
                     px_name_list *out) {
    void *memory = NULL;
    size_t count = 0;
    const char *type = TYPE_NAMES[wanted->type];
    if (token == PX_JSON_OBJECT_BEGIN)
        return fail_type(this, wanted->name, wanted->type, token);
    int result =
        px_config_begin_list(this, wanted->name, token, type, sizeof(px_slice), &memory, &count);
    px_slice *items = memory;
    for (size_t i = 0; i < count && result == PX_OK; i++)
        result = read_text(this, wanted, wanted->name, px_json_next(&this->reader), &items[i]);
    if (result != PX_OK)
        return result;
    *out = (px_name_list){items, count};
    return px_json_next(&this->reader) == PX_JSON_ARRAY_END ? PX_OK : px_config_fail_json(this);
}

/* ---- Kinds of webhook events ---- */

static int fail_kind(const px_config *this, size_t at, const char *problem) {
    char list[PX_SERVER_ERROR_SIZE] = "";
    size_t used = 0;
    for (size_t i = 0; i < PX_WEBHOOK_KIND_COUNT && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "",
                                 px_webhook_kind_names[i].ptr);
    return px_config_fail(this, at, "%s. There are: %s", problem, list);
}

static int read_kind(px_config *this, px_json_token token, uint32_t *kinds) {
    px_slice name;
    size_t at = px_config_token_start(&this->reader, token);
    int result = px_config_copy_text(this, &name);
    if (result != PX_OK)
        return result;
    for (size_t i = 0; i < PX_WEBHOOK_KIND_COUNT; i++) {
        if (!px_slice_equal(name, px_webhook_kind_names[i]))
            continue;
        *kinds |= UINT32_C(1) << i;
        return PX_OK;
    }
    return fail_kind(this, at, "this is no type of webhook event");
}

static int read_kinds(px_config *this, const px_config_setting *wanted, px_json_token token,
                      uint32_t *out) {
    uint32_t kinds = 0;
    size_t at = px_config_token_start(&this->reader, token);
    if (token != PX_JSON_ARRAY_BEGIN)
        return fail_type(this, wanted->name, wanted->type, token);
    while ((token = px_json_next(&this->reader)) == PX_JSON_STRING) {
        int result = read_kind(this, token, &kinds);
        if (result != PX_OK)
            return result;
    }
    if (token != PX_JSON_ARRAY_END)
        return fail_type(this, wanted->name, wanted->type, token);
    if (kinds == 0)
        return fail_kind(this, at, "event_types must have at least one; leave it out for all");
    *out = kinds;
    return PX_OK;
}

/* ---- Headers ---- */

static int read_header(px_config *this, const px_config_setting *wanted,
                       const px_named_text *before, size_t count, px_named_text *out) {
    px_json_token token = px_json_next(&this->reader);
    size_t at = px_config_token_start(&this->reader, token);
    if (token != PX_JSON_KEY)
        return px_config_fail_json(this);
    int result = px_config_copy_text(this, &out->name);
    if (result == PX_OK)
        result = read_text(this, wanted, wanted->name, px_json_next(&this->reader), &out->value);
    if (result != PX_OK)
        return result;
    const char *fault = px_webhook_header_fault(out->name, out->value);
    for (size_t i = 0; i < count && !fault; i++)
        if (px_slice_equal_ignore_case(out->name, before[i].name))
            fault = "must not hold a header twice";
    if (!fault)
        return PX_OK;
    return px_config_fail(this, at, "%.*s %s", (int)wanted->name.len, wanted->name.ptr, fault);
}

static int read_headers(px_config *this, const px_config_setting *wanted, px_json_token token,
                        px_named_text_list *out) {
    void *memory = NULL;
    size_t count = 0;
    if (token != PX_JSON_OBJECT_BEGIN)
        return fail_type(this, wanted->name, wanted->type, token);
    int result = px_config_begin_list(this, wanted->name, token, TYPE_NAMES[wanted->type],
                                      sizeof(px_named_text), &memory, &count);
    px_named_text *items = memory;
    for (size_t i = 0; i < count && result == PX_OK; i++)
        result = read_header(this, wanted, items, i, &items[i]);
    if (result != PX_OK)
        return result;
    *out = (px_named_text_list){items, count};
    return px_json_next(&this->reader) == PX_JSON_OBJECT_END ? PX_OK : px_config_fail_json(this);
}

/* ---- Any ---- */

int px_config_read_value(px_config *this, const px_config_setting *wanted,
                         const px_config_alias *alias, void *field) {
    px_slice name = alias ? alias->name : wanted->name;
    px_json_token token = px_json_next(&this->reader);
    switch (wanted->type) {
    case PX_CONFIG_TEXT:
        return read_text(this, wanted, name, token, field);
    case PX_CONFIG_URL:
        return read_url(this, wanted, token, field);
    case PX_CONFIG_NUMBER:
        return read_number(this, wanted, alias, token, field);
    case PX_CONFIG_FLAG:
        if (token != PX_JSON_TRUE && token != PX_JSON_FALSE)
            return fail_type(this, name, wanted->type, token);
        *(bool *)field = token == PX_JSON_TRUE;
        return PX_OK;
    case PX_CONFIG_LIST:
        return read_list(this, wanted, token, field);
    case PX_CONFIG_HEADERS:
        return read_headers(this, wanted, token, field);
    case PX_CONFIG_KINDS:
        return read_kinds(this, wanted, token, field);
    default:
        return PX_ERR_ARGUMENT;
    }
}
