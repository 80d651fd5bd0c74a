#include "core/authorization_failure.h"

#include "core/internal.h"

/* Of a bad answer, what an error quotes at most. */
enum { QUOTED_ANSWER = 256, MAX_RETRIES = 5, FIRST_RETRY_MS = 1000 };

#define SEE_AUTHORIZING " See: https://pusher.com/docs/channels/server_api/authorizing-users/"

#define SEE_AUTHENTICATING " See: https://pusher.com/docs/channels/server_api/authenticating_users"

bool px_authorization_retry_at(px_core *core, uint8_t *failures, uint64_t *at) {
    if (*failures == MAX_RETRIES)
        return false;
    *at = core->now + px_core_random(core, (uint32_t)FIRST_RETRY_MS << (*failures)++);
    return true;
}

bool px_authorization_retry_with_others(px_core *core, uint8_t *failures, uint64_t *at) {
    px_authorization_pause *pause = &core->authorizations.pause;
    if (core->options.auth_batch && pause->failures == *failures + 1 && pause->until >= core->now) {
        *failures = pause->failures;
        *at = pause->until;
        return true;
    }
    if (!px_authorization_retry_at(core, failures, at))
        return false;
    *pause = (px_authorization_pause){*failures, *at};
    return true;
}

static int push_error(px_core *core, const px_channel *channel, const px_error *error) {
    px_slice name;
    int result = px_arena_copy(&core->arena, px_channel_name(channel), &name);
    if (result != PX_OK)
        return result;
    px_event *event = px_event_push(core, PX_TO_CHANNEL, PX_SLICE("pusher:subscription_error"));
    if (!event)
        return PX_ERR_NO_MEMORY;
    event->channel = channel->id;
    event->channel_name = name;
    event->data_type = PX_DATA_ERROR;
    event->error = *error;
    return PX_OK;
}

/* The channel is not subscribed. It hears why, unless it is not wanted any more. `error` gets its type
 * and its message here. */
static void fail_with(px_core *core, px_channel *channel, px_error *error, bool may_pass,
                      const px_text *why) {
    px_slice message;
    if (!channel) {
        px_user_failed(core, error, may_pass, why);
        return;
    }
    int result = px_core_keep_text(core, why, &message);
    if (px_encryption_is_renewing(channel)) {
        px_encryption_not_renewed(core, channel, result == PX_OK ? message : PX_SLICE(""));
        return;
    }
    if (px_channel_settle(core, channel, false))
        return;
    if (result == PX_OK) {
        px_log_failure(core, message);
        error->type = PX_ERROR_AUTH;
        error->message = message;
        error->will_retry = may_pass && px_channel_retry_later(core, channel);
        result = push_error(core, channel, error);
    }
    if (result != PX_OK)
        px_connection_broken(core, result);
}

static void fail(px_core *core, px_channel *channel, int status, bool may_pass,
                 const px_text *why) {
    fail_with(core, channel, &(px_error){.status = status}, may_pass, why);
}

static px_slice endpoint_of(const px_core *core, const px_channel *channel) {
    return channel ? core->options.auth_endpoint : core->options.user_auth_endpoint;
}

/* The URL without USER:PASSWORD@: what is said of a failure is logged. */
static void add_endpoint(px_core *core, px_text *text, const px_channel *channel) {
    px_slice rest = endpoint_of(core, channel), scheme = {rest.ptr, 0};
    size_t login = 0;
    for (size_t i = 0; i + 3 <= rest.len && scheme.len == 0; i++)
        if (memcmp(rest.ptr + i, "://", 3) == 0)
            scheme.len = i + 3;
    rest = px_slice_after(rest, scheme.len);
    for (size_t i = 0; scheme.len > 0 && i < rest.len && !memchr("/?#", rest.ptr[i], 3); i++)
        if (rest.ptr[i] == '@')
            login = i + 1;
    px_text_add(text, scheme);
    px_text_add_excerpt(text, px_slice_after(rest, login), QUOTED_ANSWER);
}

static px_slice endpoint_name(const px_channel *channel) {
    return channel ? PX_SLICE("channel-authorization") : PX_SLICE("user-authentication");
}

/* Of the parenthesis that ends a sentence, the beginning. */
static void open_parenthesis(px_text *text, const px_channel *channel) {
    px_text_add(text, PX_SLICE(" ("));
    if (channel) {
        px_text_add(text, PX_SLICE("channel "));
        px_text_add(text, px_channel_name(channel));
    }
}

/* Closes a sentence about an answer with whom it was about. */
static void add_subject(px_core *core, px_text *text, const px_channel *channel, int status) {
    open_parenthesis(text, channel);
    if (channel)
        px_text_add(text, PX_SLICE(", "));
    px_text_add(text, PX_SLICE("endpoint "));
    add_endpoint(core, text, channel);
    px_text_add(text, PX_SLICE(", status "));
    px_text_add_number(text, (uint64_t)status);
    px_text_add(text, PX_SLICE(")"));
}

/* A failure that an answer is to blame for. */
static void fail_about(px_core *core, px_channel *channel, int status, bool may_pass,
                       px_text *why) {
    add_subject(core, why, channel, status);
    fail(core, channel, status, may_pass, why);
}

/* In parentheses: the channel, and why no answer came. */
static void add_reason(px_text *text, const px_channel *channel, px_slice reason) {
    if (!channel && !reason.len)
        return;
    open_parenthesis(text, channel);
    if (channel && reason.len)
        px_text_add(text, PX_SLICE(": "));
    px_text_add_excerpt(text, reason, QUOTED_ANSWER);
    px_text_add(text, PX_SLICE(")"));
}

static bool holds(px_slice text, px_slice part) {
    for (; text.len >= part.len; text = px_slice_after(text, 1))
        if (px_slice_starts_with(text, part))
            return true;
    return false;
}

/* What was answered, but for keys: sentences go to the log and to applications. */
static void add_answer(px_text *text, px_slice answer) {
    if (holds(answer, PX_SLICE("shared_secret")))
        px_text_add(text, PX_SLICE("(not shown, for a shared_secret is in it)"));
    else
        px_text_add_excerpt(text, answer, QUOTED_ANSWER);
}

void px_authorization_refused(px_core *core, px_channel *channel, int status, px_slice reason) {
    px_text text = px_text_begin(&core->text);
    px_text_add(&text, PX_SLICE("Unable to retrieve auth string from "));
    px_text_add(&text, endpoint_name(channel));
    px_text_add(&text, PX_SLICE(" endpoint - received status: "));
    px_text_add_number(&text, (uint64_t)status);
    px_text_add(&text, PX_SLICE(" from "));
    add_endpoint(core, &text, channel);
    px_text_add(&text, channel ? PX_SLICE(". Clients must be authorized to join private or "
                                          "presence channels." SEE_AUTHORIZING)
                               : PX_SLICE("." SEE_AUTHENTICATING));
    add_reason(&text, channel, reason);
    fail(core, channel, status, status == 0 || status >= 500, &text);
}

void px_authorization_not_json(px_core *core, px_channel *channel, int status, px_slice body) {
    px_text text = px_text_begin(&core->text);
    px_text_add(&text, PX_SLICE("JSON returned from "));
    px_text_add(&text, endpoint_name(channel));
    px_text_add(&text, PX_SLICE(" endpoint was invalid, yet status code was 200. Data was: "));
    add_answer(&text, body);
    fail_about(core, channel, status, false, &text);
}

void px_authorization_lacks(px_core *core, px_channel *channel, int status, px_slice name) {
    px_text text = px_text_begin(&core->text);
    px_text_add(&text, PX_SLICE("The auth response has no '"));
    px_text_add(&text, name);
    px_text_add(&text, PX_SLICE("' text"));
    fail_about(core, channel, status, false, &text);
}

void px_authorization_unlisted(px_core *core, px_channel *channel, int status, px_slice nothing) {
    (void)nothing;
    px_text text = px_text_begin(&core->text);
    px_text_add(&text, PX_SLICE("The auth response for many channels has no entry for this one"));
    fail_about(core, channel, status, false, &text);
}

void px_authorization_bad_entry(px_core *core, px_channel *channel, int status, px_slice entry) {
    px_text text = px_text_begin(&core->text);
    px_text_add(&text, PX_SLICE("The auth response's entry of the channel is not "
                                "{\"status\":...,\"data\":{...}}, but: "));
    add_answer(&text, entry);
    fail_about(core, channel, status, false, &text);
}

void px_authorization_without_user(px_core *core, px_channel *channel, int status, bool may_pass) {
    px_text text = px_text_begin(&core->text);
    px_text_add(&text, PX_SLICE("Invalid auth response for channel '"));
    px_text_add(&text, px_channel_name(channel));
    px_text_add(&text, PX_SLICE("', expected 'channel_data' field with a user_id." SEE_AUTHORIZING
                                ", or the user should be signed in."));
    fail_about(core, channel, status, may_pass, &text);
}

void px_authorization_without_secret(px_core *core, px_channel *channel) {
    px_text text = px_text_begin(&core->text);
    px_text_add(&text, PX_SLICE("No shared_secret key in auth payload for encrypted channel: "));
    px_text_add(&text, px_channel_name(channel));
    fail_with(core, channel, &(px_error){.without_status = true}, false, &text);
}

void px_authorization_timed_out(px_core *core, px_channel *channel, int status, px_slice nothing) {
    (void)nothing;
    px_text text = px_text_begin(&core->text);
    px_text_add(&text, PX_SLICE("No answer from the "));
    px_text_add(&text, endpoint_name(channel));
    px_text_add(&text, PX_SLICE(" endpoint within "));
    px_text_add_number(&text, core->options.auth_timeout);
    px_text_add(&text, PX_SLICE(" ms"));
    fail_about(core, channel, status, true, &text);
}

void px_authorization_denied(px_core *core, px_channel *channel, int status, px_slice message) {
    px_text text = px_text_begin(&core->text);
    px_text_add(&text, message);
    fail_with(core, channel, &(px_error){.status = status, .without_status = true}, status >= 500,
              &text);
}
