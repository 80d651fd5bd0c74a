#include "server/dev_auth.h"

#include "net/signature.h"
#include "server/channel_name.h"
#include "server/http_params.h"
#include "server/socket_id.h"
#include "server/text.h"
#include "json/reader.h"
#include "json/writer.h"

enum { MAX_CALLBACK = 128 };

/* ---- Which pages are local ---- */

static bool ends_with(px_slice text, px_slice end) {
    return text.len >= end.len &&
           px_slice_equal_ignore_case(px_slice_after(text, text.len - end.len), end);
}

static bool is_loopback_v4(px_slice name) {
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] != '.' && (name.ptr[i] < '0' || name.ptr[i] > '9'))
            return false;
    return px_slice_starts_with(name, PX_SLICE("127."));
}

bool px_host_is_local(px_slice host) {
    if (px_slice_starts_with(host, PX_SLICE("[::1]"))) {
        host = px_slice_after(host, 5);
        if (host.len == 0)
            return true;
    } else {
        const char *colon = host.len > 0 ? memchr(host.ptr, ':', host.len) : NULL;
        px_slice name = px_slice_of(host.ptr, colon ? (size_t)(colon - host.ptr) : host.len);
        if (!px_slice_equal_ignore_case(name, PX_SLICE("localhost")) &&
            !ends_with(name, PX_SLICE(".localhost")) && !is_loopback_v4(name))
            return false;
        host = px_slice_after(host, name.len);
    }
    uint64_t port = 0;
    return host.len == 0 || (host.ptr[0] == ':' && px_slice_to_u64(px_slice_after(host, 1), &port));
}

bool px_origin_is_local(px_slice origin) {
    static const px_slice SCHEMES[] = {PX_LITERAL("http://"), PX_LITERAL("https://")};
    for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++) {
        if (!px_slice_starts_with(origin, SCHEMES[i]))
            continue;
        px_slice host = px_slice_after(origin, SCHEMES[i].len);
        const char *path = host.len > 0 ? memchr(host.ptr, '/', host.len) : NULL;
        return px_host_is_local(px_slice_of(host.ptr, path ? (size_t)(path - host.ptr) : host.len));
    }
    return false;
}

/* A page from elsewhere must not get signatures, be it by asking from the user's browser or by a name
 * of its own that leads to this machine. */
const char *px_dev_refusal(px_slice host, px_slice origin) {
    if (!px_host_is_local(host))
        return "Ask for 127.0.0.1 or localhost.";
    if (origin.len > 0 && !px_origin_is_local(origin))
        return "Only pages of this machine may ask for this.";
    return NULL;
}

/* ---- Answers ---- */

typedef struct call {
    px_arena *arena;
    px_buffer *out;
    px_http_params params;
    const px_app_options *app;
    px_slice socket_id;
    px_slice channel;
    px_slice callback;     /* empty: none */
    px_slice channel_data; /* empty: none */
} call;

static int fail(const call *this, int status, const char *why) {
    px_json_writer json;
    px_buffer_clear(this->out);
    px_json_writer_init(&json, this->out);
    px_json_object_begin(&json);
    px_json_member(&json, PX_SLICE("error"), px_slice_of_text(why));
    px_json_key(&json, PX_SLICE("code"));
    px_json_u64(&json, (uint64_t)status);
    px_json_object_end(&json);
    return px_json_writer_finish(&json) == PX_OK ? status : 500;
}

static int fail_memory(const call *this) {
    return fail(this, 500, "The server is out of memory.");
}

static px_slice field(const call *this, const char *name) {
    return px_http_param_value(&this->params, px_slice_of_text(name));
}

static bool is_callback(px_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        bool is_alphanumeric = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                               (byte >= '0' && byte <= '9');
        if (!is_alphanumeric && (byte == '\0' || !strchr("_$.[]'\"", byte)))
            return false;
    }
    return text.len <= MAX_CALLBACK;
}

/* NULL, or what is wrong with the fields. */
static const char *read_fields(call *this, const px_app_options *apps, size_t app_count,
                               bool is_jsonp) {
    this->socket_id = field(this, "socket_id");
    this->channel = field(this, "channel_name");
    this->callback = is_jsonp ? field(this, "callback") : PX_SLICE("");
    px_slice key = field(this, "app_key");
    for (size_t i = 0; i < app_count && !this->app; i++)
        if (!key.ptr || px_slice_equal(apps[i].key, key))
            this->app = &apps[i];
    if (!this->app)
        return "There is no app with this app_key.";
    if (!px_socket_id_valid(this->socket_id))
        return "The field socket_id must be two numbers with a dot between them.";
    if (this->channel.len == 0)
        return "The field channel_name is missing.";
    if (px_channel_name_fault(this->channel, this->app->max_channel_name))
        return "The field channel_name is not the name of a channel.";
    if (!(px_channel_traits(this->channel) & (PX_CHANNEL_PRIVATE | PX_CHANNEL_PRESENCE)))
        return "Only private and presence channels are authorized.";
    if (px_channel_traits(this->channel) & PX_CHANNEL_ENCRYPTED)
        return "Encrypted channels need a key that only an application has.";
    if (!is_callback(this->callback))
        return "The field callback is not the name of a function.";
    return NULL;
}

/* {"user_id":...,"user_info":...}: who joins the presence channel. */
static int make_channel_data(call *this) {
    px_slice info = field(this, "user_info");
    px_slice user = field(this, "user_id");
    if (user.len == 0)
        user = px_text_of(this->arena, PX_SLICE("user-"), this->socket_id);
    if (info.len > 0 && !px_json_valid(info))
        return fail(this, 400, "The field user_info must be JSON.");
    px_buffer text;
    px_json_writer json;
    px_buffer_init(&text, this->arena->allocator, (size_t)8 * 1048576);
    px_json_writer_init(&json, &text);
    px_json_object_begin(&json);
    px_json_member(&json, PX_SLICE("user_id"), user);
    if (info.len > 0) {
        px_json_key(&json, PX_SLICE("user_info"));
        px_json_raw_value(&json, info);
    }
    px_json_object_end(&json);
    int result = px_json_writer_finish(&json);
    if (result == PX_OK)
        result = px_arena_copy(this->arena, px_buffer_slice(&text), &this->channel_data);
    px_buffer_free(&text);
    return result == PX_OK ? 200 : fail_memory(this);
}

static int write_answer(const call *this) {
    char signature[PX_SIGNATURE_LENGTH];
    bool has_data = this->channel_data.len > 0;
    const px_slice signed_parts[] = {this->socket_id, PX_SLICE(":"), this->channel, PX_SLICE(":"),
                                     this->channel_data};
    if (px_signature(this->app->secret, signed_parts, has_data ? 5 : 3, signature) != PX_OK)
        return fail_memory(this);
    px_slice auth = px_text_of(this->arena, this->app->key, PX_SLICE(":"),
                               px_slice_of(signature, sizeof signature));
    px_json_writer json;
    int result = PX_OK;
    if (this->callback.len > 0)
        result = px_buffer_append(this->out, this->callback);
    if (this->callback.len > 0 && result == PX_OK)
        result = px_buffer_append(this->out, PX_SLICE("("));
    px_json_writer_init(&json, this->out);
    px_json_object_begin(&json);
    px_json_member(&json, PX_SLICE("auth"), auth);
    if (has_data)
        px_json_member(&json, PX_SLICE("channel_data"), this->channel_data);
    px_json_object_end(&json);
    if (this->callback.len > 0 && result == PX_OK)
        result = px_buffer_append(this->out, PX_SLICE(");"));
    if (result == PX_OK && auth.len > 0)
        result = px_json_writer_finish(&json);
    return result == PX_OK && auth.len > 0 ? 200 : fail_memory(this);
}

int px_dev_auth(const px_app_options *apps, size_t app_count, const px_dev_auth_request *request,
                px_arena *arena, px_buffer *out, const char **content_type) {
    call this = {.arena = arena, .out = out};
    *content_type = "application/json";
    const char *refusal = px_dev_refusal(request->host, request->origin);
    if (refusal)
        return fail(&this, 403, refusal);
    if (px_http_params_read(arena, request->fields, &this.params) != PX_OK)
        return fail_memory(&this);
    const char *fault = read_fields(&this, apps, app_count, request->is_jsonp);
    if (fault)
        return fail(&this, 400, fault);
    if (px_channel_traits(this.channel) & PX_CHANNEL_PRESENCE) {
        int status = make_channel_data(&this);
        if (status != 200)
            return status;
    }
    if (this.callback.len > 0)
        *content_type = "application/javascript";
    return write_answer(&this);
}
