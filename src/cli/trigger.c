/* pusher trigger: publishes events through the HTTP API. */
#include "base/buffer.h"
#include "cli/app.h"
#include "cli/cli.h"
#include "cli/terminal.h"
#include "cli/trigger_batch.h"
#include "driver/memory.h"

enum { MAX_DATA = 1 << 20, READ_SIZE = 4096 };

static const px_cli_usage usage = {
    .verb = "trigger",
    .arguments = "[OPTION]... CHANNEL EVENT DATA\n"
                 "       pusher trigger [OPTION]... --to-user ID EVENT DATA\n"
                 "       pusher trigger [OPTION]... --batch",
    .text = "Publish an event to a channel, or to a user who is signed in. DATA is usually JSON,\n"
            "and is sent as it is; `-` reads it from standard input. What goes to encrypted\n"
            "channels is encrypted with the master key.",
    .examples = "  pusher trigger my-channel new-comment '{\"text\":\"hi\"}'\n"
                "  date +%s | pusher trigger clock tick -\n"
                "  pusher trigger --to-user ann message '\"hello\"'\n"
                "  pusher subscribe --json here | pusher trigger --batch --host there.example \\\n"
                "      --app-id 1 --key K",
    .min_arguments = 0,
    .max_arguments = 3,
};

typedef struct trigger_options {
    const char *socket_id;
    const char *info;
    const char *to_user;
    px_cli_list also;
    bool batch;
} trigger_options;

static const px_cli_option own_options[] = {
    {.name = "also",
     .kind = PX_CLI_LIST,
     .offset = offsetof(trigger_options, also),
     .value = "CHANNEL",
     .help = "Publish it to this channel, too. May be repeated."},
    {.name = "socket-id",
     .kind = PX_CLI_TEXT,
     .offset = offsetof(trigger_options, socket_id),
     .value = "ID",
     .help = "Do not send it to this connection."},
    {.name = "info",
     .kind = PX_CLI_TEXT,
     .offset = offsetof(trigger_options, info),
     .value = "LIST",
     .help = "Print the user_count, subscription_count or both of each channel."},
    {.name = "to-user",
     .kind = PX_CLI_TEXT,
     .offset = offsetof(trigger_options, to_user),
     .value = "ID",
     .help = "Send it to all connections of this user instead of a channel."},
    {.name = "batch",
     .kind = PX_CLI_FLAG,
     .offset = offsetof(trigger_options, batch),
     .help = "Read events from standard input, each a JSON object on a line:\n"
             "channel, event (or name), data; perhaps socket_id, info."},
};

/* ---- One event ---- */

/* Standard input whole, without the newline at its end. */
static int read_input(px_buffer *data) {
    while (!feof(stdin)) {
        if (px_buffer_reserve(data, READ_SIZE) != PX_OK) {
            px_cli_error("more than %d bytes on standard input, or no memory", MAX_DATA);
            return PX_CLI_FAILED;
        }
        data->len += fread(data->data + data->len, 1, READ_SIZE, stdin);
        if (ferror(stdin)) {
            px_cli_error("standard input can't be read");
            return PX_CLI_FAILED;
        }
    }
    if (data->len > 0 && data->data[data->len - 1] == '\n')
        data->len--;
    return PX_CLI_DONE;
}

static int publish(const px_cli_settings *settings, pusher_app *app, const trigger_options *own,
                   char **argv, pusher_string data) {
    pusher_answer answer;
    pusher_string channels[PX_CLI_LIST_MAX + 1];
    int result;
    if (own->to_user) {
        result = pusher_app_send_to_user(app, pusher_str(own->to_user), pusher_str(argv[1]), data,
                                         &answer);
    } else {
        channels[0] = pusher_str(argv[1]);
        for (size_t i = 0; i < own->also.count; i++)
            channels[i + 1] = pusher_str(own->also.items[i]);
        const pusher_publication publication = {
            channels, own->also.count + 1,        pusher_str(argv[2]),
            data,     pusher_str(own->socket_id), pusher_str(own->info)};
        result = pusher_app_publish(app, &publication, &answer);
    }
    int code = px_cli_app_judge(settings, result, &answer);
    return code == PX_CLI_DONE && own->info ? px_cli_app_print(&answer) : code;
}

static int publish_one(const px_cli_settings *settings, pusher_app *app, const trigger_options *own,
                       size_t arguments, char **argv) {
    const char *given = argv[arguments];
    if (strcmp(given, "-") != 0)
        return publish(settings, app, own, argv, pusher_str(given));
    px_buffer data;
    px_buffer_init(&data, &px_malloc_allocator, MAX_DATA + READ_SIZE);
    int code = read_input(&data);
    if (code == PX_CLI_DONE)
        code = publish(settings, app, own, argv, (pusher_string){data.data, data.len});
    px_buffer_free(&data);
    return code;
}

/* ---- The command line ---- */

static bool check(const trigger_options *own, size_t arguments) {
    bool has_target = own->also.count || own->socket_id || own->info;
    size_t needed = own->batch ? 0 : own->to_user ? 2 : 3;
    if (own->batch && (own->to_user || has_target))
        px_cli_error("--batch reads all about its events from standard input");
    else if (own->to_user && has_target)
        px_cli_error("--to-user is for one user: --also, --socket-id and --info are for channels");
    else if (arguments < needed)
        px_cli_error("something is missing: pusher trigger %s", usage.arguments);
    else if (arguments > needed)
        px_cli_error("%zu arguments are too many: pusher trigger %s", arguments, usage.arguments);
    else
        return true;
    return false;
}

int px_cli_trigger(int argc, char **argv) {
    px_cli_given given = {0};
    trigger_options own = {0};
    const px_cli_group groups[] = {
        {"Options:", own_options, PX_CLI_COUNT(own_options), &own},
        PX_CLI_ENCRYPTION_GROUP(&given),
        PX_CLI_WHERE_GROUP(&given),
        PX_CLI_APP_GROUP(&given),
    };
    size_t arguments;
    int code = px_cli_parse(&usage, groups, PX_CLI_COUNT(groups), argc, argv, &arguments);
    if (code != PX_CLI_GO_ON)
        return code;
    px_cli_settings settings;
    pusher_app *app;
    if (!check(&own, arguments) || !px_cli_settings_for(&given, PX_CLI_NEED_ALL, &settings) ||
        !px_cli_app_new(&settings, 0, &app))
        return PX_CLI_USAGE;
    code = own.batch ? px_cli_trigger_batch(&settings, app, stdin)
                     : publish_one(&settings, app, &own, arguments, argv);
    pusher_app_free(app);
    return code;
}
