#include "core/user.h"

#include "base/plant.h"
#include "core/authorization_failure.h"
#include "core/internal.h"

#define CHANNEL_PREFIX "#server-to-user-"

enum { QUOTED_DATA = 256 };

/* ---- Life ---- */

void px_user_init(px_core *core) {
    px_user *user = &core->user;
    *user = (px_user){.retry_at = PX_NO_DEADLINE, .deadline = PX_NO_DEADLINE};
    px_buffer_init(&user->data, core->allocator, PX_MAX_MESSAGE);
    px_buffer_init(&user->channel, core->allocator, PX_MAX_MESSAGE);
}

void px_user_free(px_core *core) {
    px_buffer_free(&core->user.data);
    px_buffer_free(&core->user.channel);
}

/* ---- Telling ---- */

/* Tells that a sign-in is under way. Its end has its place in the queue from then on. */
static int announce(px_core *core) {
    px_user *user = &core->user;
    if (user->announced)
        return PX_OK;
    int result = px_queue_reserve(&core->queue);
    if (result != PX_OK)
        return result;
    if (!px_queue_push(&core->queue, PX_ACTION_USER, 0)) {
        px_queue_release(&core->queue);
        return PX_ERR_NO_MEMORY;
    }
    user->announced = true;
    return PX_OK;
}

/* Nobody is signed in, and nothing is under way. */
static void tell_out(px_core *core) {
    px_user *user = &core->user;
    user->phase = PX_USER_OUT;
    px_buffer_free(&user->data);
    px_buffer_free(&user->channel);
    if (user->announced)
        px_queue_push_reserved(&core->queue, PX_ACTION_USER, 0)->as.user.done = true;
    user->announced = false;
}

/* The user is signed in. The end of that has its place before. */
static int tell_in(px_core *core) {
    px_slice data;
    int result = px_arena_copy(&core->arena, px_buffer_slice(&core->user.data), &data);
    if (result == PX_OK)
        result = px_queue_reserve(&core->queue);
    if (result != PX_OK)
        return result;
    px_action *action = px_queue_push_reserved(&core->queue, PX_ACTION_USER, 0);
    action->as.user.signed_in = true;
    action->as.user.done = true;
    action->as.user.data = data;
    return PX_OK;
}

/* ---- Signing in ---- */

static int start(px_core *core) {
    px_user *user = &core->user;
    user->retry_at = PX_NO_DEADLINE;
    int result = announce(core);
    if (result == PX_OK)
        result = px_authorize(core, NULL);
    if (result == PX_OK)
        user->phase = PX_USER_ASKING;
    return result;
}

static void start_or_break(px_core *core) {
    int result = start(core);
    if (result != PX_OK)
        px_connection_broken(core, result);
}

int px_core_signin(px_core *core) {
    px_user *user = &core->user;
    if (user->wanted)
        return PX_OK;
    int result = core->connection.live ? start(core) : announce(core);
    if (result != PX_OK)
        tell_out(core);
    user->wanted = result == PX_OK;
    return result;
}

/* Without memory px_user_connected tries it again. */
void px_user_connecting(px_core *core) {
    if (core->user.wanted)
        (void)!announce(core);
}

void px_user_connected(px_core *core) {
    if (core->user.wanted)
        start_or_break(core);
}

void px_user_disconnected(px_core *core) {
    if (PX_PLANTED(SIGNED_OUT))
        core->user.wanted = false;
    core->user.failures = 0;
    core->user.retry_at = PX_NO_DEADLINE;
    tell_out(core);
}

int px_user_authenticated(px_core *core, const px_authorization *answer) {
    px_user *user = &core->user;
    int result = px_send_signin(core, answer->auth, answer->user_data);
    if (result != PX_OK)
        return result;
    user->phase = PX_USER_SENT;
    user->deadline = core->now + core->options.auth_timeout;
    return PX_OK;
}

/* ---- Presence channels that wait for the user ---- */

static px_slice user_id(const px_core *core) {
    return px_slice_after(px_buffer_slice(&core->user.channel), sizeof(CHANNEL_PREFIX) - 1);
}

static int subscribe_as_user(px_core *core, px_channel *channel, px_slice auth) {
    int result = px_roster_set_me(&channel->roster, user_id(core), false);
    return result == PX_OK ? px_send_subscribe(core, channel, auth, px_slice_of(NULL, 0)) : result;
}

int px_user_stand_in(px_core *core, px_channel *channel, px_slice auth) {
    if (core->user.phase == PX_USER_IN)
        return subscribe_as_user(core, channel, auth);
    return core->user.phase == PX_USER_OUT ? PX_ERR_NOT_FOUND
                                           : px_channel_hold(core, channel, auth);
}

static int let_go(px_core *core, px_channel *channel, bool may_pass) {
    px_slice auth;
    if (channel->cancelled) {
        px_channel_settle(core, channel, false);
        return PX_OK;
    }
    if (core->user.phase == PX_USER_OUT) {
        px_channel_release(core, channel);
        px_authorization_without_user(core, channel, 200, may_pass);
        return PX_OK;
    }
    int result = px_arena_copy(&core->arena, px_channel_held(channel), &auth);
    px_channel_release(core, channel);
    return result == PX_OK ? subscribe_as_user(core, channel, auth) : result;
}

/* Lets the channels go on that have waited. */
static int let_all_go(px_core *core, bool may_pass) {
    size_t cursor = 0;
    px_map_entry entry;
    int result = PX_OK;
    while (result == PX_OK && px_map_next(&core->channels.by_name, &cursor, &entry)) {
        px_channel *channel = entry.value;
        if (px_channel_held(channel).len)
            result = let_go(core, channel, may_pass);
    }
    return result;
}

/* ---- Failing ---- */

static int tell_failure(px_core *core, const px_error *error) {
    px_event *event = px_event_push(core, PX_TO_USER, PX_SLICE("pusher:signin_error"));
    if (!event)
        return PX_ERR_NO_MEMORY;
    event->data_type = PX_DATA_ERROR;
    event->error = *error;
    return PX_OK;
}

void px_user_failed(px_core *core, px_error *error, bool may_pass, const px_text *why) {
    px_user *user = &core->user;
    int result = px_core_keep_text(core, why, &error->message);
    if (result == PX_OK) {
        px_log_user_failure(core, error->message);
        error->type = PX_ERROR_AUTH;
        error->will_retry =
            may_pass && px_authorization_retry_at(core, &user->failures, &user->retry_at);
        result = tell_failure(core, error);
    }
    tell_out(core);
    if (result == PX_OK)
        result = let_all_go(core, error->will_retry);
    if (result != PX_OK)
        px_connection_broken(core, result);
}

static void time_out(px_core *core) {
    px_text text = px_text_begin(&core->text);
    px_text_add(&text, PX_SLICE("The service has not answered to pusher:signin within "));
    px_text_add_number(&text, core->options.auth_timeout);
    px_text_add(&text, PX_SLICE(" ms"));
    px_user_failed(core, &(px_error){.without_status = true}, true, &text);
}

/* What the service says of the user is of no use. */
static int reject(px_core *core, px_slice complaint, px_slice data) {
    px_text text = px_text_begin(&core->text);
    px_text_add(&text, complaint);
    px_text_add_excerpt(&text, data, QUOTED_DATA);
    if (text.result == PX_OK)
        px_log_text(core, PX_LOG_ERROR, px_buffer_slice(&core->text));
    tell_out(core);
    return let_all_go(core, false);
}

/* ---- Signed in ---- */

/* Reads {"user_data":"{\"id\":\"...\"}"}. PX_ERR_SYNTAX: there is no id in it; *complaint says why. */
static int read_user(px_core *core, const px_frame *frame, px_slice *data, px_slice *id,
                     px_slice *complaint) {
    px_field user_data = {.name = PX_LITERAL("user_data")};
    px_field id_field = {.name = PX_LITERAL("id")};
    int result = px_frame_data(core, frame, data);
    *complaint = PX_SLICE("Failed parsing user data after signin: ");
    if (result != PX_OK)
        return result;
    if (px_fields_read(*data, &user_data, 1) != PX_JSON_ERROR_NONE ||
        !px_field_is_string(&user_data))
        return PX_ERR_SYNTAX;
    result = px_field_text(core, &user_data, data);
    if (result != PX_OK)
        return result;
    if (!px_json_valid(*data))
        return PX_ERR_SYNTAX;
    *complaint = PX_SLICE("user_data doesn't contain an id. user_data: ");
    if (px_fields_read(*data, &id_field, 1) != PX_JSON_ERROR_NONE ||
        !px_field_is_string(&id_field) || !id_field.value.len)
        return PX_ERR_SYNTAX;
    return px_field_text(core, &id_field, id);
}

static int keep(px_user *user, px_slice data, px_slice id) {
    px_buffer_clear(&user->data);
    px_buffer_clear(&user->channel);
    int result = px_buffer_append(&user->data, data);
    if (result == PX_OK)
        result = px_buffer_append(&user->channel, PX_SLICE(CHANNEL_PREFIX));
    return result == PX_OK ? px_buffer_append(&user->channel, id) : result;
}

int px_user_signed_in(px_core *core, const px_frame *frame) {
    px_user *user = &core->user;
    px_slice data;
    px_slice id;
    px_slice complaint;
    if (user->phase != PX_USER_SENT)
        return PX_OK;
    int result = read_user(core, frame, &data, &id, &complaint);
    if (result == PX_ERR_SYNTAX)
        return reject(core, complaint, data);
    if (result == PX_OK)
        result = keep(user, data, id);
    if (result == PX_OK)
        result = tell_in(core);
    if (result != PX_OK)
        return result;
    user->phase = PX_USER_IN;
    user->failures = 0;
    result = px_send_subscribe_quietly(core, px_buffer_slice(&user->channel));
    return result == PX_OK ? let_all_go(core, false) : result;
}

bool px_user_is_channel(const px_core *core, px_slice name) {
    return core->user.phase == PX_USER_IN && name.len &&
           px_slice_equal(name, px_buffer_slice(&core->user.channel));
}

bool px_core_user(const px_core *core, px_slice *data) {
    if (core->user.phase != PX_USER_IN)
        return false;
    *data = px_buffer_slice(&core->user.data);
    return true;
}

/* ---- The watchlist ---- */

/* One of the events: goes out under its name, as a whole. What has no name is left out. */
static int emit_watched(px_core *core, px_slice object) {
    px_field field = {.name = PX_LITERAL("name")};
    px_slice name;
    if (px_fields_read(object, &field, 1) != PX_JSON_ERROR_NONE || !px_field_is_string(&field))
        return PX_OK;
    int result = px_field_text(core, &field, &name);
    if (result != PX_OK)
        return result;
    px_event *event = px_event_push(core, PX_TO_WATCHLIST, name);
    if (!event)
        return PX_ERR_NO_MEMORY;
    event->data_type = PX_DATA_JSON;
    event->data = object;
    return PX_OK;
}

int px_user_watchlist(px_core *core, const px_frame *frame) {
    px_field events = {.name = PX_LITERAL("events")};
    px_slice data;
    px_slice object;
    int result = px_frame_data(core, frame, &data);
    if (result != PX_OK)
        return result;
    if (px_fields_read(data, &events, 1) != PX_JSON_ERROR_NONE ||
        events.token != PX_JSON_ARRAY_BEGIN)
        return PX_OK;
    px_json_reader reader;
    px_json_reader_init(&reader, events.value);
    px_json_next(&reader); /* the array's begin */
    while (result == PX_OK) {
        px_json_token token = px_json_next(&reader);
        if (token == PX_JSON_ARRAY_END || !px_json_raw(&reader, token, &object))
            break;
        if (token == PX_JSON_OBJECT_BEGIN)
            result = emit_watched(core, object);
    }
    return result;
}

/* ---- Time ---- */

uint64_t px_user_deadline(const px_core *core) {
    const px_user *user = &core->user;
    if (!core->connection.live)
        return PX_NO_DEADLINE;
    return user->phase == PX_USER_SENT ? user->deadline : user->retry_at;
}

void px_user_tick(px_core *core) {
    if (px_user_deadline(core) > core->now)
        return;
    if (core->user.phase == PX_USER_SENT)
        time_out(core);
    else
        start_or_break(core);
}
