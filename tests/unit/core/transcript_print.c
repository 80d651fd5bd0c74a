#include "transcript_print.h"

#include "transcript_box.h"
#include "transcript_statistics.h"
#include "transcript_text.h"

static const char *const error_types[] = {
    [PX_ERROR_PROTOCOL] = "PusherError",     [PX_ERROR_TRANSPORT] = "WebSocketError",
    [PX_ERROR_HANDSHAKE] = "HandshakeError", [PX_ERROR_PARSE] = "MessageParseError",
    [PX_ERROR_AUTH] = "AuthError",
};

static const char *const channel_kinds[] = {
    [PX_CHANNEL_PUBLIC] = "public",
    [PX_CHANNEL_PRIVATE] = "private",
    [PX_CHANNEL_PRESENCE] = "presence",
    [PX_CHANNEL_ENCRYPTED] = "encrypted",
};

static const char *const log_levels[] = {
    [PX_LOG_ERROR] = "error", [PX_LOG_WARN] = "warn", [PX_LOG_DEBUG] = "debug"};

/* A blank and the bytes, or nothing at all for no bytes. */
static void add_word(px_buffer *text, px_slice word) {
    if (word.len == 0)
        return;
    transcript_add(text, " ");
    transcript_add_slice(text, word);
}

void transcript_print_member(const px_member *member, px_buffer *text) {
    const char *quote = member->id_is_number ? "" : "\"";
    transcript_add(text, "%s", quote);
    transcript_add_slice(text, member->id);
    transcript_add(text, "%s", quote);
    add_word(text, member->info);
}

void transcript_print_members(px_core *core, px_channel_id channel, px_buffer *text) {
    transcript_add(text, "%zu", px_core_member_count(core, channel));
    const char *separator = ": ";
    size_t cursor = 0;
    px_member member;
    while (px_core_next_member(core, channel, &cursor, &member)) {
        transcript_add(text, "%s", separator);
        transcript_print_member(&member, text);
        separator = ", ";
    }
}

void transcript_print_channel(const px_channel_info *info, px_buffer *text) {
    transcript_add(text, "%s%s%s%s", channel_kinds[info->kind],
                   info->subscribed ? ", subscribed" : "",
                   info->subscription_pending ? ", pending" : "",
                   info->subscription_cancelled ? ", cancelled" : "");
    if (info->subscription_count >= 0)
        transcript_add(text, ", count %lld", (long long)info->subscription_count);
}

/* ---- Actions for the network ---- */

static void print_open(px_core *core, const px_action *action, px_buffer *text) {
    (void)core;
    transcript_add(text, action->as.open.kind == PX_TRANSPORT_SOCKJS ? "open sockjs" : "open");
    add_word(text, action->as.open.url);
}

static void print_send(px_core *core, const px_action *action, px_buffer *text) {
    (void)core;
    transcript_add_slice(text, action->as.send.message);
}

static void print_close(px_core *core, const px_action *action, px_buffer *text) {
    (void)core;
    transcript_add(text, "close %u", action->as.close.code);
    add_word(text, action->as.close.reason);
}

/* The number of a script's receiver, which only its owner knows, is N here. */
static void print_url(const px_action *action, px_buffer *text) {
    px_buffer url;
    transcript_text_init(&url);
    transcript_add_slice(&url, action->as.request.url);
    if (action->as.request.jsonp)
        transcript_add(&url, "N");
    transcript_add_slice(&url, action->as.request.url_end);
    if (action->as.request.kind == PX_REQUEST_STATS)
        transcript_print_statistics(px_buffer_slice(&url), text);
    else
        transcript_add_slice(text, px_buffer_slice(&url));
    px_buffer_free(&url);
}

static void print_request(px_core *core, const px_action *action, px_buffer *text) {
    (void)core;
    transcript_add(text, "%s", action->as.request.jsonp ? "jsonp " : "");
    transcript_add_slice(text, action->as.request.method);
    transcript_add(text, " ");
    print_url(action, text);
    if (action->as.request.kind == PX_REQUEST_STATS)
        return;
    for (size_t i = 0; i < action->as.request.header_count; i++) {
        transcript_add(text, " [");
        transcript_add_slice(text, action->as.request.headers[i].name);
        transcript_add(text, ": ");
        transcript_add_slice(text, action->as.request.headers[i].value);
        transcript_add(text, "]");
    }
    add_word(text, action->as.request.body);
}

static void print_cancel(px_core *core, const px_action *action, px_buffer *text) {
    (void)core;
    (void)action;
    transcript_add(text, "cancel");
}

static void print_authorize(px_core *core, const px_action *action, px_buffer *text) {
    (void)core;
    transcript_add(text, "ask");
    bool of_user = action->as.authorize.kind == PX_REQUEST_USER_AUTHENTICATION;
    add_word(text, of_user                        ? PX_SLICE("user")
                   : action->as.authorize.channel ? action->as.authorize.channel_name
                                                  : PX_SLICE("channels"));
    add_word(text, action->as.authorize.socket_id);
}

static void print_store(px_core *core, const px_action *action, px_buffer *text) {
    (void)core;
    transcript_add(text, "store");
    add_word(text, action->as.store.key);
    add_word(text, action->as.store.data);
}

/* ---- Actions for the application ---- */

static void print_state(px_core *core, const px_action *action, px_buffer *text) {
    (void)core;
    transcript_add(text, "state");
    add_word(text, px_state_name(action->as.state.current));
    add_word(text, action->as.state.socket_id);
}

/* A dead channel has no name any more: who knows it adds it. */
static void print_gone(px_core *core, const px_action *action, px_buffer *text) {
    (void)core;
    (void)action;
    transcript_add(text, "gone ");
}

static void print_user(px_core *core, const px_action *action, px_buffer *text) {
    (void)core;
    transcript_add(text, "user");
    if (action->as.user.signed_in)
        add_word(text, action->as.user.data);
    else
        transcript_add(text, action->as.user.done ? " none" : " signing in");
}

static void print_log(px_core *core, const px_action *action, px_buffer *text) {
    (void)core;
    transcript_add(text, "%s", log_levels[action->as.log.level]);
    add_word(text, action->as.log.line);
}

static void print_error(const px_error *error, px_buffer *text) {
    transcript_add(text, "%s", error_types[error->type]);
    if (error->code)
        transcript_add(text, " %d", error->code);
    if (error->type == PX_ERROR_AUTH && (error->status || !error->without_status))
        transcript_add(text, " status %d", error->status);
    if (error->result)
        transcript_add(text, " %s", transcript_result_name(error->result));
    transcript_add(text, "%s", error->will_retry ? ", will retry" : "");
    if (error->message.len) {
        transcript_add(text, ": ");
        transcript_add_slice(text, error->message);
    }
    if (error->data.len) {
        transcript_add(text, " <- ");
        transcript_add_slice(text, error->data);
    }
}

static void print_roster(px_core *core, px_channel_id channel, px_buffer *text) {
    transcript_add(text, "members ");
    transcript_print_members(core, channel, text);
    px_member me;
    if (px_core_member_me(core, channel, &me)) {
        transcript_add(text, "; me ");
        transcript_print_member(&me, text);
    }
}

static void print_string(px_core *core, const px_event *event, px_buffer *text) {
    px_slice string;
    int result = px_core_event_text(core, event, &string);
    transcript_add(text, "text");
    if (result == PX_OK)
        add_word(text, string);
    else
        transcript_add(text, " lost: %s", transcript_result_name(result));
}

/* What is in the box, for the channel. */
static void print_box(px_core *core, const px_event *event, px_buffer *text) {
    px_slice plaintext;
    if (transcript_box_open(core, event, &plaintext)) {
        transcript_add(text, " box");
        add_word(text, plaintext);
    } else {
        transcript_add(text, " closed box");
    }
    if (event->sealed->data_type != PX_DATA_NONE)
        transcript_add(text, ",");
}

static void print_data(px_core *core, const px_event *event, px_buffer *text) {
    px_data_type type = event->data_type;
    if (type == PX_DATA_SEALED) {
        print_box(core, event, text);
        type = event->sealed->data_type;
    }
    if (type != PX_DATA_NONE)
        transcript_add(text, " ");
    switch (type) {
    case PX_DATA_NONE:
    case PX_DATA_SEALED:
        break;
    case PX_DATA_STRING:
        print_string(core, event, text);
        break;
    case PX_DATA_JSON:
        transcript_add(text, "json");
        add_word(text, event->data);
        break;
    case PX_DATA_MEMBERS:
        print_roster(core, event->channel, text);
        break;
    case PX_DATA_MEMBER:
        transcript_add(text, "member ");
        transcript_print_member(&event->member, text);
        break;
    case PX_DATA_ERROR:
        print_error(&event->error, text);
        break;
    case PX_DATA_DELAY:
        transcript_add(text, "%ums", (unsigned)event->delay_ms);
        break;
    }
    if (event->error.type && event->data_type != PX_DATA_ERROR) {
        transcript_add(text, ", ");
        print_error(&event->error, text);
    }
}

static void add_target(px_buffer *text, const char **separator, const char *target, px_slice name) {
    transcript_add(text, "%s%s", *separator, target);
    add_word(text, name);
    *separator = ", ";
}

static void print_event(px_core *core, const px_action *action, px_buffer *text) {
    const px_event *event = &action->as.event;
    const char *separator = " (";
    if (event->name.len)
        transcript_add_slice(text, event->name);
    else
        transcript_add(text, "-");
    if (event->targets & PX_TO_CHANNEL)
        add_target(text, &separator, "channel", event->channel_name);
    if (event->targets & PX_TO_CLIENT)
        add_target(text, &separator, "client", PX_SLICE(""));
    if (event->targets & PX_TO_USER)
        add_target(text, &separator, "user", PX_SLICE(""));
    if (event->targets & PX_TO_WATCHLIST)
        add_target(text, &separator, "watchlist", PX_SLICE(""));
    if (event->targets & PX_TO_CONNECTION)
        add_target(text, &separator, "connection", event->connection_name);
    if (!(event->targets & PX_TO_CHANNEL) && event->channel_name.len)
        add_target(text, &separator, "of", event->channel_name);
    if (event->user_id.len)
        add_target(text, &separator, "by", event->user_id);
    transcript_add(text, ")");
    print_data(core, event, text);
}

static const struct {
    char mark;
    void (*print)(px_core *core, const px_action *action, px_buffer *text);
} actions[] = {
    [PX_ACTION_OPEN] = {'>', print_open},         [PX_ACTION_SEND] = {'>', print_send},
    [PX_ACTION_CLOSE] = {'>', print_close},       [PX_ACTION_REQUEST] = {'>', print_request},
    [PX_ACTION_CANCEL] = {'>', print_cancel},     [PX_ACTION_AUTHORIZE] = {'>', print_authorize},
    [PX_ACTION_STORE] = {'>', print_store},       [PX_ACTION_STATE] = {'=', print_state},
    [PX_ACTION_EVENT] = {'*', print_event},       [PX_ACTION_LOG] = {'|', print_log},
    [PX_ACTION_CHANNEL_GONE] = {'=', print_gone}, [PX_ACTION_USER] = {'=', print_user},
};

char transcript_action_mark(px_action_type type) {
    return actions[type].mark;
}

void transcript_print_action(px_core *core, const px_action *action, px_buffer *text) {
    actions[action->type].print(core, action, text);
}
