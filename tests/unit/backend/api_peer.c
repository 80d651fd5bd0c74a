#include "api_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void answer_each(test_connection *connection, void *context) {
    api_peer *api = context;
    while (api->count < API_MAX_REQUESTS && test_read_request(connection)) {
        char head[256];
        snprintf(api->requests[api->count], API_REQUEST_SIZE, "%s", test_request(connection));
        api->count++;
        api->connection = test_connection_number(connection);
        snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", api->status,
                 strlen(api->body));
        if (!test_send_text(connection, head) || !test_send_text(connection, api->body) ||
            api->closes)
            return;
    }
}

api_peer *api_peer_start(const char *status, const char *body, const pusher_app_options *options) {
    api_peer *api = calloc(1, sizeof *api);
    assert_non_null(api);
    api->status = status;
    api->body = body;
    api->peer = test_peer_start(answer_each, api, NULL, NULL);
    pusher_app_options all = options ? *options : vector_options();
    all.port = test_peer_port(api->peer);
    assert_int_equal(pusher_app_new(&all, &api->app), PUSHER_OK);
    return api;
}

void api_peer_stop(api_peer *api) {
    pusher_app_free(api->app);
    test_peer_stop(api->peer);
    free(api);
}

void expect_request(const api_peer *api, const char *line, const char *body) {
    assert_in_range(api->count, 1, API_MAX_REQUESTS);
    const char *request = api->requests[api->count - 1];
    const char *end = strstr(request, "\r\n\r\n");
    assert_non_null(end);
    assert_string_equal(end + 4, body);
    if (strncmp(request, line, strlen(line)) != 0 || request[strlen(line)] != '?')
        fail_msg("'%.*s' does not begin with '%s?'", (int)strcspn(request, "\r"), request, line);
}
