/* pusher version. */
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/terminal.h"

#include <pusher/pusher.h>

static const px_cli_usage usage = {
    .verb = "version",
    .arguments = "",
    .text = "Print the version.",
};

int px_cli_version(int argc, char **argv) {
    size_t arguments;
    const px_cli_group none = {"Options:", NULL, 0, NULL};
    int code = px_cli_parse(&usage, &none, 1, argc, argv, &arguments);
    if (code != PX_CLI_GO_ON)
        return code;
    printf("pusher %s\n", pusher_version());
    return px_cli_flush() ? PX_CLI_DONE : PX_CLI_FAILED;
}
