/* The HTTP API's questions about channels and their members. */
#include "server/channel.h"
#include "server/http_call.h"
#include "server/json_object.h"
#include "server/text.h"

/* ---- Attributes ---- */

static const struct {
    px_slice name;
    unsigned attribute;
} ATTRIBUTES[] = {
    {PX_LITERAL("user_count"), PX_INFO_USER_COUNT},
    {PX_LITERAL("subscription_count"), PX_INFO_SUBSCRIPTION_COUNT},
    {PX_LITERAL("cache"), PX_INFO_CACHE},
};

static unsigned find_attribute(px_slice name) {
    for (size_t i = 0; i < sizeof(ATTRIBUTES) / sizeof(ATTRIBUTES[0]); i++)
        if (px_slice_equal(name, ATTRIBUTES[i].name))
            return ATTRIBUTES[i].attribute;
    return 0;
}

int px_http_read_info(px_slice info, unsigned known, unsigned *attributes, px_slice *unknown) {
    unsigned read = 0;
    while (info.len > 0) {
        const char *comma = memchr(info.ptr, ',', info.len);
        px_slice name = px_slice_of(info.ptr, comma ? (size_t)(comma - info.ptr) : info.len);
        info = px_slice_after(info, comma ? name.len + 1 : name.len);
        unsigned attribute = find_attribute(name) & known;
        if (!attribute && name.len > 0) {
            *unknown = name;
            return PX_ERR_SYNTAX;
        }
        read |= attribute;
    }
    *attributes = read;
    return PX_OK;
}

int px_http_fail_info(px_http_call *call, px_slice unknown) {
    return px_http_fail(call, PX_HTTP_BAD_REQUEST,
                        px_text_of(call->arena, PX_SLICE("Unknown info attribute: "), unknown));
}

static void write_count(px_http_call *call, px_slice name, size_t count) {
    px_json_key(&call->answer, name);
    px_json_u64(&call->answer, count);
}

void px_http_write_info(px_http_call *call, px_slice name, unsigned attributes) {
    const px_channel *channel = px_channel_find(call->app, name);
    if (attributes & PX_INFO_USER_COUNT && px_channel_traits(name) & PX_CHANNEL_PRESENCE)
        write_count(call, PX_SLICE("user_count"), channel ? px_map_count(&channel->members) : 0);
    if (attributes & PX_INFO_SUBSCRIPTION_COUNT && call->app->options.subscription_count &&
        !(px_channel_traits(name) & PX_CHANNEL_USER))
        write_count(call, PX_SLICE("subscription_count"), channel ? channel->count : 0);
}

/* The request's own info parameter. */
static int read_info(px_http_call *call, unsigned known, unsigned *attributes) {
    px_slice unknown;
    px_slice info = px_http_param_value(&call->params, PX_SLICE("info"));
    if (px_http_read_info(info, known, attributes, &unknown) == PX_OK)
        return PX_HTTP_OK;
    return px_http_fail_info(call, unknown);
}

/* ---- All channels ---- */

int px_http_get_channels(px_http_call *call) {
    unsigned attributes;
    px_slice prefix = px_http_param_value(&call->params, PX_SLICE("filter_by_prefix"));
    int status = read_info(call, PX_INFO_COUNTS, &attributes);
    if (status != PX_HTTP_OK)
        return status;
    if (attributes & PX_INFO_USER_COUNT && !px_slice_starts_with(prefix, PX_SLICE("presence-")))
        return px_http_fail(call, PX_HTTP_BAD_REQUEST,
                            PX_SLICE("user_count may only be requested for presence channels - "
                                     "please supply filter_by_prefix beginning with presence-"));
    px_map_entry entry;
    px_json_object_begin(&call->answer);
    px_json_key(&call->answer, PX_SLICE("channels"));
    px_json_object_begin(&call->answer);
    for (size_t cursor = 0; px_map_next(&call->app->channels, &cursor, &entry);) {
        if (!px_slice_starts_with(entry.key, prefix))
            continue;
        px_json_key(&call->answer, entry.key);
        px_json_object_begin(&call->answer);
        px_http_write_info(call, entry.key, attributes);
        px_json_object_end(&call->answer);
    }
    px_json_object_end(&call->answer);
    px_json_object_end(&call->answer);
    return PX_HTTP_OK;
}

/* ---- One channel ---- */

static int check_name(px_http_call *call) {
    const char *fault = px_channel_name_fault(call->name, call->app->options.max_channel_name);
    if (!fault && !(px_channel_traits(call->name) & PX_CHANNEL_USER))
        return PX_HTTP_OK;
    if (!fault)
        fault = "a user's channel is only for sending to it";
    return px_http_fail(
        call, PX_HTTP_BAD_REQUEST,
        px_text_of(call->arena, PX_SLICE("Invalid channel name: "), px_slice_of_text(fault)));
}

static bool is_presence(const px_http_call *call) {
    return px_channel_traits(call->name) & PX_CHANNEL_PRESENCE;
}

static void begin_channel(px_http_call *call) {
    px_json_object_begin(&call->answer);
    px_json_key(&call->answer, PX_SLICE("occupied"));
    px_json_bool(&call->answer, px_channel_find(call->app, call->name) != NULL);
}

/* What the channel remembers, or null. False without memory. */
static bool write_cache(px_http_call *call) {
    static const px_slice DATA = PX_LITERAL("data");
    px_member_value data;
    const px_last_event *last = px_last_event_find(call->hub, call->app, call->name);
    px_json_key(&call->answer, PX_SLICE("cache"));
    if (!last) {
        px_json_null(&call->answer);
        return true;
    }
    px_slice message = px_message_text(last->message);
    if (px_object_read(call->arena, message, &DATA, &data, 1) != PX_OK)
        return false;
    px_json_object_begin(&call->answer);
    px_json_member(&call->answer, DATA, data.text);
    px_json_key(&call->answer, PX_SLICE("ttl"));
    px_json_u64(&call->answer, (last->expires_ms - call->hub->now_ms + 999) / 1000);
    px_json_object_end(&call->answer);
    return true;
}

/* Whether the channel can have what is asked of it. */
static int check_attributes(px_http_call *call, unsigned attributes) {
    unsigned traits = px_channel_traits(call->name);
    if (attributes & PX_INFO_USER_COUNT && !(traits & PX_CHANNEL_PRESENCE))
        return px_http_fail(call, PX_HTTP_BAD_REQUEST,
                            PX_SLICE("Cannot retrieve the user count unless the channel is a "
                                     "presence channel"));
    if (attributes & PX_INFO_CACHE && !(traits & PX_CHANNEL_CACHE))
        return px_http_fail(
            call, PX_HTTP_BAD_REQUEST,
            PX_SLICE("Cannot retrieve the cache unless the channel is a cache channel"));
    return PX_HTTP_OK;
}

int px_http_get_channel(px_http_call *call) {
    unsigned attributes;
    int status = check_name(call);
    if (status == PX_HTTP_OK)
        status = read_info(call, PX_INFO_COUNTS | PX_INFO_CACHE, &attributes);
    if (status == PX_HTTP_OK)
        status = check_attributes(call, attributes);
    if (status != PX_HTTP_OK)
        return status;
    begin_channel(call);
    px_http_write_info(call, call->name, attributes);
    if (attributes & PX_INFO_CACHE && !write_cache(call))
        return px_http_fail_memory(call);
    px_json_object_end(&call->answer);
    return PX_HTTP_OK;
}

int px_http_get_users(px_http_call *call) {
    int status = check_name(call);
    if (status != PX_HTTP_OK)
        return status;
    if (!is_presence(call))
        return px_http_fail(call, PX_HTTP_BAD_REQUEST,
                            PX_SLICE("Users can only be retrieved for presence channels"));
    const px_channel *channel = px_channel_find(call->app, call->name);
    px_map_entry entry;
    px_json_object_begin(&call->answer);
    px_json_key(&call->answer, PX_SLICE("users"));
    px_json_array_begin(&call->answer);
    for (size_t cursor = 0; channel && px_map_next(&channel->members, &cursor, &entry);) {
        px_json_object_begin(&call->answer);
        px_json_member(&call->answer, PX_SLICE("id"), entry.key);
        px_json_object_end(&call->answer);
    }
    px_json_array_end(&call->answer);
    px_json_object_end(&call->answer);
    return PX_HTTP_OK;
}

int px_http_get_statistics(px_http_call *call) {
    int status = check_name(call);
    if (status != PX_HTTP_OK)
        return status;
    const px_channel *channel = px_channel_find(call->app, call->name);
    begin_channel(call);
    px_http_write_info(call, call->name, PX_INFO_USER_COUNT);
    write_count(call, PX_SLICE("connection_count"), channel ? channel->count : 0);
    px_json_object_end(&call->answer);
    return PX_HTTP_OK;
}
