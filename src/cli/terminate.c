/* pusher terminate: ends the connections of a user. */
#include "cli/app.h"
#include "cli/cli.h"

static const px_cli_usage usage = {
    .verb = "terminate",
    .arguments = "[OPTION]... USER_ID",
    .text = "End all connections of a user who is signed in. That he has none is no error.",
    .examples = "  pusher terminate ann",
    .min_arguments = 1,
    .max_arguments = 1,
};

int px_cli_terminate(int argc, char **argv) {
    px_cli_given given = {0};
    const px_cli_group groups[] = {PX_CLI_WHERE_GROUP(&given), PX_CLI_APP_GROUP(&given)};
    size_t arguments;
    int code = px_cli_parse(&usage, groups, PX_CLI_COUNT(groups), argc, argv, &arguments);
    if (code != PX_CLI_GO_ON)
        return code;
    px_cli_settings settings;
    pusher_app *app;
    if (!px_cli_settings_for(&given, PX_CLI_NEED_ALL, &settings) ||
        !px_cli_app_new(&settings, 0, &app))
        return PX_CLI_USAGE;
    pusher_answer answer;
    int result = pusher_app_terminate_user(app, pusher_str(argv[1]), &answer);
    code = px_cli_app_judge(&settings, result, &answer);
    pusher_app_free(app);
    return code;
}
