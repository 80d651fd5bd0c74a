#include "server/publication.h"

#include "base/utf8.h"
#include "net/protocol_name.h"
#include "server/channel_name.h"
#include "server/json_object.h"
#include "server/text.h"

static int fail(px_http_call *call, const px_publication *publication, int status, px_slice text) {
    return px_http_fail(call, status, px_text_of(call->arena, publication->label, text));
}

static int fail_bad(px_http_call *call, const px_publication *publication, px_slice text) {
    return fail(call, publication, PX_HTTP_BAD_REQUEST, text);
}

/* ---- From JSON ---- */

/* JSON without the blanks between its tokens. Errors as px_arena_alloc. */
static int compact(px_arena *arena, px_slice json, px_slice *out) {
    void *memory;
    int result = px_arena_alloc(arena, json.len, &memory);
    if (result != PX_OK)
        return result;
    char *text = memory;
    size_t len = 0;
    bool in_string = false;
    for (size_t i = 0; i < json.len; i++) {
        char c = json.ptr[i];
        if (!in_string && (c == ' ' || c == '\t' || c == '\n' || c == '\r'))
            continue;
        text[len++] = c;
        if (in_string && c == '\\')
            text[len++] = json.ptr[++i];
        else if (c == '"')
            in_string = !in_string;
    }
    *out = px_slice_of(text, len);
    return PX_OK;
}

/* Data should be a string; other JSON is sent as its text. */
static int read_data(px_http_call *call, const px_member_value *value, px_slice *data) {
    if (value->token == PX_JSON_END)
        return PX_OK;
    if (!px_value_is_string(value))
        return compact(call->arena, value->raw, data);
    *data = value->text.len ? value->text : PX_SLICE("");
    return PX_OK;
}

static int read_channels(px_http_call *call, const px_member_value *value,
                         px_publication *publication) {
    px_json_reader reader;
    px_member_value element;
    void *memory;
    size_t max = call->app->options.max_event_channels;
    if (value->token != PX_JSON_ARRAY_BEGIN)
        return fail_bad(call, publication, PX_SLICE("channels must be an array of strings"));
    if (px_arena_alloc(call->arena, (max + 1) * sizeof(px_slice), &memory) != PX_OK)
        return px_http_fail_memory(call);
    publication->channels = memory;
    px_json_reader_init(&reader, value->raw);
    px_json_next(&reader);
    int more;
    /* One beyond the limit is enough to see that there are too many. */
    while ((more = px_array_next(call->arena, &reader, &element)) == 1 &&
           publication->channel_count <= max) {
        if (!px_value_is_string(&element))
            return fail_bad(call, publication, PX_SLICE("channels must be an array of strings"));
        publication->channels[publication->channel_count++] = element.text;
    }
    return more < 0 ? px_http_fail_memory(call) : PX_HTTP_OK;
}

static int set_channel(px_http_call *call, px_slice name, px_publication *publication) {
    void *memory;
    if (px_arena_alloc(call->arena, sizeof(px_slice), &memory) != PX_OK)
        return px_http_fail_memory(call);
    publication->channels = memory;
    publication->channels[0] = name;
    publication->channel_count = 1;
    return PX_HTTP_OK;
}

enum { NAME, DATA, CHANNELS, CHANNEL, SOCKET_ID, INFO, MEMBERS };
static const px_slice NAMES[MEMBERS] = {PX_LITERAL("name"),      PX_LITERAL("data"),
                                        PX_LITERAL("channels"),  PX_LITERAL("channel"),
                                        PX_LITERAL("socket_id"), PX_LITERAL("info")};

int px_publication_from_json(px_http_call *call, px_slice json, px_publication *publication) {
    static const uint8_t TEXTS[] = {NAME, CHANNEL, SOCKET_ID, INFO};
    px_member_value values[MEMBERS];
    int result = px_object_read(call->arena, json, NAMES, values, MEMBERS);
    if (result == PX_ERR_SYNTAX)
        return fail_bad(call, publication, PX_SLICE("The event must be a JSON object"));
    if (result != PX_OK)
        return px_http_fail_memory(call);
    for (size_t i = 0; i < sizeof(TEXTS); i++)
        if (values[TEXTS[i]].token != PX_JSON_END && !px_value_is_string(&values[TEXTS[i]]))
            return fail_bad(
                call, publication,
                px_text_of(call->arena, NAMES[TEXTS[i]], PX_SLICE(" must be a string")));
    publication->name = values[NAME].text;
    publication->socket_id = values[SOCKET_ID].text;
    publication->info = values[INFO].text;
    if (read_data(call, &values[DATA], &publication->data) != PX_OK)
        return px_http_fail_memory(call);
    if (values[CHANNELS].token != PX_JSON_END)
        return read_channels(call, &values[CHANNELS], publication);
    if (values[CHANNEL].token != PX_JSON_END)
        return set_channel(call, values[CHANNEL].text, publication);
    return PX_HTTP_OK;
}

/* ---- From parameters ---- */

/* channels[]=a&channels[]=b, or channel=a. */
static int read_channel_params(px_http_call *call, px_publication *publication) {
    void *memory;
    const px_http_params *params = &call->params;
    px_slice one = px_http_param_value(params, NAMES[CHANNEL]);
    if (px_arena_alloc(call->arena, (params->count + 1) * sizeof(px_slice), &memory) != PX_OK)
        return px_http_fail_memory(call);
    publication->channels = memory;
    for (size_t i = 0; i < params->count; i++)
        if (px_slice_equal(params->items[i].name, PX_SLICE("channels[]")))
            publication->channels[publication->channel_count++] = params->items[i].value;
    if (publication->channel_count == 0 && one.ptr)
        publication->channels[publication->channel_count++] = one;
    return PX_HTTP_OK;
}

int px_publication_from_params(px_http_call *call, px_publication *publication) {
    publication->name = px_http_param_value(&call->params, NAMES[NAME]);
    publication->data = px_http_param_value(&call->params, NAMES[DATA]);
    publication->socket_id = px_http_param_value(&call->params, NAMES[SOCKET_ID]);
    publication->info = px_http_param_value(&call->params, NAMES[INFO]);
    return read_channel_params(call, publication);
}

/* ---- Checks ---- */

static int check_name(px_http_call *call, px_publication *publication) {
    px_slice name = publication->name;
    if (name.len == 0)
        return fail_bad(call, publication, PX_SLICE("Missing required parameter: name"));
    if (name.len > call->app->options.max_event_name)
        return fail_bad(call, publication, PX_SLICE("The event name is too long"));
    if (!px_utf8_valid(name))
        return fail_bad(call, publication, PX_SLICE("The event name must be UTF-8"));
    if (px_slice_starts_with(name, PX_SLICE("pusher:")) ||
        px_slice_starts_with(name, PX_SLICE("pusher_internal:")))
        return fail_bad(call, publication,
                        PX_SLICE("Event names that begin with pusher: or pusher_internal: are "
                                 "reserved"));
    return PX_HTTP_OK;
}

static int check_data(px_http_call *call, px_publication *publication) {
    uint32_t max = call->app->options.max_event_data;
    if (!publication->data.ptr)
        return fail_bad(call, publication, PX_SLICE("Missing required parameter: data"));
    if (publication->data.len > max)
        return fail(call, publication, PX_HTTP_TOO_LARGE,
                    px_text_of(call->arena,
                               PX_SLICE("The data content of this event exceeds the allowed "
                                        "maximum ("),
                               px_text_of_number(call->arena, max), PX_SLICE(" bytes)")));
    if (!px_utf8_valid(publication->data))
        return fail_bad(call, publication, PX_SLICE("The data must be UTF-8"));
    return PX_HTTP_OK;
}

static bool is_repeated(const px_publication *publication, size_t index, size_t kept) {
    for (size_t i = 0; i < kept; i++)
        if (px_slice_equal(publication->channels[i], publication->channels[index]))
            return true;
    return false;
}

static int check_channels(px_http_call *call, px_publication *publication) {
    size_t kept = 0;
    unsigned traits = 0;
    if (publication->channel_count == 0)
        return fail_bad(call, publication, PX_SLICE("Missing required parameter: channels"));
    if (publication->channel_count > call->app->options.max_event_channels)
        return fail_bad(call, publication, PX_SLICE("Too many channels in one event"));
    for (size_t i = 0; i < publication->channel_count; i++) {
        px_slice name = publication->channels[i];
        const char *fault = px_channel_name_fault(name, call->app->options.max_channel_name);
        if (fault)
            return fail_bad(call, publication,
                            px_text_of(call->arena, PX_SLICE("Invalid channel name: "),
                                       px_slice_of_text(fault)));
        traits |= px_channel_traits(name);
        if (!is_repeated(publication, i, kept))
            publication->channels[kept++] = name;
    }
    publication->channel_count = kept;
    if (kept > 1 && traits & PX_CHANNEL_ENCRYPTED)
        return fail_bad(call, publication,
                        PX_SLICE("An event for an encrypted channel can't go to other channels"));
    return PX_HTTP_OK;
}

static int check_socket_id(px_http_call *call, px_publication *publication) {
    if (publication->socket_id.ptr && !px_socket_id_valid(publication->socket_id))
        return fail_bad(call, publication, PX_SLICE("Invalid socket_id"));
    return PX_HTTP_OK;
}

static int check_info(px_http_call *call, px_publication *publication) {
    px_slice unknown;
    if (px_http_read_info(publication->info, PX_INFO_COUNTS, &publication->attributes, &unknown) ==
        PX_OK)
        return PX_HTTP_OK;
    return px_http_fail_info(call, unknown);
}

int px_publication_check(px_http_call *call, px_publication *publication) {
    static int (*const CHECKS[])(px_http_call *, px_publication *) = {
        check_name, check_data, check_channels, check_socket_id, check_info};
    for (size_t i = 0; i < sizeof(CHECKS) / sizeof(CHECKS[0]); i++) {
        int status = CHECKS[i](call, publication);
        if (status != PX_HTTP_OK)
            return status;
    }
    return PX_HTTP_OK;
}
