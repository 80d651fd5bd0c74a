/* Reads a command line by tables. */
#include "cli/options.h"
#include "base/slice.h"
#include "cli/cli.h"
#include "cli/terminal.h"

#include <stdio.h>

static const px_cli_option help_option = {
    .name = "help", .letter = 'h', .kind = PX_CLI_FLAG, .help = "Print this help."};

typedef struct command_line {
    const px_cli_usage *usage;
    const px_cli_group *groups;
    size_t group_count;
    int argc;
    char **argv;
    int next;         /* the index in argv that is read next */
    size_t arguments; /* moved to the front so far */
} command_line;

/* ---- Help ---- */

enum { HELP_COLUMN = 30 };

static void print_option(const px_cli_option *option) {
    char left[64];
    int width =
        snprintf(left, sizeof left, "  %c%c%c --%s%s%s", option->letter ? '-' : ' ',
                 option->letter ? option->letter : ' ', option->letter ? ',' : ' ', option->name,
                 option->value ? " " : "", option->value ? option->value : "");
    if (width >= HELP_COLUMN)
        printf("%s\n%*s", left, HELP_COLUMN, "");
    else
        printf("%-*s", HELP_COLUMN, left);
    for (const char *c = option->help; *c; c++) {
        putchar(*c);
        if (*c == '\n')
            printf("%*s", HELP_COLUMN, "");
    }
    putchar('\n');
}

static void print_title(const char *title) {
    printf("\n%s%s%s\n", px_cli_colour_on(stdout, PX_CLI_BOLD), title,
           px_cli_colour_on(stdout, PX_CLI_PLAIN));
}

static void print_help(const command_line *line) {
    const px_cli_usage *usage = line->usage;
    printf("Usage: pusher %s %s\n\n%s\n", usage->verb, usage->arguments, usage->text);
    for (size_t i = 0; i < line->group_count; i++) {
        print_title(line->groups[i].title);
        for (size_t j = 0; j < line->groups[i].count; j++)
            print_option(&line->groups[i].options[j]);
        if (i == 0)
            print_option(&help_option);
    }
    if (usage->examples) {
        print_title("Examples:");
        printf("%s\n", usage->examples);
    }
}

/* ---- Complaints ---- */

static int refuse(const command_line *line) {
    fprintf(stderr, "Try `pusher %s --help`.\n", line->usage->verb);
    return PX_CLI_USAGE;
}

static const char *option_name(const void *words, size_t index) {
    const command_line *line = (const command_line *)words;
    for (size_t i = 0; i < line->group_count; i++) {
        if (index < line->groups[i].count)
            return line->groups[i].options[index].name;
        index -= line->groups[i].count;
    }
    return help_option.name;
}

static int refuse_unknown(const command_line *line, const char *text) {
    size_t count = 1;
    for (size_t i = 0; i < line->group_count; i++)
        count += line->groups[i].count;
    const char *nearest = NULL;
    if (text[1] == '-') {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(text + 2, "="), text + 2);
        nearest = px_cli_nearest(name, option_name, line, count);
    }
    if (nearest)
        px_cli_error("%s has no option %s; did you mean --%s?", line->usage->verb, text, nearest);
    else
        px_cli_error("%s has no option %s (put -- before it if it is no option)", line->usage->verb,
                     text);
    return refuse(line);
}

/* ---- Options ---- */

/* Finds the option that `text`, "--name[=value]" or "-x", names; *target is its group's,
 * *inline_value what follows the "=", or NULL. */
static const px_cli_option *find_option(const command_line *line, const char *text, void **target,
                                        const char **inline_value) {
    bool is_long = text[1] == '-';
    size_t length = is_long ? strcspn(text + 2, "=") : 0;
    *inline_value = is_long && text[2 + length] == '=' ? text + 2 + length + 1 : NULL;
    for (size_t i = 0; i < line->group_count; i++) {
        for (size_t j = 0; j < line->groups[i].count; j++) {
            const px_cli_option *option = &line->groups[i].options[j];
            bool found = is_long ? strlen(option->name) == length &&
                                       strncmp(option->name, text + 2, length) == 0
                                 : option->letter && option->letter == text[1] && !text[2];
            if (found) {
                *target = line->groups[i].target;
                return option;
            }
        }
    }
    return NULL;
}

static bool is_help(const char *text) {
    return strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0;
}

static int set_number(const command_line *line, const px_cli_option *option, const char *value,
                      uint32_t *target) {
    uint64_t number;
    if (!px_slice_to_u64(px_slice_of_text(value), &number) || number < option->minimum ||
        number > option->maximum) {
        px_cli_error("--%s takes a number from %lu to %lu, not '%s'", option->name,
                     (unsigned long)option->minimum, (unsigned long)option->maximum, value);
        return refuse(line);
    }
    *target = (uint32_t)number;
    return PX_CLI_GO_ON;
}

static int add_to_list(const command_line *line, const px_cli_option *option, const char *value,
                       px_cli_list *list) {
    if (list->count == PX_CLI_LIST_MAX) {
        px_cli_error("--%s can be given %d times, not more", option->name, PX_CLI_LIST_MAX);
        return refuse(line);
    }
    list->items[list->count++] = value;
    return PX_CLI_GO_ON;
}

static int set_option(const command_line *line, const px_cli_option *option, void *target,
                      const char *value) {
    void *place = (char *)target + option->offset;
    switch (option->kind) {
    case PX_CLI_FLAG:
        *(bool *)place = true;
        return PX_CLI_GO_ON;
    case PX_CLI_TEXT:
        *(const char **)place = value;
        return PX_CLI_GO_ON;
    case PX_CLI_NUMBER:
        return set_number(line, option, value, (uint32_t *)place);
    case PX_CLI_LIST:
        return add_to_list(line, option, value, (px_cli_list *)place);
    }
    return PX_CLI_USAGE;
}

static int read_option(command_line *line, const char *text) {
    void *target;
    const char *value;
    const px_cli_option *option = find_option(line, text, &target, &value);
    if (!option)
        return refuse_unknown(line, text);
    if (option->kind == PX_CLI_FLAG && value) {
        px_cli_error("--%s takes no value", option->name);
        return refuse(line);
    }
    if (option->kind != PX_CLI_FLAG) {
        if (!value && line->next < line->argc)
            value = line->argv[line->next++];
        if (!value || !*value) {
            px_cli_error("--%s needs a value: --%s %s", option->name, option->name, option->value);
            return refuse(line);
        }
    }
    return set_option(line, option, target, value);
}

static int check_arguments(const command_line *line) {
    const px_cli_usage *usage = line->usage;
    if (line->arguments >= usage->min_arguments && line->arguments <= usage->max_arguments)
        return PX_CLI_GO_ON;
    if (line->arguments < usage->min_arguments)
        px_cli_error("something is missing: pusher %s %s", usage->verb, usage->arguments);
    else
        px_cli_error("'%s' is too much: pusher %s %s", line->argv[usage->max_arguments + 1],
                     usage->verb, usage->arguments);
    return refuse(line);
}

int px_cli_parse(const px_cli_usage *usage, const px_cli_group *groups, size_t group_count,
                 int argc, char **argv, size_t *arguments) {
    command_line line = {usage, groups, group_count, argc, argv, 1, 0};
    bool options_ended = false;
    while (line.next < argc) {
        char *text = argv[line.next++];
        if (options_ended || text[0] != '-' || !text[1]) {
            argv[++line.arguments] = text;
        } else if (strcmp(text, "--") == 0) {
            options_ended = true;
        } else if (is_help(text)) {
            print_help(&line);
            return px_cli_flush() ? PX_CLI_DONE : PX_CLI_FAILED;
        } else {
            int code = read_option(&line, text);
            if (code != PX_CLI_GO_ON)
                return code;
        }
    }
    *arguments = line.arguments;
    return check_arguments(&line);
}
