#include "server/dev_grant.h"

#include "net/channel_secret.h"
#include "net/signature.h"
#include "server/channel_name.h"
#include "server/text.h"

enum { MAX_DATA = 8 * 1048576 };

const char *px_dev_channel_fault(const px_dev_person *person, px_slice channel) {
    if (channel.len == 0)
        return "The field channel_name is missing.";
    if (px_channel_name_fault(channel, person->app->max_channel_name))
        return "The field channel_name is not the name of a channel.";
    if (!(px_channel_traits(channel) & (PX_CHANNEL_PRIVATE | PX_CHANNEL_PRESENCE)))
        return "Only private and presence channels are authorized.";
    return NULL;
}

/* ---- Signing ---- */

static int write_auth(const px_dev_person *person, const px_slice *parts, size_t count,
                      px_json_writer *json) {
    char signature[PX_SIGNATURE_LENGTH];
    int result = px_signature(person->app->secret, parts, count, signature);
    px_slice auth = px_text_of(person->arena, person->app->key, PX_SLICE(":"),
                               px_slice_of(signature, sizeof signature));
    if (result != PX_OK || auth.len == 0)
        return PX_ERR_NO_MEMORY;
    px_json_member(json, PX_SLICE("auth"), auth);
    return PX_OK;
}

/* ---- What is signed of a person ---- */

static void write_info(const px_dev_person *person, px_json_writer *json) {
    if (person->info.len == 0)
        return;
    px_json_key(json, PX_SLICE("user_info"));
    px_json_raw_value(json, person->info);
}

static px_slice trimmed(px_slice text) {
    while (text.len > 0 && text.ptr[0] == ' ')
        text = px_slice_after(text, 1);
    while (text.len > 0 && text.ptr[text.len - 1] == ' ')
        text.len--;
    return text;
}

static void write_watchlist(px_slice list, px_json_writer *json) {
    if (list.len == 0)
        return;
    px_json_key(json, PX_SLICE("watchlist"));
    if (list.ptr[0] == '[') {
        px_json_raw_value(json, list);
        return;
    }
    px_json_array_begin(json);
    while (list.len > 0) {
        const char *comma = memchr(list.ptr, ',', list.len);
        size_t len = comma ? (size_t)(comma - list.ptr) : list.len;
        px_slice id = trimmed(px_slice_of(list.ptr, len));
        if (id.len > 0)
            px_json_string(json, id);
        list = px_slice_after(list, comma ? len + 1 : len);
    }
    px_json_array_end(json);
}

static void write_member(const px_dev_person *person, px_json_writer *json) {
    px_json_member(json, PX_SLICE("user_id"), person->id);
    write_info(person, json);
}

static void write_user(const px_dev_person *person, px_json_writer *json) {
    px_json_member(json, PX_SLICE("id"), person->id);
    write_info(person, json);
    write_watchlist(person->watchlist, json);
}

/* An object with these members, as a text. */
static int describe(const px_dev_person *person,
                    void (*write)(const px_dev_person *, px_json_writer *), px_slice *data) {
    px_buffer text;
    px_json_writer json;
    px_buffer_init(&text, person->arena->allocator, MAX_DATA);
    px_json_writer_init(&json, &text);
    px_json_object_begin(&json);
    write(person, &json);
    px_json_object_end(&json);
    int result = px_json_writer_finish(&json);
    if (result == PX_OK)
        result = px_arena_copy(person->arena, px_buffer_slice(&text), data);
    px_buffer_free(&text);
    return result;
}

/* ---- Channels ---- */

/* The key of an encrypted channel comes from the app's secret: there is no other that the server knows. */
static int write_shared_secret(const px_dev_person *person, px_slice channel,
                               px_json_writer *json) {
    unsigned char master_key[PX_MASTER_KEY_BYTES];
    char secret[PX_CHANNEL_SECRET_LENGTH];
    px_slice text = px_text_of(person->arena, PX_SLICE("dev-auth:"), person->app->secret);
    int result = text.len ? px_master_key_of(text, master_key) : PX_ERR_NO_MEMORY;
    if (result == PX_OK)
        result = px_channel_secret(channel, master_key, secret);
    if (result == PX_OK)
        px_json_member(json, PX_SLICE("shared_secret"), px_slice_of(secret, sizeof secret));
    return result;
}

int px_dev_grant_channel(const px_dev_person *person, px_slice channel, px_json_writer *json) {
    unsigned traits = px_channel_traits(channel);
    bool has_data = (traits & PX_CHANNEL_PRESENCE) != 0;
    px_slice data = PX_SLICE("");
    int result = has_data ? describe(person, write_member, &data) : PX_OK;
    if (result != PX_OK)
        return result;
    const px_slice parts[] = {person->socket_id, PX_SLICE(":"), channel, PX_SLICE(":"), data};
    px_json_object_begin(json);
    result = write_auth(person, parts, has_data ? 5 : 3, json);
    if (has_data)
        px_json_member(json, PX_SLICE("channel_data"), data);
    if (result == PX_OK && traits & PX_CHANNEL_ENCRYPTED)
        result = write_shared_secret(person, channel, json);
    px_json_object_end(json);
    return result == PX_OK ? px_json_writer_finish(json) : result;
}

/* ---- The user ---- */

int px_dev_grant_user(const px_dev_person *person, px_json_writer *json) {
    px_slice data;
    int result = describe(person, write_user, &data);
    if (result != PX_OK)
        return result;
    const px_slice parts[] = {person->socket_id, PX_SLICE("::user::"), data};
    px_json_object_begin(json);
    result = write_auth(person, parts, 3, json);
    px_json_member(json, PX_SLICE("user_data"), data);
    px_json_object_end(json);
    return result == PX_OK ? px_json_writer_finish(json) : result;
}
