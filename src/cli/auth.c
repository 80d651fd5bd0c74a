/* pusher auth: what an application's endpoints answer. */
#include "backend/names.h"
#include "cli/app.h"
#include "cli/cli.h"
#include "cli/terminal.h"

static const px_cli_usage usage = {
    .verb = "auth",
    .arguments = "[OPTION]... SOCKET_ID CHANNEL [CHANNEL_DATA]\n"
                 "       pusher auth [OPTION]... --user SOCKET_ID USER_DATA",
    .text = "Sign a subscription to a private or presence channel, or say who the user is, and\n"
            "print the JSON that an application's endpoint would answer. CHANNEL_DATA, JSON with\n"
            "a user_id, is for presence channels; USER_DATA is JSON with an id. Encrypted\n"
            "channels take the master key. It asks no server.",
    .examples = "  pusher auth 1234.5678 private-orders\n"
                "  pusher auth 1234.5678 presence-lobby '{\"user_id\":\"ann\"}'\n"
                "  pusher auth --user 1234.5678 '{\"id\":\"ann\",\"watchlist\":[\"bob\"]}'",
    .min_arguments = 2,
    .max_arguments = 3,
};

typedef struct auth_options {
    bool user;
} auth_options;

static const px_cli_option own_options[] = {
    {.name = "user",
     .kind = PX_CLI_FLAG,
     .offset = offsetof(auth_options, user),
     .help = "Sign who the user is, for signing in."},
};

static int sign(pusher_app *app, bool user, char **argv, const char *channel_data,
                pusher_answer *answer) {
    const pusher_string socket_id = pusher_str(argv[1]), second = pusher_str(argv[2]);
    return user ? pusher_app_authenticate(app, socket_id, second, answer)
                : pusher_app_authorize(app, socket_id, second, pusher_str(channel_data), answer);
}

/* Only users who are signed in enter a presence channel without data, and they are seldom meant. */
static bool check(bool user, const char *channel, const char *channel_data) {
    if (user && channel_data)
        px_cli_error("--user takes SOCKET_ID and USER_DATA, not more");
    else if (!user && !channel_data && px_backend_is_presence(px_slice_of_text(channel)))
        px_cli_error("a presence channel needs CHANNEL_DATA such as '{\"user_id\":\"ann\"}'; '' is "
                     "for users who are signed in");
    else
        return true;
    return false;
}

int px_cli_auth(int argc, char **argv) {
    px_cli_given given = {0};
    auth_options own = {0};
    const px_cli_group groups[] = {
        {"Options:", own_options, PX_CLI_COUNT(own_options), &own},
        PX_CLI_ENCRYPTION_GROUP(&given),
        PX_CLI_APP_GROUP(&given),
    };
    size_t arguments;
    int code = px_cli_parse(&usage, groups, PX_CLI_COUNT(groups), argc, argv, &arguments);
    if (code != PX_CLI_GO_ON)
        return code;
    const char *channel_data = arguments > 2 ? argv[3] : NULL;
    px_cli_settings settings;
    pusher_app *app;
    if (!check(own.user, argv[2], channel_data) ||
        !px_cli_settings_for(&given, PX_CLI_NEED_KEY | PX_CLI_NEED_SECRET, &settings) ||
        !px_cli_app_new(&settings, 0, &app))
        return PX_CLI_USAGE;
    pusher_answer answer;
    int result = sign(app, own.user, argv, channel_data, &answer);
    code = px_cli_app_judge(&settings, result, &answer);
    if (code == PX_CLI_DONE)
        code = px_cli_app_print(&answer);
    pusher_app_free(app);
    return code;
}
