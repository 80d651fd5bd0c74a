/* Reads a command line by tables, and prints --help from the same tables.
 *
 * --name VALUE, --name=VALUE, -x VALUE and flags; options and arguments may be mixed; `--` ends the
 * options, and a lone `-` is an argument. */
#ifndef PX_CLI_OPTIONS_H
#define PX_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PX_CLI_LIST_MAX = 64 };

typedef struct px_cli_list {
    const char *items[PX_CLI_LIST_MAX];
    size_t count;
} px_cli_list;

typedef enum px_cli_kind {
    PX_CLI_FLAG,   /* bool */
    PX_CLI_TEXT,   /* const char *; not empty; the last one counts */
    PX_CLI_NUMBER, /* uint32_t in minimum..maximum; the last one counts */
    PX_CLI_LIST,   /* px_cli_list; may be repeated */
} px_cli_kind;

typedef struct px_cli_option {
    const char *name; /* without the dashes */
    char letter;      /* of the short form, or 0 */
    px_cli_kind kind;
    size_t offset;     /* of the value in the group's target */
    const char *value; /* what --help calls the value; NULL with a flag */
    const char *help;
    uint32_t minimum, maximum; /* of a number */
} px_cli_option;

/* Options under one heading, and the struct that they fill in. */
typedef struct px_cli_group {
    const char *title;
    const px_cli_option *options;
    size_t count;
    void *target;
} px_cli_group;

#define PX_CLI_COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef struct px_cli_usage {
    const char *verb;
    const char *arguments; /* "[OPTION]... CHANNEL..." */
    const char *text;      /* what it does, in a few lines */
    const char *examples;  /* indented lines, below the options */
    size_t min_arguments, max_arguments;
} px_cli_usage;

enum { PX_CLI_GO_ON = -1 };

/* Fills in the groups' targets (what is not given stays as it is) and moves the arguments to the
 * front of argv, from argv[1] on; *arguments is their number. PX_CLI_GO_ON, or the code to exit
 * with: help was asked for and printed, or the command line was wrong and stderr says how. */
int px_cli_parse(const px_cli_usage *usage, const px_cli_group *groups, size_t group_count,
                 int argc, char **argv, size_t *arguments);

/* Of `count` words, reached by name(words, index), the one most like `word`, or NULL when none is.
 */
const char *px_cli_nearest(const char *word, const char *(*name)(const void *words, size_t index),
                           const void *words, size_t count);

#endif
