/* pusher channels: what the HTTP API tells about channels, as a table. */
#include "backend/names.h"
#include "cli/app.h"
#include "cli/cli.h"
#include "cli/terminal.h"
#include "driver/memory.h"
#include "json/reader.h"

enum { MAX_ANSWER = 64 << 20, MAX_COLUMNS = 8, GAP = 2 };

static const px_cli_usage usage = {
    .verb = "channels",
    .arguments = "[OPTION]... [NAME]",
    .text = "List the channels that somebody is subscribed to, or tell about one of them.",
    .examples = "  pusher channels\n"
                "  pusher channels --prefix presence-\n"
                "  pusher channels presence-lobby --users",
    .min_arguments = 0,
    .max_arguments = 1,
};

typedef struct channels_options {
    const char *prefix;
    const char *info;
    bool users;
    bool json;
} channels_options;

static const px_cli_option own_options[] = {
    {.name = "prefix",
     .kind = PX_CLI_TEXT,
     .offset = offsetof(channels_options, prefix),
     .value = "PREFIX",
     .help = "List only channels whose names begin like this."},
    {.name = "info",
     .kind = PX_CLI_TEXT,
     .offset = offsetof(channels_options, info),
     .value = "LIST",
     .help = "Ask for user_count (presence channels), subscription_count,\n"
             "cache (of one cache channel). Default: user_count where it is\n"
             "to be had."},
    {.name = "users",
     .kind = PX_CLI_FLAG,
     .offset = offsetof(channels_options, users),
     .help = "List the users of the presence channel NAME."},
    {.name = "json",
     .kind = PX_CLI_FLAG,
     .offset = offsetof(channels_options, json),
     .help = "Print the server's answer as it is."},
};

/* ---- The answer, as tables ---- */

/* The columns behind the name: the attributes that were asked for. */
typedef struct channel_table {
    px_slice columns[MAX_COLUMNS];
    size_t column_count;
    size_t name_width;
} channel_table;

static bool table_init(channel_table *table, const char *info) {
    *table = (channel_table){.name_width = strlen("CHANNEL")};
    while (info && *info) {
        if (table->column_count == MAX_COLUMNS)
            return false;
        size_t length = strcspn(info, ",");
        table->columns[table->column_count++] = px_slice_of(info, length);
        info += length + (info[length] == ',');
    }
    return true;
}

/* Called for each channel; `values` has a text for each column, empty where the channel has none.
 */
typedef void row_function(channel_table *table, px_slice name, const px_slice *values);

static void measure_row(channel_table *table, px_slice name, const px_slice *values) {
    (void)values;
    size_t width = px_cli_text_width(name);
    if (width > table->name_width)
        table->name_width = width;
}

static void print_row(channel_table *table, px_slice name, const px_slice *values) {
    px_cli_print_text(stdout, name);
    if (table->column_count > 0)
        printf("%*s", (int)(table->name_width - px_cli_text_width(name)), "");
    for (size_t i = 0; i < table->column_count; i++) {
        int padding = (int)table->columns[i].len - (int)px_cli_text_width(values[i]);
        printf("%*s", GAP + (padding > 0 ? padding : 0), "");
        px_cli_print_text(stdout, values[i].len > 0 ? values[i] : PX_SLICE("-"));
    }
    putchar('\n');
}

static void print_head(channel_table *table) {
    if (table->column_count == 0)
        return;
    printf("%s", px_cli_colour_on(stdout, PX_CLI_BOLD));
    print_row(table, PX_SLICE("CHANNEL"), table->columns);
    printf("%s", px_cli_colour_on(stdout, PX_CLI_PLAIN));
}

/* Reads the attributes of one channel; the reader stands before its object. */
static bool read_values(px_json_reader *reader, const channel_table *table, px_slice *values) {
    if (px_json_next(reader) != PX_JSON_OBJECT_BEGIN)
        return false;
    px_json_token token;
    while ((token = px_json_next(reader)) == PX_JSON_KEY) {
        px_slice key = reader->text, value;
        if (!px_json_raw(reader, px_json_next(reader), &value))
            return false;
        for (size_t i = 0; i < table->column_count; i++) {
            if (px_slice_equal(table->columns[i], key))
                values[i] = value;
        }
    }
    return token == PX_JSON_OBJECT_END;
}

/* Moves the reader to the value of the member `name` of the answer, an object. */
static bool find_member(px_json_reader *reader, px_slice answer, px_slice name) {
    px_json_reader_init(reader, answer);
    if (px_json_next(reader) != PX_JSON_OBJECT_BEGIN)
        return false;
    while (px_json_next(reader) == PX_JSON_KEY) {
        if (px_slice_equal(reader->text, name))
            return true;
        if (!px_json_skip(reader, PX_JSON_KEY))
            return false;
    }
    return false;
}

/* {"channels":{"NAME":{"user_count":1}}} */
static bool each_channel(px_slice answer, channel_table *table, row_function *row, size_t *count) {
    px_json_reader reader;
    if (!find_member(&reader, answer, PX_SLICE("channels")))
        return false;
    px_json_token token = px_json_next(&reader);
    if (token == PX_JSON_ARRAY_BEGIN) /* some servers' way to write "none" */
        return px_json_next(&reader) == PX_JSON_ARRAY_END;
    if (token != PX_JSON_OBJECT_BEGIN)
        return false;
    while ((token = px_json_next(&reader)) == PX_JSON_KEY) {
        px_slice name = reader.text; /* names hold no character that needs an escape */
        px_slice values[MAX_COLUMNS] = {{NULL, 0}};
        if (!read_values(&reader, table, values))
            return false;
        row(table, name, values);
        ++*count;
    }
    return token == PX_JSON_OBJECT_END;
}

static bool print_channels(px_slice answer, const char *info) {
    channel_table table;
    size_t count = 0;
    if (!table_init(&table, info) || !each_channel(answer, &table, measure_row, &count))
        return false;
    if (count == 0) {
        px_cli_note("no channel has a subscriber");
        return true;
    }
    print_head(&table);
    return each_channel(answer, &table, print_row, &count);
}

/* Prints the id where one comes next: a string, or a number from some servers. */
static bool print_id(px_json_reader *reader, px_buffer *scratch) {
    px_json_token token = px_json_next(reader);
    px_buffer_clear(scratch);
    if ((token != PX_JSON_STRING && token != PX_JSON_NUMBER) ||
        px_json_unescape(reader->text, scratch) != PX_OK)
        return false;
    px_cli_print_text(stdout, px_buffer_slice(scratch));
    putchar('\n');
    return true;
}

/* {"users":[{"id":"1"}]} */
static bool read_users(px_slice answer, px_buffer *scratch) {
    px_json_reader reader;
    if (!find_member(&reader, answer, PX_SLICE("users")) ||
        px_json_next(&reader) != PX_JSON_ARRAY_BEGIN)
        return false;
    px_json_token token;
    while ((token = px_json_next(&reader)) == PX_JSON_OBJECT_BEGIN) {
        while ((token = px_json_next(&reader)) == PX_JSON_KEY) {
            bool is_id = px_slice_equal(reader.text, PX_SLICE("id"));
            if (is_id ? !print_id(&reader, scratch) : !px_json_skip(&reader, token))
                return false;
        }
        if (token != PX_JSON_OBJECT_END)
            return false;
    }
    return token == PX_JSON_ARRAY_END;
}

static bool print_users(px_slice answer) {
    px_buffer scratch;
    px_buffer_init(&scratch, &px_malloc_allocator, MAX_ANSWER);
    bool understood = read_users(answer, &scratch);
    px_buffer_free(&scratch);
    return understood;
}

/* {"occupied":true,"user_count":1}, as one line for each member. */
static bool print_channel(px_slice answer) {
    px_json_reader reader;
    px_json_reader_init(&reader, answer);
    if (px_json_next(&reader) != PX_JSON_OBJECT_BEGIN)
        return false;
    px_json_token token;
    while ((token = px_json_next(&reader)) == PX_JSON_KEY) {
        px_slice key = reader.text, value;
        if (!px_json_raw(&reader, px_json_next(&reader), &value))
            return false;
        px_cli_print_text(stdout, key);
        printf("%*s", key.len < 20 ? (int)(20 - key.len) : 1, "");
        px_cli_print_text(stdout, value);
        putchar('\n');
    }
    return token == PX_JSON_OBJECT_END;
}

/* ---- The request ---- */

static bool check(const channels_options *own, const char *name) {
    if (own->users && !name)
        px_cli_error("--users needs the NAME of a presence channel");
    else if (own->users && own->info)
        px_cli_error("--users and --info are two different questions");
    else if (own->prefix && name)
        px_cli_error("--prefix is for the list of channels, not for one of them");
    else
        return true;
    return false;
}

/* What to ask for: user_count is an error on anything but presence channels. */
static const char *wanted_info(const channels_options *own, const char *name) {
    const char *prefix = name ? name : own->prefix;
    if (own->info || own->users)
        return own->info;
    return prefix && px_backend_is_presence(px_slice_of_text(prefix)) ? "user_count" : NULL;
}

static int ask(pusher_app *app, const channels_options *own, const char *name, const char *info,
               pusher_answer *answer) {
    if (!name)
        return pusher_app_channels(app, pusher_str(own->prefix), pusher_str(info), answer);
    return own->users ? pusher_app_users(app, pusher_str(name), answer)
                      : pusher_app_channel(app, pusher_str(name), pusher_str(info), answer);
}

static bool print_answer(px_slice answer, const channels_options *own, const char *name,
                         const char *info) {
    if (own->json) {
        px_cli_print_json(stdout, answer);
        putchar('\n');
        return true;
    }
    if (own->users)
        return print_users(answer);
    return name ? print_channel(answer) : print_channels(answer, info);
}

int px_cli_channels(int argc, char **argv) {
    px_cli_given given = {0};
    channels_options own = {0};
    const px_cli_group groups[] = {
        {"Options:", own_options, PX_CLI_COUNT(own_options), &own},
        PX_CLI_WHERE_GROUP(&given),
        PX_CLI_APP_GROUP(&given),
    };
    size_t arguments;
    int code = px_cli_parse(&usage, groups, PX_CLI_COUNT(groups), argc, argv, &arguments);
    if (code != PX_CLI_GO_ON)
        return code;
    const char *name = arguments > 0 ? argv[1] : NULL;
    px_cli_settings settings;
    if (!check(&own, name) || !px_cli_settings_for(&given, PX_CLI_NEED_ALL, &settings))
        return PX_CLI_USAGE;
    pusher_app *app;
    if (!px_cli_app_new(&settings, 0, &app))
        return PX_CLI_USAGE;
    const char *info = wanted_info(&own, name);
    pusher_answer answer;
    code = px_cli_app_judge(&settings, ask(app, &own, name, info, &answer), &answer);
    if (code == PX_CLI_DONE &&
        !print_answer(px_slice_of(answer.body.ptr, answer.body.len), &own, name, info)) {
        px_cli_error("the answer is not what the HTTP API documents; see it with --json");
        code = PX_CLI_FAILED;
    }
    pusher_app_free(app);
    return code == PX_CLI_DONE && !px_cli_flush() ? PX_CLI_FAILED : code;
}
