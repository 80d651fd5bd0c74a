/* What every verb of the `pusher` command shares: its entry and the exit codes. */
#ifndef PX_CLI_CLI_H
#define PX_CLI_CLI_H

/* What the command ends with; documented in pusher(1). */
enum {
    PX_CLI_DONE = 0,
    PX_CLI_FAILED =
        1, /* refused, or it went wrong; the last line on stderr says what and what next */
    PX_CLI_USAGE = 2,         /* the command line makes no sense */
    PX_CLI_INTERRUPTED = 130, /* by Ctrl-C or SIGTERM */
};

/* argv[0] is the verb. Each returns one of the codes above. */
int px_cli_serve(int argc, char **argv);
int px_cli_subscribe(int argc, char **argv);
int px_cli_trigger(int argc, char **argv);
int px_cli_channels(int argc, char **argv);
int px_cli_terminate(int argc, char **argv);
int px_cli_auth(int argc, char **argv);
int px_cli_doctor(int argc, char **argv);
int px_cli_version(int argc, char **argv);

#endif
