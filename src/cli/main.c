/* The `pusher` command: finds the verb and runs it. */
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/terminal.h"

#include <signal.h>

typedef struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} verb;

static const verb verbs[] = {
    {"serve", px_cli_serve, "Run a Channels server"},
    {"subscribe", px_cli_subscribe, "Print the events of channels as they come"},
    {"trigger", px_cli_trigger, "Publish an event, or many"},
    {"channels", px_cli_channels, "List the channels, or tell about one"},
    {"terminate", px_cli_terminate, "End the connections of a user"},
    {"auth", px_cli_auth, "Sign a subscription to a private or presence channel, or a user"},
    {"doctor", px_cli_doctor, "Find out why an app can't be reached, or that it can"},
    {"version", px_cli_version, "Print the version"},
};

static const char top[] =
    "Usage: pusher VERB [OPTION]... [ARGUMENT]...\n"
    "\n"
    "Serve, watch and publish events of the Pusher Channels protocol. With no settings at all,\n"
    "every verb talks to a local `pusher serve`.\n";

static const char bottom[] =
    "\n"
    "`pusher VERB --help` tells more about each.\n"
    "\n"
    "Environment: PUSHER_APP_ID, PUSHER_APP_KEY, PUSHER_APP_SECRET, PUSHER_HOST, PUSHER_PORT,\n"
    "PUSHER_SCHEME, PUSHER_APP_CLUSTER, or PUSHER_URL=http://KEY:SECRET@HOST:PORT/apps/ID;\n"
    "PUSHER_ENCRYPTION_MASTER_KEY. Options override the environment. NO_COLOR turns colours off.\n"
    "\n"
    "Exit status: 0 done, 1 refused or failed, 2 usage, 130 interrupted.\n";

static int print_help(void) {
    fputs(top, stdout);
    printf("\n%sVerbs:%s\n", px_cli_colour_on(stdout, PX_CLI_BOLD),
           px_cli_colour_on(stdout, PX_CLI_PLAIN));
    for (size_t i = 0; i < PX_CLI_COUNT(verbs); i++)
        printf("  %-12s%s\n", verbs[i].name, verbs[i].summary);
    fputs(bottom, stdout);
    return px_cli_flush() ? PX_CLI_DONE : PX_CLI_FAILED;
}

static const char *verb_name(const void *words, size_t index) {
    return ((const verb *)words)[index].name;
}

static const verb *find_verb(const char *name) {
    for (size_t i = 0; i < PX_CLI_COUNT(verbs); i++) {
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    }
    return NULL;
}

static int refuse_verb(const char *name) {
    const char *nearest = px_cli_nearest(name, verb_name, verbs, PX_CLI_COUNT(verbs));
    if (nearest)
        px_cli_error("there is no verb '%s'; did you mean %s?", name, nearest);
    else
        px_cli_error("there is no verb '%s'; `pusher --help` lists them", name);
    return PX_CLI_USAGE;
}

static bool is_help(const char *word) {
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

int main(int argc, char **argv) {
    /* A reader that went away is an error of the write, as with files. */
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        px_cli_error("a verb is missing; `pusher --help` lists them");
        return PX_CLI_USAGE;
    }
    if (is_help(argv[1]) && argc == 2)
        return print_help();
    if (is_help(argv[1])) { /* `pusher help VERB` is `pusher VERB --help` */
        static char help[] = "--help";
        argv[1] = argv[2];
        argv[2] = help;
        argc = 3;
    }
    const verb *found = find_verb(strcmp(argv[1], "--version") == 0 ? "version" : argv[1]);
    return found ? found->run(argc - 1, argv + 1) : refuse_verb(argv[1]);
}
