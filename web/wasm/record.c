/* The record: actions of the engine as words that JavaScript reads.
 *
 * After px_web_next, from PX_WEB_TEXT on (a text is two words, address and length):
 *   OPEN          kind, url
 *   SEND          message
 *   CLOSE         code, reason
 *   REQUEST       kind, jsonp, timeout, method, url, url's end, body, headers (address, count)
 *   AUTHORIZE     kind, channel, socket id
 *   STORE         key, data
 *   STATE         previous, current, socket id
 *   EVENT         targets, channel, type of data, escaped, user id is for the channel, name, data,
 *                 user id, channel's name, connection's name, member's id, member's info, the id is a
 *                 number, delay, error (JSON); of SEALED, behind the connection's name, there are key,
 *                 nonce, box and its length, type of the data as it came
 *   LOG           level, line
 *   CHANNEL_GONE  channel
 *   USER          signed in, done, data */
#include "wasm/web.h"

uint32_t px_web_words[PX_WEB_WORDS];

void px_web_put(size_t word, px_slice text) {
    px_web_words[word] = (uint32_t)(uintptr_t)text.ptr;
    px_web_words[word + 1] = (uint32_t)text.len;
}

/* A place in the record that moves on as it is written. */
typedef struct place {
    size_t word;
} place;

static void number(place *at, uint32_t value) {
    px_web_words[at->word++] = value;
}

static void text(place *at, px_slice value) {
    px_web_put(at->word, value);
    at->word += 2;
}

static px_slice error_json(px_web_client *client, const px_event *event) {
    px_buffer_clear(&client->text);
    if (!event->error.type || px_error_write(&event->error, &client->text) != PX_OK)
        return px_slice_of(NULL, 0);
    return px_buffer_slice(&client->text);
}

/* The key is that of this moment: JavaScript opens the box before it calls anything. 0: there is none. */
static void put_sealed(px_web_client *client, place *at, const px_event *event) {
    client->sealed = *event;
    number(at, (uint32_t)(uintptr_t)px_core_channel_key(client->core, event->channel));
    number(at, (uint32_t)(uintptr_t)event->sealed->nonce);
    text(at, event->sealed->box);
    number(at, event->sealed->data_type);
}

static void put_event(px_web_client *client, const px_event *event) {
    place at = {PX_WEB_TEXT};
    number(&at, event->targets);
    number(&at, event->channel);
    number(&at, event->data_type);
    number(&at, event->data_escaped);
    number(&at, event->user_id.len != 0);
    text(&at, event->name);
    text(&at, event->data);
    text(&at, event->sender);
    text(&at, event->channel_name);
    text(&at, event->connection_name);
    if (event->data_type == PX_DATA_SEALED)
        put_sealed(client, &at, event);
    else if (event->data_type == PX_DATA_NONE || event->data_type > PX_DATA_JSON ||
             event->error.type) {
        text(&at, event->member.id);
        text(&at, event->member.info);
        number(&at, event->member.id_is_number);
        number(&at, event->delay_ms);
        text(&at, error_json(client, event));
    }
}

void px_web_record_action(px_web_client *client, const px_action *action) {
    place at = {PX_WEB_TEXT};
    px_web_words[PX_WEB_ID] = action->id;
    switch (action->type) {
    case PX_ACTION_EVENT:
        put_event(client, &action->as.event);
        break;
    case PX_ACTION_OPEN:
        number(&at, action->as.open.kind);
        text(&at, action->as.open.url);
        break;
    case PX_ACTION_SEND:
        text(&at, action->as.send.message);
        break;
    case PX_ACTION_CLOSE:
        number(&at, action->as.close.code);
        text(&at, action->as.close.reason);
        break;
    case PX_ACTION_REQUEST:
        number(&at, action->as.request.kind);
        number(&at, action->as.request.jsonp);
        number(&at, action->as.request.timeout_ms);
        text(&at, action->as.request.method);
        text(&at, action->as.request.url);
        text(&at, action->as.request.url_end);
        text(&at, action->as.request.body);
        text(&at, px_slice_of((const char *)action->as.request.headers,
                              action->as.request.header_count));
        break;
    case PX_ACTION_AUTHORIZE:
        number(&at, action->as.authorize.kind);
        number(&at, action->as.authorize.channel);
        text(&at, action->as.authorize.socket_id);
        break;
    case PX_ACTION_STORE:
        text(&at, action->as.store.key);
        text(&at, action->as.store.data);
        break;
    case PX_ACTION_STATE:
        number(&at, action->as.state.previous);
        number(&at, action->as.state.current);
        text(&at, action->as.state.socket_id);
        break;
    case PX_ACTION_LOG:
        number(&at, action->as.log.level);
        text(&at, action->as.log.line);
        break;
    case PX_ACTION_CHANNEL_GONE:
        number(&at, action->as.channel_gone.channel);
        break;
    case PX_ACTION_USER:
        number(&at, action->as.user.signed_in);
        number(&at, action->as.user.done);
        text(&at, action->as.user.data);
        break;
    case PX_ACTION_CANCEL:
        break;
    }
}
