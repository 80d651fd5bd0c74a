/* What an application's server does: it answers its authorization endpoint, publishes events, and
 * verifies the webhooks that come in.
 *
 *     server_side authorize SOCKET_ID CHANNEL USER_ID      prints what the endpoint answers
 *     server_side trigger CHANNEL EVENT DATA
 *     server_side webhook KEY SIGNATURE [CONTENT_TYPE]     reads the request's body from stdin
 *
 * A web framework has the rest: cookies that say who the user is, headers, bodies. */
#include <pusher/server.h>

#include <stdio.h>

/* The two arguments that "%.*s" wants. */
#define TEXT(string) (int)(string).len, (string).len ? (string).ptr : ""

/* The app that the environment names (PUSHER_APP_ID, PUSHER_HOST and so on), or that of a local
 * `pusher serve`. */
static int new_app(pusher_app **app) {
    char why[256];
    pusher_app_options options = PUSHER_APP_OPTIONS_INIT;
    int result = pusher_app_options_from_environment(&options, why, sizeof why);
    if (!result && !options.host.len && !options.cluster.len) {
        options.host = pusher_str("127.0.0.1");
        options.port = 6001;
        options.plain = true;
    }
    if (!result && !options.key.len) {
        options.id = pusher_str("app-id");
        options.key = pusher_str("app-key");
        options.secret = pusher_str("app-secret");
    }
    if (!result)
        result = pusher_app_options_check(&options, why, sizeof why);
    if (result)
        fprintf(stderr, "%s\n", why);
    return result ? result : pusher_app_new(&options, app);
}

/* The endpoint that clients ask before they enter a channel. Who the user is, the application
 * knows; what he may enter, it decides. */
static int authorize(pusher_app *app, const char *socket_id, const char *channel,
                     const char *user_id) {
    char data[256] = "";
    if (strncmp(channel, "presence-", 9) == 0)
        snprintf(data, sizeof data, "{\"user_id\":\"%s\"}", user_id);
    if (strcmp(channel, "private-for-bob") == 0 && strcmp(user_id, "bob") != 0) {
        printf("403\n");
        return PUSHER_OK;
    }
    pusher_answer answer;
    int result = pusher_app_authorize(app, pusher_str(socket_id), pusher_str(channel),
                                      pusher_str(data), &answer);
    if (result)
        fprintf(stderr, "%s\n", answer.error);
    printf("%d\n%.*s\n", answer.status, TEXT(answer.body));
    return result;
}

static int trigger(pusher_app *app, const char *channel, const char *event, const char *data) {
    pusher_answer answer;
    int result =
        pusher_app_trigger(app, pusher_str(channel), pusher_str(event), pusher_str(data), &answer);
    if (result)
        fprintf(stderr, "%s\n", answer.error);
    return result;
}

/* The status to answer a webhook with: what is not signed with our secret is not believed. */
static int read_webhook(pusher_app *app, const char *key, const char *signature, const char *type) {
    static char body[1 << 16];
    const pusher_webhook_request request = {
        .key = pusher_str(key),
        .signature = pusher_str(signature),
        .content_type = pusher_str(type),
        .body = {body, fread(body, 1, sizeof body, stdin)},
    };
    pusher_webhook *webhook;
    int result = pusher_app_read_webhook(app, &request, NULL, 0, &webhook);
    if (result) {
        printf("%d\n", result == PUSHER_ERR_REFUSED ? 401 : 400);
        return result;
    }
    printf("200\n");
    size_t cursor = 0;
    for (pusher_webhook_event event; pusher_webhook_next(webhook, &cursor, &event);)
        printf("%.*s %.*s %.*s\n", TEXT(event.name), TEXT(event.channel), TEXT(event.user_id));
    pusher_webhook_free(webhook);
    return PUSHER_OK;
}

int main(int argc, char **argv) {
    pusher_app *app;
    int result = PUSHER_ERR_ARGUMENT;
    if (argc < 4 || new_app(&app))
        return 2;
    if (strcmp(argv[1], "authorize") == 0 && argc == 5)
        result = authorize(app, argv[2], argv[3], argv[4]);
    else if (strcmp(argv[1], "trigger") == 0 && argc == 5)
        result = trigger(app, argv[2], argv[3], argv[4]);
    else if (strcmp(argv[1], "webhook") == 0)
        result = read_webhook(app, argv[2], argv[3], argc > 4 ? argv[4] : "");
    pusher_app_free(app);
    return result ? 1 : 0;
}
