/* Authorizes this process's own subscriptions. */
#include "cli/local_authorizer.h"
#include "backend/names.h"
#include "backend/signing.h"
#include "base/wipe.h"
#include "driver/memory.h"
#include "json/writer.h"

#include <stdio.h>
#include <unistd.h>

enum { MAX_AUTH = 1 << 20 };

/* {"user_id":"...","user_info":...} */
static int write_user(const px_cli_local_authorizer *who, px_buffer *out) {
    char fallback[32];
    snprintf(fallback, sizeof fallback, "cli-%ld", (long)getpid());
    px_json_writer writer;
    px_json_writer_init(&writer, out);
    px_json_object_begin(&writer);
    px_json_member(&writer, PX_SLICE("user_id"),
                   px_slice_of_text(who->user_id ? who->user_id : fallback));
    px_json_key(&writer, PX_SLICE("user_info"));
    px_json_raw_value(&writer, px_slice_of_text(who->user_info ? who->user_info : "{}"));
    px_json_object_end(&writer);
    return px_json_writer_finish(&writer);
}

/* Says yes, with the channel's key where it has one. Errors as pusher_authorization_succeed,
 * PX_ERR_ARGUMENT: there is no master key to make it of. */
static int answer(pusher_authorization *question, const px_cli_local_authorizer *who,
                  px_slice channel, pusher_string auth, pusher_string user) {
    char secret[PX_CHANNEL_SECRET_LENGTH];
    if (!px_backend_is_encrypted(channel))
        return pusher_authorization_succeed(question, auth, user);
    int result =
        who->has_master_key ? px_channel_secret(channel, who->master_key, secret) : PX_ERR_ARGUMENT;
    if (result == PX_OK)
        result = pusher_authorization_succeed_encrypted(question, auth,
                                                        (pusher_string){secret, sizeof secret});
    px_wipe(secret, sizeof secret);
    return result;
}

void px_cli_authorize_locally(pusher_authorization *question, pusher_client *client,
                              pusher_string channel_name, pusher_string socket_id, void *context) {
    (void)client;
    const px_cli_local_authorizer *who = (const px_cli_local_authorizer *)context;
    px_slice channel = px_slice_of(channel_name.ptr, channel_name.len);
    px_buffer auth, user;
    px_buffer_init(&auth, &px_malloc_allocator, MAX_AUTH);
    px_buffer_init(&user, &px_malloc_allocator, MAX_AUTH);
    int result = px_backend_is_presence(channel) ? write_user(who, &user) : PX_OK;
    const px_credentials by = {px_slice_of_text(who->key), px_slice_of_text(who->secret)};
    if (result == PX_OK)
        result = px_backend_sign_channel(&by, px_slice_of(socket_id.ptr, socket_id.len), channel,
                                         px_buffer_slice(&user), &auth);
    if (result == PX_OK)
        result = answer(question, who, channel, (pusher_string){auth.data, auth.len},
                        (pusher_string){user.data, user.len});
    if (result != PX_OK)
        pusher_authorization_fail(question, 0, pusher_str(pusher_result_text(result)));
    px_buffer_free(&auth);
    px_buffer_free(&user);
}
