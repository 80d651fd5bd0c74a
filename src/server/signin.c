#include "server/signin.h"

#include "server/authorization.h"
#include "server/connection.h"
#include "server/event.h"
#include "server/text.h"
#include "server/watchlist.h"

/* ---- What the application says of the user ---- */

typedef struct px_user_data {
    px_slice text; /* as it was signed */
    px_slice id;
    px_slice user_info;  /* JSON; empty: none */
    px_slice *watchlist; /* ids */
    size_t watch_count;
    bool is_watchlist_cut; /* there were more */
} px_user_data;

/* What can't be a user's id is left out. */
static int read_watchlist(px_hub *hub, const px_app *app, const px_member_value *array,
                          px_user_data *data) {
    px_json_reader reader;
    px_member_value element;
    void *memory;
    size_t max = app->options.max_watchlist;
    int more = px_arena_alloc(&hub->arena, max * sizeof(px_slice), &memory);
    if (more != PX_OK)
        return more;
    data->watchlist = memory;
    px_json_reader_init(&reader, array->raw);
    px_json_next(&reader);
    while ((more = px_array_next(&hub->arena, &reader, &element)) == 1) {
        if (!px_value_is_string(&element) || !px_user_id_valid(app, element.text))
            continue;
        data->is_watchlist_cut = data->watch_count == max;
        if (data->is_watchlist_cut)
            return PX_OK;
        data->watchlist[data->watch_count++] = element.text;
    }
    return more;
}

/* PX_ERR_SYNTAX: *error says what is wrong with it. PX_ERR_NO_MEMORY or PX_ERR_LIMIT from the arena.
 */
static int read_user_data(px_hub *hub, const px_app *app, px_user_data *data,
                          px_protocol_error *error) {
    enum { ID, USER_INFO, WATCHLIST, MEMBERS };
    static const px_slice NAMES[MEMBERS] = {PX_LITERAL("id"), PX_LITERAL("user_info"),
                                            PX_LITERAL("watchlist")};
    px_member_value values[MEMBERS];
    int result = px_object_read(&hub->arena, data->text, NAMES, values, MEMBERS);
    *error = PX_ERROR_USER_DATA;
    if (result != PX_OK)
        return result;
    *error = PX_ERROR_USER_ID;
    if (!px_value_is_string(&values[ID]) || !px_user_id_valid(app, values[ID].text))
        return PX_ERR_SYNTAX;
    data->id = values[ID].text;
    data->user_info = values[USER_INFO].raw;
    if (!app->options.watchlists || values[WATCHLIST].token != PX_JSON_ARRAY_BEGIN)
        return PX_OK;
    return read_watchlist(hub, app, &values[WATCHLIST], data);
}

/* ---- Signing in ---- */

/* What it needs, made before anything is changed for others to see. */
typedef struct px_signing_in {
    px_identity *identity;
    px_message *answer;
    px_message *complaint; /* NULL: none */
    px_message *news;      /* of those on the watchlist; NULL: there are none */
} px_signing_in;

static px_message *complaint(px_hub *hub, const px_app *app) {
    return px_event_error(hub, PX_CODE_WATCHLIST,
                          px_text_of(&hub->arena,
                                     PX_SLICE("Watchlist limit exceeded. Only the first "),
                                     px_text_of_number(&hub->arena, app->options.max_watchlist),
                                     PX_SLICE(" user IDs are accepted.")));
}

static bool prepare_watchlist(px_hub *hub, px_signing_in *signing_in, const px_user_data *data) {
    px_identity *identity = signing_in->identity;
    if (data->watch_count == 0)
        return true;
    identity->watchlist =
        px_watchlist_new(hub, identity->connection, data->watchlist, data->watch_count);
    if (!identity->watchlist)
        return false;
    signing_in->news = px_watchlist_news(hub, identity->watchlist, identity->user);
    return signing_in->news != NULL;
}

static bool prepare(px_hub *hub, px_hub_connection *connection, px_signing_in *signing_in,
                    const px_user_data *data) {
    signing_in->identity = px_identity_new(hub, connection, data->id, data->user_info);
    if (!signing_in->identity || !prepare_watchlist(hub, signing_in, data))
        return false;
    if (data->is_watchlist_cut) {
        signing_in->complaint = complaint(hub, connection->app);
        if (!signing_in->complaint)
            return false;
    }
    signing_in->answer = px_event_signed_in(hub, data->text);
    return signing_in->answer != NULL;
}

static void undo(px_hub *hub, px_signing_in *signing_in) {
    px_message_release(signing_in->complaint);
    px_message_release(signing_in->news);
    if (signing_in->identity)
        px_identity_free(hub, signing_in->identity);
}

static void log_signed_in(const px_hub *hub, const px_hub_connection *connection) {
    char id[PX_SOCKET_ID_MAX];
    px_slice socket_id = px_socket_id_text(connection, id);
    px_hub_log(hub, PX_HUB_LOG_DEBUG, "%.*s signed in", PX_PRINT(socket_id));
}

static void sign_in(px_hub *hub, px_hub_connection *connection, const px_user_data *data) {
    px_signing_in signing_in = {0};
    if (!prepare(hub, connection, &signing_in, data)) {
        undo(hub, &signing_in);
        px_connection_close(hub, connection, PX_ERROR_RECONNECT);
        return;
    }
    px_identity *identity = signing_in.identity;
    bool has_come = px_user_sign_in(hub, identity);
    px_connection_authorized(hub, connection);
    px_connection_send(hub, connection, signing_in.answer);
    if (signing_in.complaint)
        px_connection_send(hub, connection, signing_in.complaint);
    if (signing_in.news)
        px_connection_send(hub, connection, signing_in.news);
    log_signed_in(hub, connection);
    if (has_come)
        px_watchlist_user_came(hub, identity->user, identity->watchlist);
}

/* ---- Refusing ---- */

/* Where connections must be authorized, one that failed to be is not worth waiting for. */
static void refuse(px_hub *hub, px_hub_connection *connection, px_slice why) {
    px_connection_complain_text(hub, connection, px_protocol_error_code(PX_ERROR_UNAUTHORIZED),
                                why);
    if (connection->app && connection->app->options.authorized_connections)
        px_connection_close(hub, connection, PX_ERROR_UNAUTHORIZED);
}

void px_signin(px_hub *hub, px_hub_connection *connection, px_slice auth,
               const px_member_value *user_data) {
    px_user_data data = {.text = user_data->text};
    px_protocol_error error;
    px_slice why;
    if (!px_value_is_string(user_data)) {
        px_connection_complain(hub, connection, PX_ERROR_USER_DATA);
        return;
    }
    if (!px_may_sign_in(hub, connection, auth, data.text, &why)) {
        refuse(hub, connection, why);
        return;
    }
    int result = read_user_data(hub, connection->app, &data, &error);
    const px_identity *identity = connection->identity;
    if (result == PX_ERR_SYNTAX)
        px_connection_complain(hub, connection, error);
    else if (result != PX_OK)
        px_connection_close(hub, connection, PX_ERROR_RECONNECT);
    else if (identity && !px_slice_equal(identity->user->id, data.id))
        px_connection_complain(hub, connection, PX_ERROR_OTHER_USER);
    else
        sign_in(hub, connection, &data);
}
