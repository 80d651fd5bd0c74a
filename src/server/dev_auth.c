#include "server/dev_auth.h"

#include "net/protocol_name.h"
#include "server/dev_grant.h"
#include "server/dev_origin.h"
#include "server/http_params.h"
#include "server/text.h"
#include "json/reader.h"
#include "json/writer.h"

#include <stdlib.h>

enum { MAX_CALLBACK = 128 };

typedef struct call {
    px_arena *arena;
    px_buffer *out;
    px_http_params params;
    px_dev_person person;
    px_slice callback;           /* empty: none */
    const px_http_param **names; /* of channels, in the order in which they came */
    size_t name_count;
    bool is_batch;
} call;

/* ---- Failing ---- */

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

/* ---- Fields ---- */

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

/* NULL, or what is wrong with the fields that say who asks. */
static const char *read_person(call *this, const px_app_options *apps, size_t app_count) {
    px_dev_person *person = &this->person;
    px_slice key = field(this, "app_key"), secret;
    person->arena = this->arena;
    person->socket_id = field(this, "socket_id");
    person->id = field(this, "user_id");
    person->info = field(this, "user_info");
    person->watchlist = field(this, "watchlist");
    for (size_t i = 0; i < app_count && !person->app; i++)
        if (!key.ptr || px_app_find_secret(&apps[i], key, &secret))
            person->app = &apps[i];
    if (!person->app)
        return "There is no app with this app_key.";
    if (!px_socket_id_valid(person->socket_id))
        return "The field socket_id must be two numbers with a dot between them.";
    if (person->info.len > 0 && !px_json_valid(person->info))
        return "The field user_info must be JSON.";
    if (person->watchlist.len > 0 && person->watchlist.ptr[0] == '[' &&
        !px_json_valid(person->watchlist))
        return "The field watchlist must be a JSON array, or ids with commas between them.";
    return is_callback(this->callback) ? NULL : "The field callback is not the name of a function.";
}

/* 200, or the status of a failure that is written already. */
static int read_call(call *this, const px_app_options *apps, size_t app_count,
                     const px_dev_auth_request *request) {
    if (px_http_params_read(this->arena, request->fields, &this->params) != PX_OK)
        return fail_memory(this);
    this->callback = request->is_jsonp ? field(this, "callback") : PX_SLICE("");
    const char *refusal = this->callback.len > 0 ? px_dev_script_refusal(&request->asker)
                                                 : px_dev_refusal(&request->asker);
    if (refusal)
        return fail(this, 403, refusal);
    const char *fault = read_person(this, apps, app_count);
    if (fault)
        return fail(this, 400, fault);
    if (this->person.id.len == 0)
        this->person.id = px_text_of(this->arena, PX_SLICE("user-"), this->person.socket_id);
    return this->person.id.len > 0 ? 200 : fail_memory(this);
}

static int by_position(const void *left, const void *right) {
    const px_http_param *a = *(const px_http_param *const *)left;
    const px_http_param *b = *(const px_http_param *const *)right;
    return (a->position > b->position) - (a->position < b->position);
}

/* channel_name, or channel_name[0] and so on, or channel_name[] many times. PX_ERR_NO_MEMORY, PX_ERR_LIMIT. */
static int read_names(call *this) {
    void *memory;
    int result =
        px_arena_alloc(this->arena, (this->params.count + 1) * sizeof(*this->names), &memory);
    if (result != PX_OK)
        return result;
    this->names = memory;
    for (size_t i = 0; i < this->params.count; i++)
        if (px_slice_starts_with(this->params.items[i].name, PX_SLICE("channel_name[")))
            this->names[this->name_count++] = &this->params.items[i];
    qsort(this->names, this->name_count, sizeof(*this->names), by_position);
    this->is_batch = this->name_count > 0;
    return PX_OK;
}

/* ---- Answers ---- */

/* An entry for each channel: what would be the answer for it alone, or why there is none. */
static int write_batch(const call *this, px_json_writer *json) {
    int result = PX_OK;
    px_json_object_begin(json);
    for (size_t i = 0; i < this->name_count && result == PX_OK; i++) {
        px_slice channel = this->names[i]->value;
        const char *fault = px_dev_channel_fault(&this->person, channel);
        px_json_key(json, channel);
        px_json_object_begin(json);
        px_json_key(json, PX_SLICE("status"));
        px_json_u64(json, fault ? 400 : 200);
        if (fault) {
            px_json_member(json, PX_SLICE("error"), px_slice_of_text(fault));
        } else {
            px_json_key(json, PX_SLICE("data"));
            result = px_dev_grant_channel(&this->person, channel, json);
        }
        px_json_object_end(json);
    }
    px_json_object_end(json);
    return result;
}

static int write_channels(const call *this, px_json_writer *json) {
    return this->is_batch ? write_batch(this, json)
                          : px_dev_grant_channel(&this->person, field(this, "channel_name"), json);
}

static int write_user(const call *this, px_json_writer *json) {
    return px_dev_grant_user(&this->person, json);
}

/* The object that `write` writes, as an argument of the callback where there is one. */
static int answer(const call *this, int (*write)(const call *, px_json_writer *),
                  const char **content_type) {
    bool has_callback = this->callback.len > 0;
    px_json_writer json;
    int result = has_callback ? px_buffer_append(this->out, this->callback) : PX_OK;
    if (has_callback && result == PX_OK)
        result = px_buffer_append(this->out, PX_SLICE("("));
    px_json_writer_init(&json, this->out);
    if (result == PX_OK)
        result = write(this, &json);
    if (result == PX_OK)
        result = px_json_writer_finish(&json);
    if (has_callback && result == PX_OK)
        result = px_buffer_append(this->out, PX_SLICE(");"));
    if (result != PX_OK)
        return fail_memory(this);
    if (has_callback)
        *content_type = "application/javascript";
    return 200;
}

int px_dev_auth(const px_app_options *apps, size_t app_count, const px_dev_auth_request *request,
                px_arena *arena, px_buffer *out, const char **content_type) {
    call this = {.arena = arena, .out = out};
    *content_type = "application/json";
    int status = read_call(&this, apps, app_count, request);
    if (status != 200)
        return status;
    if (read_names(&this) != PX_OK)
        return fail_memory(&this);
    const char *fault =
        this.is_batch ? NULL : px_dev_channel_fault(&this.person, field(&this, "channel_name"));
    return fault ? fail(&this, 400, fault) : answer(&this, write_channels, content_type);
}

int px_dev_user_auth(const px_app_options *apps, size_t app_count,
                     const px_dev_auth_request *request, px_arena *arena, px_buffer *out,
                     const char **content_type) {
    call this = {.arena = arena, .out = out};
    *content_type = "application/json";
    int status = read_call(&this, apps, app_count, request);
    return status == 200 ? answer(&this, write_user, content_type) : status;
}
