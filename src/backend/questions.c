/* Asking the HTTP API about channels and users, and any other request. */
#include "backend/names.h"
#include "backend/request.h"

enum { MAX_PATH = 8192 };

/* Appends a name, as one part of a path. */
static int add_name(px_buffer *path, px_slice before, px_slice name, px_slice behind) {
    int result = px_buffer_append(path, before);
    if (!result)
        result = px_backend_percent_encode(path, name);
    return result ? result : px_buffer_append(path, behind);
}

/* Asks about one name. `info` may be empty. */
static int ask(pusher_app *app, px_backend_request request, px_slice name, const char *fault,
               px_slice before, px_slice behind, px_slice info, pusher_answer *answer) {
    px_buffer path;
    px_buffer_init(&path, app->allocator, MAX_PATH);
    const px_backend_parameter parameter = {PX_SLICE("info"), info};
    int result =
        fault ? px_answer_refuse_name(app, name, fault) : add_name(&path, before, name, behind);
    request.path = px_buffer_slice(&path);
    request.parameters = &parameter;
    request.parameter_count = info.len > 0;
    result = result ? px_answer_end(app, result, 0, answer)
                    : px_backend_request_send(app, &request, answer);
    px_buffer_free(&path);
    return result;
}

int pusher_app_channels(pusher_app *app, pusher_string prefix, pusher_string info,
                        pusher_answer *answer) {
    px_answer_begin(app);
    px_backend_parameter parameters[2];
    px_backend_request request = {
        .method = PX_SLICE("GET"), .path = PX_SLICE("/channels"), .parameters = parameters};
    if (prefix.len)
        parameters[request.parameter_count++] =
            (px_backend_parameter){PX_SLICE("filter_by_prefix"), px_given(prefix)};
    if (info.len)
        parameters[request.parameter_count++] =
            (px_backend_parameter){PX_SLICE("info"), px_given(info)};
    return px_backend_request_send(app, &request, answer);
}

int pusher_app_channel(pusher_app *app, pusher_string channel, pusher_string info,
                       pusher_answer *answer) {
    px_answer_begin(app);
    px_slice name = px_given(channel);
    const px_backend_request request = {.method = PX_SLICE("GET")};
    return ask(app, request, name, px_backend_channel_fault(name), PX_SLICE("/channels/"),
               PX_SLICE(""), px_given(info), answer);
}

int pusher_app_users(pusher_app *app, pusher_string channel, pusher_answer *answer) {
    px_answer_begin(app);
    px_slice name = px_given(channel);
    const char *fault = px_backend_channel_fault(name);
    if (!fault && !px_backend_is_presence(name))
        fault = "has no users; only presence- channels have";
    const px_backend_request request = {.method = PX_SLICE("GET")};
    return ask(app, request, name, fault, PX_SLICE("/channels/"), PX_SLICE("/users"), PX_SLICE(""),
               answer);
}

int pusher_app_terminate_user(pusher_app *app, pusher_string user_id, pusher_answer *answer) {
    px_answer_begin(app);
    px_slice id = px_given(user_id);
    const px_backend_request request = {.method = PX_SLICE("POST"), .body = PX_SLICE("{}")};
    return ask(app, request, id, px_backend_user_fault(id), PX_SLICE("/users/"),
               PX_SLICE("/terminate_connections"), PX_SLICE(""), answer);
}

/* ---- Any request ---- */

static int send_any(pusher_app *app, px_backend_request request, const pusher_pair *pairs,
                    size_t count, pusher_answer *answer) {
    px_backend_parameter parameters[PX_REQUEST_MAX_PARAMETERS];
    px_answer_begin(app);
    if (count > PX_REQUEST_MAX_PARAMETERS) {
        int result = px_answer_refuse(app, PX_ERR_LIMIT, "%zu parameters are too many; at most %d",
                                      count, PX_REQUEST_MAX_PARAMETERS);
        return px_answer_end(app, result, 0, answer);
    }
    for (size_t i = 0; i < count; i++)
        parameters[i] = (px_backend_parameter){px_given(pairs[i].name), px_given(pairs[i].value)};
    request.parameters = parameters;
    request.parameter_count = count;
    return px_backend_request_send(app, &request, answer);
}

int pusher_app_get(pusher_app *app, pusher_string path, const pusher_pair *parameters, size_t count,
                   pusher_answer *answer) {
    const px_backend_request request = {.method = PX_SLICE("GET"), .path = px_given(path)};
    return send_any(app, request, parameters, count, answer);
}

int pusher_app_post(pusher_app *app, pusher_string path, const pusher_pair *parameters,
                    size_t count, pusher_string body, pusher_answer *answer) {
    const px_backend_request request = {
        .method = PX_SLICE("POST"), .path = px_given(path), .body = px_given(body)};
    return send_any(app, request, parameters, count, answer);
}
