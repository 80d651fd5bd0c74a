#include "server/host_demo.h"

#include "server/dev_auth.h"
#include "server/dev_origin.h"
#include "json/writer.h"

#define NO_STORE "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"

/* The app with the default credentials, for who may use it. NULL: there is none, or not for them. */
static const px_app_options *app_of(const px_demo_call *call) {
    const px_server_options *options = &call->server->options;
    for (size_t i = 0; call->is_local && i < options->app_count; i++)
        if (px_server_app_is_default(&options->apps[i]))
            return &options->apps[i];
    return NULL;
}

px_host_answer px_demo_settings(const px_demo_call *call) {
    px_server *server = call->server;
    px_buffer *out = &server->scratch;
    const px_app_options *app = app_of(call);
    bool has_dev_auth = call->is_local && server->options.dev_auth;
    px_json_writer json;
    px_buffer_clear(out);
    int result = px_buffer_append(out, PX_SLICE("const settings = "));
    px_json_writer_init(&json, out);
    px_json_object_begin(&json);
    px_json_member(&json, PX_SLICE("version"), PX_SLICE(PUSHER_VERSION_TEXT));
    px_json_member(&json, PX_SLICE("key"), app ? app->key : PX_SLICE(""));
    px_json_member(&json, PX_SLICE("auth"),
                   app            ? PX_SLICE("auth")
                   : has_dev_auth ? PX_SLICE("../pusher/auth")
                                  : PX_SLICE(""));
    px_json_member(&json, PX_SLICE("publish"), app ? PX_SLICE("publish") : PX_SLICE(""));
    px_json_object_end(&json);
    if (result == PX_OK)
        result = px_json_writer_finish(&json);
    if (result == PX_OK)
        result = px_buffer_append(out, PX_SLICE(";\n"));
    if (result != PX_OK)
        return px_host_error(server, 500, PX_SLICE("The server is out of memory."));
    return (px_host_answer){.status = 200,
                            .content_type = "text/javascript; charset=utf-8",
                            .headers = PX_SLICE(NO_STORE),
                            .body = px_buffer_slice(out)};
}

/* NULL, or why not. */
static const char *refusal_of(const px_demo_call *call) {
    if (!app_of(call))
        return "The pages may do this only with the app that has the default credentials, and only "
               "on "
               "the server's own machine. Start `pusher serve` without an app of your own.";
    px_dev_asker asker = px_dev_asker_of(call->head);
    return px_dev_refusal(&asker);
}

static px_host_answer refuse(const px_demo_call *call, const char *why) {
    px_host_answer answer = px_host_error(call->server, 403, px_slice_of_text(why));
    answer.headers = PX_SLICE(NO_STORE);
    return answer;
}

px_host_answer px_demo_authorize(const px_demo_call *call) {
    px_server *server = call->server;
    const char *why = refusal_of(call);
    if (why)
        return refuse(call, why);
    px_dev_auth_request request = {.fields = call->body, .asker = px_dev_asker_of(call->head)};
    px_host_answer answer = {.headers = PX_SLICE(NO_STORE)};
    px_buffer_clear(&server->scratch);
    answer.status = px_dev_auth(app_of(call), 1, &request, &server->arena, &server->scratch,
                                &answer.content_type);
    answer.body = px_buffer_slice(&server->scratch);
    return answer;
}

px_host_answer px_demo_publish(const px_demo_call *call) {
    px_server *server = call->server;
    const char *why = refusal_of(call);
    if (why)
        return refuse(call, why);
    px_buffer_clear(&server->scratch);
    px_http_response response = {.body = &server->scratch};
    px_hub_publish(server->hub, app_of(call)->id, call->body, &response);
    return (px_host_answer){.status = response.status,
                            .content_type = response.content_type,
                            .headers = PX_SLICE(NO_STORE),
                            .body = px_buffer_slice(&server->scratch)};
}
