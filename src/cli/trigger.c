/* pusher trigger: publishes one event through the HTTP API. */
#include "cli/api.h"
#include "cli/channel_auth.h"
#include "cli/cli.h"
#include "cli/terminal.h"
#include "driver/memory.h"
#include "json/writer.h"

enum { MAX_DATA = 1 << 20, READ_SIZE = 4096, MAX_BODY = 8 << 20, MAX_ANSWER = 65536 };

static const px_cli_usage usage = {
    .verb = "trigger",
    .arguments = "[OPTION]... CHANNEL EVENT DATA",
    .text = "Publish an event to a channel. DATA is usually JSON, and is sent as it is;\n"
            "`-` reads it from standard input.",
    .examples = "  pusher trigger my-channel new-comment '{\"text\":\"hi\"}'\n"
                "  date +%s | pusher trigger clock tick -\n"
                "  pusher trigger --cluster eu --app-id 1 --key K my-channel new-comment '{}'",
    .min_arguments = 3,
    .max_arguments = 3,
};

typedef struct trigger_options {
    const char *socket_id;
} trigger_options;

static const px_cli_option own_options[] = {
    {.name = "socket-id",
     .kind = PX_CLI_TEXT,
     .offset = offsetof(trigger_options, socket_id),
     .value = "ID",
     .help = "Do not send it to this connection."},
};

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

static int write_body(px_buffer *body, char **argv, px_slice data, const char *socket_id) {
    px_json_writer writer;
    px_json_writer_init(&writer, body);
    px_json_object_begin(&writer);
    px_json_member(&writer, PX_SLICE("name"), px_slice_of_text(argv[2]));
    px_json_member(&writer, PX_SLICE("data"), data);
    px_json_key(&writer, PX_SLICE("channels"));
    px_json_array_begin(&writer);
    px_json_string(&writer, px_slice_of_text(argv[1]));
    px_json_array_end(&writer);
    if (socket_id)
        px_json_member(&writer, PX_SLICE("socket_id"), px_slice_of_text(socket_id));
    px_json_object_end(&writer);
    return px_json_writer_finish(&writer);
}

static int publish(const px_cli_settings *settings, char **argv, px_slice data,
                   const char *socket_id) {
    px_buffer body, answer;
    px_buffer_init(&body, &px_malloc_allocator, MAX_BODY);
    px_buffer_init(&answer, &px_malloc_allocator, MAX_ANSWER);
    int code = PX_CLI_FAILED;
    if (write_body(&body, argv, data, socket_id) != PX_OK) {
        px_cli_error("the event is too large, or there is no memory");
    } else {
        px_cli_request request = {
            .method = "POST", .resource = "events", .body = px_buffer_slice(&body)};
        code = px_cli_api(settings, &request, &answer);
    }
    px_buffer_free(&body);
    px_buffer_free(&answer);
    return code;
}

int px_cli_trigger(int argc, char **argv) {
    px_cli_given given = {0};
    trigger_options own = {0};
    const px_cli_group groups[] = {
        {"Options:", own_options, PX_CLI_COUNT(own_options), &own},
        PX_CLI_WHERE_GROUP(&given),
        PX_CLI_APP_GROUP(&given),
    };
    size_t arguments;
    int code = px_cli_parse(&usage, groups, PX_CLI_COUNT(groups), argc, argv, &arguments);
    if (code != PX_CLI_GO_ON)
        return code;
    if (own.socket_id && !px_cli_is_socket_id(px_slice_of_text(own.socket_id))) {
        px_cli_error("'%s' is no socket id; one looks like 1234.5678", own.socket_id);
        return PX_CLI_USAGE;
    }
    px_cli_settings settings;
    if (!px_cli_settings_for(&given, PX_CLI_NEED_ALL, &settings))
        return PX_CLI_USAGE;
    if (strcmp(argv[3], "-") != 0)
        return publish(&settings, argv, px_slice_of_text(argv[3]), own.socket_id);
    px_buffer data;
    px_buffer_init(&data, &px_malloc_allocator, MAX_DATA + READ_SIZE);
    code = read_input(&data);
    if (code == PX_CLI_DONE)
        code = publish(&settings, argv, px_buffer_slice(&data), own.socket_id);
    px_buffer_free(&data);
    return code;
}
