#include "core/authorization_batch.h"

#include "core/authorization_answer.h"
#include "core/authorization_request.h"
#include "core/internal.h"

enum {
    MAX_SCRIPT_NAMES = 4000, /* servers take addresses of about 8000 bytes */
    MAX_ESCAPE = 6,          /* bytes of JSON for one of a name, at most: \u0000 */
};

/* ---- Asking ---- */

/* Those that were left meanwhile are not asked for. */
static void let_cancelled_go(px_core *core) {
    px_channel *later;
    for (px_channel *channel = core->authorizations.waiting.first; channel; channel = later) {
        later = channel->later;
        if (channel->cancelled)
            px_channel_settle(core, channel, false);
    }
}

/* How many of those that wait fit into the address of a script. */
static size_t count_for_script(const px_core *core) {
    size_t count = 0;
    size_t room = MAX_SCRIPT_NAMES;
    const px_channel *channel = core->authorizations.waiting.first;
    for (; channel && count < core->options.auth_batch_size; channel = channel->later, count++) {
        size_t len = sizeof("&channel_name%5B999%5D=") + 3 * channel->name_len;
        if (count && len > room)
            break;
        room -= len < room ? len : room;
    }
    return count;
}

void px_authorization_batches_tick(px_core *core) {
    px_channel_list *waiting = &core->authorizations.waiting;
    if (waiting->first)
        let_cancelled_go(core);
    /* Half of the limit is left to what the application sends. */
    while (waiting->first && core->arena.used < core->options.max_outbound / 2) {
        size_t count = core->authorizations.channel.jsonp ? count_for_script(core)
                                                          : core->options.auth_batch_size;
        int result = px_authorize_batch(core, waiting, count);
        if (result != PX_OK)
            px_connection_broken(core, result);
    }
}

/* ---- The answer ---- */

/* The channel whose name is the key that was just read, if it is among those that wait. */
static px_channel *find_channel(px_core *core, const px_channel_list *waiting,
                                const px_json_reader *reader) {
    char unescaped[PX_MAX_CHANNEL_NAME * MAX_ESCAPE];
    px_slice name = reader->text;
    if (reader->escaped) {
        if (name.len > sizeof(unescaped))
            return NULL;
        name = px_slice_of(unescaped, px_json_unescape_to(name, unescaped));
    }
    px_channel *channel = px_channel_by_name(core, name);
    return channel && channel->list == waiting ? channel : NULL;
}

/* False: it is no HTTP status. None at all is success. */
static bool read_status(const px_field *field, int *status) {
    int64_t number = 200;
    if (field->token == PX_JSON_NUMBER) {
        if (!px_json_to_i64(field->value, &number) || number < 100 || number > 999)
            return false;
    } else if (field->token != PX_JSON_END && field->token != PX_JSON_NULL) {
        return false;
    }
    *status = (int)number;
    return true;
}

/* {"status":200,"data":{...}}, where the data is what would have been the answer for this channel alone. */
static void read_entry(px_core *core, px_channel *channel, px_slice entry) {
    px_field fields[] = {{.name = PX_LITERAL("status")}, {.name = PX_LITERAL("data")}};
    int status;
    if (px_fields_read(entry, fields, 2) != PX_JSON_ERROR_NONE ||
        !read_status(&fields[0], &status)) {
        px_authorization_settled(core, channel);
        px_authorization_bad_entry(core, channel, 200, entry);
    } else if (status != 200) {
        px_authorization_settled(core, channel);
        px_authorization_refused(core, channel, status, PX_SLICE(""));
    } else if (fields[1].token != PX_JSON_OBJECT_BEGIN) {
        px_authorization_settled(core, channel);
        px_authorization_lacks(core, channel, status, PX_SLICE("auth"));
    } else {
        px_authorization_read(core, channel, fields[1].value, fields[1].value);
    }
}

/* What an entry brings about may end the connection, and then nothing more is to be done, or any
 * channel: so each is looked up by its name. It is in the list no more when it has its answer: of a name
 * that stands twice the first entry counts. */
static void read_entries(px_core *core, px_channel_list *waiting, px_slice json) {
    px_json_reader reader;
    px_slice entry;
    px_json_reader_init(&reader, json);
    if (px_json_next(&reader) != PX_JSON_OBJECT_BEGIN)
        return;
    while (core->connection.live && px_json_next(&reader) == PX_JSON_KEY) {
        px_channel *channel = find_channel(core, waiting, &reader);
        if (px_json_raw(&reader, px_json_next(&reader), &entry) && channel)
            read_entry(core, channel, entry);
    }
}

void px_authorization_batch_answered(px_core *core, px_request *request, px_slice json,
                                     px_slice body) {
    px_channel_list waiting = {NULL, NULL};
    if (!px_json_valid(json)) {
        px_authorization_failed(core, request, px_authorization_not_json, 200, body);
        return;
    }
    px_authorization_take(core, request, &waiting);
    read_entries(core, &waiting, json);
    px_authorization_fail_list(core, &waiting, px_authorization_unlisted, 200, PX_SLICE(""));
}
