/* The HTTP API's requests about users. */
#include "server/connection.h"
#include "server/http_call.h"
#include "server/user.h"

/* Closes the connections that signed in as the user. Presence alone is not signing in. */
int px_http_terminate_user(px_http_call *call) {
    const px_user *user;
    if (!px_user_id_valid(call->app, call->name))
        return px_http_fail(call, PX_HTTP_BAD_REQUEST, PX_SLICE("Invalid user id"));
    while ((user = px_user_find(call->app, call->name)) && user->identities)
        px_connection_close(call->hub, user->identities->connection, PX_ERROR_TERMINATED);
    px_json_object_begin(&call->answer);
    px_json_object_end(&call->answer);
    return PX_HTTP_OK;
}
