/* What an application's endpoints answer: authorizations of channels, and who the user is. */
#include "backend/app.h"
#include "backend/names.h"

#include "base/wipe.h"
#include "net/protocol_name.h"
#include "json/reader.h"
#include "json/writer.h"

enum { MAX_DECISIONS = 1000, MAX_AUTH = 8192, STATUS_FINE = 200 };

/* ---- What must be right ---- */

static int check_socket_id(pusher_app *app, px_slice socket_id) {
    return px_socket_id_valid(socket_id)
               ? PX_OK
               : px_answer_refuse_name(app, socket_id, "is no socket id; one looks like 1234.5678");
}

/* True when the text is a JSON object whose member `name` is a string that is not empty or, where
 * numbers are allowed, a number. The last of equal names counts. */
static bool has_id(px_slice json, px_slice name, bool numbers) {
    px_json_reader reader;
    px_json_reader_init(&reader, json);
    bool found = false;
    if (px_json_next(&reader) != PX_JSON_OBJECT_BEGIN)
        return false;
    while (px_json_next(&reader) == PX_JSON_KEY) {
        bool is_id = px_slice_equal(reader.text, name);
        px_json_token token = px_json_next(&reader);
        if (is_id)
            found =
                token == PX_JSON_STRING ? reader.text.len > 0 : numbers && token == PX_JSON_NUMBER;
        if (!px_json_skip(&reader, token))
            return false;
    }
    return found && px_json_next(&reader) == PX_JSON_END;
}

static int check_channel(pusher_app *app, px_slice channel, px_slice channel_data) {
    const char *fault = px_backend_channel_fault(channel);
    if (fault)
        return px_answer_refuse_name(app, channel, fault);
    if (!px_backend_needs_auth(channel))
        return px_answer_refuse_name(
            app, channel, "needs no authorization; only private- and presence- channels do");
    if (!px_backend_is_presence(channel) && channel_data.len)
        return px_answer_refuse_name(app, channel,
                                     "takes no channel data; only presence- channels do");
    if (channel_data.len && !has_id(channel_data, PX_SLICE("user_id"), true))
        return px_answer_refuse(app, PX_ERR_ARGUMENT,
                                "channel data is a JSON object with a user_id, such as "
                                "{\"user_id\":\"ann\"}");
    if (px_backend_is_encrypted(channel) && !app->settings.has_master_key)
        return px_answer_refuse_name(app, channel,
                                     "is encrypted: give the option encryption_master_key"),
               PX_ERR_STATE;
    return PX_OK;
}

/* ---- Channels ---- */

/* Writes {"auth":...} of a channel that was checked. */
static int write_channel(pusher_app *app, px_json_writer *writer, px_slice socket_id,
                         px_slice channel, px_slice channel_data) {
    px_buffer auth;
    char secret[PX_CHANNEL_SECRET_LENGTH];
    bool encrypted = px_backend_is_encrypted(channel);
    px_buffer_init(&auth, app->allocator, MAX_AUTH);
    int result = px_backend_sign_channel(&app->settings.credentials, socket_id, channel,
                                         channel_data, &auth);
    if (!result && encrypted)
        result = px_channel_secret(channel, app->settings.master_key, secret);
    if (!result) {
        px_json_object_begin(writer);
        px_json_member(writer, PX_SLICE("auth"), px_buffer_slice(&auth));
        if (channel_data.len)
            px_json_member(writer, PX_SLICE("channel_data"), channel_data);
        if (encrypted)
            px_json_member(writer, PX_SLICE("shared_secret"), px_slice_of(secret, sizeof secret));
        px_json_object_end(writer);
        result = px_json_writer_finish(writer);
    }
    px_wipe(secret, sizeof secret);
    px_buffer_free(&auth);
    return result;
}

int pusher_app_authorize(pusher_app *app, pusher_string socket_id, pusher_string channel,
                         pusher_string channel_data, pusher_answer *answer) {
    px_answer_begin(app);
    px_json_writer writer;
    px_json_writer_init(&writer, &app->body);
    int result = check_socket_id(app, px_given(socket_id));
    if (!result)
        result = check_channel(app, px_given(channel), px_given(channel_data));
    if (!result)
        result = write_channel(app, &writer, px_given(socket_id), px_given(channel),
                               px_given(channel_data));
    return px_answer_made(app, result, answer);
}

static bool is_yes(const pusher_decision *decision) {
    return decision->status == 0 || decision->status == STATUS_FINE;
}

/* One entry: what can't be authorized as it was asked for gets its own status, and spoils nothing. */
static int write_decision(pusher_app *app, px_json_writer *writer, px_slice socket_id,
                          const pusher_decision *decision) {
    px_slice channel = px_given(decision->channel), data = px_given(decision->channel_data);
    int status = is_yes(decision) ? STATUS_FINE : decision->status;
    if (status == STATUS_FINE) {
        int fault = check_channel(app, channel, data);
        status = fault == PX_ERR_STATE ? 500 : fault ? 400 : STATUS_FINE;
    }
    px_json_key(writer, channel);
    px_json_object_begin(writer);
    px_json_key(writer, PX_SLICE("status"));
    px_json_i64(writer, status);
    int result = PX_OK;
    if (status == STATUS_FINE) {
        px_json_key(writer, PX_SLICE("data"));
        result = write_channel(app, writer, socket_id, channel, data);
    }
    px_json_object_end(writer);
    return result;
}

int pusher_app_authorize_batch(pusher_app *app, pusher_string socket_id,
                               const pusher_decision *decisions, size_t count,
                               pusher_answer *answer) {
    px_answer_begin(app);
    int result = check_socket_id(app, px_given(socket_id));
    if (!result && count > MAX_DECISIONS)
        result = px_answer_refuse(app, PX_ERR_LIMIT, "%zu channels are too many; at most %d", count,
                                  MAX_DECISIONS);
    px_json_writer writer;
    px_json_writer_init(&writer, &app->body);
    px_json_object_begin(&writer);
    for (size_t i = 0; !result && i < count; i++)
        result = write_decision(app, &writer, px_given(socket_id), &decisions[i]);
    px_json_object_end(&writer);
    if (!result)
        result = px_json_writer_finish(&writer);
    if (!result)
        app->error[0] = '\0'; /* single channels have their status */
    return px_answer_made(app, result, answer);
}

/* ---- The user ---- */

static int write_user(pusher_app *app, px_slice socket_id, px_slice user_data) {
    px_buffer auth;
    px_json_writer writer;
    px_buffer_init(&auth, app->allocator, MAX_AUTH);
    px_json_writer_init(&writer, &app->body);
    int result = px_backend_sign_user(&app->settings.credentials, socket_id, user_data, &auth);
    if (!result) {
        px_json_object_begin(&writer);
        px_json_member(&writer, PX_SLICE("auth"), px_buffer_slice(&auth));
        px_json_member(&writer, PX_SLICE("user_data"), user_data);
        px_json_object_end(&writer);
        result = px_json_writer_finish(&writer);
    }
    px_buffer_free(&auth);
    return result;
}

int pusher_app_authenticate(pusher_app *app, pusher_string socket_id, pusher_string user_data,
                            pusher_answer *answer) {
    px_answer_begin(app);
    int result = check_socket_id(app, px_given(socket_id));
    if (!result && !has_id(px_given(user_data), PX_SLICE("id"), false))
        result = px_answer_refuse(app, PX_ERR_ARGUMENT,
                                  "user data is a JSON object with an id that is a string, such "
                                  "as {\"id\":\"ann\"}");
    if (!result)
        result = write_user(app, px_given(socket_id), px_given(user_data));
    return px_answer_made(app, result, answer);
}
