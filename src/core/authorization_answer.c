#include "core/authorization_answer.h"

#include "base/wipe.h"
#include "core/authorization_batch.h"
#include "core/authorization_request.h"
#include "core/internal.h"

/* ---- Succeeding ---- */

/* Remembers our own id from the channel data. PX_ERR_SYNTAX: there is none. */
static int read_me(px_core *core, px_channel *channel, px_slice channel_data) {
    px_field user_id = {.name = PX_LITERAL("user_id")};
    px_slice id;
    if (px_fields_read(channel_data, &user_id, 1) != PX_JSON_ERROR_NONE)
        return PX_ERR_SYNTAX;
    int result = px_field_id(core, &user_id, &id);
    if (result != PX_OK)
        return result;
    return id.len ? px_roster_set_me(&channel->roster, id, user_id.token == PX_JSON_NUMBER)
                  : PX_ERR_SYNTAX;
}

/* Subscribes with the key of the answer, or only takes that. Errors as px_send_subscribe, PX_ERR_SYNTAX:
 * there is no key. */
static int take_key(px_core *core, px_channel *channel, const px_authorization *answer) {
    unsigned char key[PX_SEAL_KEY_BYTES];
    if (!px_encryption_read_key(answer->shared_secret, key))
        return PX_ERR_SYNTAX;
    bool renewing = px_encryption_is_renewing(channel);
    int result = renewing ? px_encryption_renewed(core, channel, key)
                          : px_send_subscribe(core, channel, answer->auth, answer->channel_data);
    if (result == PX_OK && !renewing)
        px_encryption_set_key(channel, key);
    px_wipe(key, sizeof(key));
    return result;
}

/* Subscribes with a good answer. Without channel data a presence channel is entered as the user. Errors
 * as px_send_subscribe, PX_ERR_SYNTAX and PX_ERR_NOT_FOUND: it does not say who we are, or lacks the
 * key. */
static int subscribe(px_core *core, px_channel *channel, const px_authorization *answer) {
    if (channel->encryption)
        return take_key(core, channel, answer);
    if (channel->kind == PX_CHANNEL_PRESENCE && !answer->channel_data.ptr)
        return px_user_stand_in(core, channel, answer->auth);
    int result =
        channel->kind == PX_CHANNEL_PRESENCE ? read_me(core, channel, answer->channel_data) : PX_OK;
    return result == PX_OK ? px_send_subscribe(core, channel, answer->auth, answer->channel_data)
                           : result;
}

static int accept_channel(px_core *core, px_channel *channel, int status,
                          const px_authorization *answer) {
    if (channel->cancelled) {
        px_authorization_settled(core, channel);
        px_channel_settle(core, channel, false);
        return PX_OK;
    }
    int result = subscribe(core, channel, answer);
    if (result == PX_ERR_SYNTAX || result == PX_ERR_NOT_FOUND) {
        px_authorization_settled(core, channel);
        if (channel->encryption)
            px_authorization_without_secret(core, channel);
        else
            px_authorization_without_user(core, channel, status, false);
        return PX_OK;
    }
    if (result == PX_OK)
        px_authorization_settled(core, channel);
    return result;
}

/* Does with a good answer for the channel, or (NULL) the user, what it is for. PX_ERR_NO_MEMORY,
 * PX_ERR_LIMIT: nothing happened, the request is still open. */
static int accept(px_core *core, px_channel *channel, int status, const px_authorization *answer) {
    if (channel)
        return accept_channel(core, channel, status, answer);
    if (!answer->user_data.len) {
        px_authorization_settled(core, NULL);
        px_authorization_lacks(core, NULL, status, PX_SLICE("user_data"));
        return PX_OK;
    }
    int result = px_user_authenticated(core, answer);
    if (result == PX_OK)
        px_authorization_settled(core, NULL);
    return result;
}

void px_authorization_read(px_core *core, px_channel *channel, px_slice json, px_slice body) {
    px_field fields[] = {{.name = PX_LITERAL("auth")},
                         {.name = PX_LITERAL("channel_data")},
                         {.name = PX_LITERAL("user_data")},
                         {.name = PX_LITERAL("shared_secret")}};
    px_authorization answer = {0};
    bool is_object = px_fields_read(json, fields, 4) == PX_JSON_ERROR_NONE;
    if (!is_object && !px_json_valid(json)) {
        px_authorization_settled(core, channel);
        px_authorization_not_json(core, channel, 200, body);
        return;
    }
    if (!is_object || !px_field_is_string(&fields[0]) || !fields[0].value.len) {
        px_authorization_settled(core, channel);
        px_authorization_lacks(core, channel, 200, PX_SLICE("auth"));
        return;
    }
    int result = px_field_text(core, &fields[0], &answer.auth);
    if (result == PX_OK && px_field_is_string(&fields[1]))
        result = px_field_text(core, &fields[1], &answer.channel_data);
    if (result == PX_OK && px_field_is_string(&fields[2]))
        result = px_field_text(core, &fields[2], &answer.user_data);
    if (result == PX_OK && px_field_is_string(&fields[3]))
        result = px_field_text(core, &fields[3], &answer.shared_secret);
    if (result == PX_OK)
        result = accept(core, channel, 200, &answer);
    if (result == PX_OK)
        return;
    px_authorization_settled(core, channel);
    px_connection_broken(core, result);
}

void px_authorization_answered(px_core *core, px_request *request, const px_answer *answer) {
    if (request->asked)
        return;
    if (answer->status != 200) {
        px_authorization_failed(core, request, px_authorization_refused, answer->status,
                                answer->message);
        return;
    }
    px_slice json = px_authorization_way_of(core, request)->jsonp
                        ? px_script_arguments(answer->body)
                        : answer->body;
    if (request->batch)
        px_authorization_batch_answered(core, request, json, answer->body);
    else
        px_authorization_read(core, request->channels.first, json, answer->body);
}

/* ---- The application's answers ---- */

int px_core_authorized(px_core *core, px_id id, const px_authorization *answer) {
    px_request *request = px_authorization_question(core, id);
    if (!request)
        return PX_OK;
    if (request->batch)
        return PX_ERR_ARGUMENT;
    bool of_user = request->kind == PX_REQUEST_USER_AUTHENTICATION;
    if (answer->auth.len && (!of_user || answer->user_data.len))
        return accept(core, request->channels.first, 0, answer);
    px_core_authorize_failed(core, id, 0,
                             answer->auth.len ? PX_SLICE("The authorizer gave no 'user_data' text")
                                              : PX_SLICE("The authorizer gave no 'auth' text"));
    return PX_OK;
}

void px_core_authorize_failed(px_core *core, px_id id, int status, px_slice message) {
    px_request *request = px_authorization_question(core, id);
    if (request)
        px_authorization_failed(core, request, px_authorization_denied, status, message);
}
