/* pusher auth: signs a subscription, as an application's authorization endpoint does. */
#include "cli/channel_auth.h"
#include "cli/cli.h"
#include "cli/settings.h"
#include "cli/terminal.h"
#include "driver/memory.h"
#include "json/reader.h"
#include "json/writer.h"

enum { MAX_AUTH = 1 << 20 };

static const px_cli_usage usage = {
    .verb = "auth",
    .arguments = "[OPTION]... SOCKET_ID CHANNEL [CHANNEL_DATA]",
    .text = "Sign a subscription to a private or presence channel, and print the JSON that an\n"
            "authorization endpoint would answer. CHANNEL_DATA, JSON with a user_id, is for\n"
            "presence channels. It asks no server.",
    .examples = "  pusher auth 1234.5678 private-orders\n"
                "  pusher auth 1234.5678 presence-lobby '{\"user_id\":\"ann\"}'",
    .min_arguments = 2,
    .max_arguments = 3,
};

/* True when the text is a JSON object with a user_id. */
static bool names_user(px_slice json) {
    px_json_reader reader;
    px_json_reader_init(&reader, json);
    bool found = false;
    if (px_json_next(&reader) != PX_JSON_OBJECT_BEGIN)
        return false;
    while (px_json_next(&reader) == PX_JSON_KEY) {
        bool is_id = px_slice_equal(reader.text, PX_SLICE("user_id"));
        px_json_token token = px_json_next(&reader);
        found = found || (is_id && (token == PX_JSON_STRING || token == PX_JSON_NUMBER));
        if (!px_json_skip(&reader, token))
            return false;
    }
    return found && px_json_valid(json);
}

static bool check(px_slice socket_id, px_slice channel, px_slice channel_data) {
    if (!px_cli_is_socket_id(socket_id))
        px_cli_error("'%s' is no socket id; one looks like 1234.5678", socket_id.ptr);
    else if (!px_cli_needs_auth(channel))
        px_cli_error("%s needs no authorization; only private- and presence- channels do",
                     channel.ptr);
    else if (px_cli_is_presence(channel) && !names_user(channel_data))
        px_cli_error("a presence channel needs CHANNEL_DATA such as '{\"user_id\":\"ann\"}'");
    else if (!px_cli_is_presence(channel) && channel_data.len > 0)
        px_cli_error("%s takes no CHANNEL_DATA; only presence- channels do", channel.ptr);
    else
        return true;
    return false;
}

static int print_auth(const px_cli_settings *settings, px_slice socket_id, px_slice channel,
                      px_slice channel_data) {
    px_buffer auth, out;
    px_buffer_init(&auth, &px_malloc_allocator, MAX_AUTH);
    px_buffer_init(&out, &px_malloc_allocator, MAX_AUTH);
    int result = px_cli_sign_channel(settings->key, settings->secret, socket_id, channel,
                                     channel_data, &auth);
    if (result == PX_OK) {
        px_json_writer writer;
        px_json_writer_init(&writer, &out);
        px_json_object_begin(&writer);
        px_json_member(&writer, PX_SLICE("auth"), px_buffer_slice(&auth));
        if (channel_data.len > 0)
            px_json_member(&writer, PX_SLICE("channel_data"), channel_data);
        px_json_object_end(&writer);
        result = px_json_writer_finish(&writer);
    }
    if (result == PX_OK)
        printf("%.*s\n", (int)out.len, out.data);
    else
        px_cli_error("could not be signed: too long, or there is no memory");
    px_buffer_free(&auth);
    px_buffer_free(&out);
    return result == PX_OK && px_cli_flush() ? PX_CLI_DONE : PX_CLI_FAILED;
}

int px_cli_auth(int argc, char **argv) {
    px_cli_given given = {0};
    const px_cli_group groups[] = {PX_CLI_APP_GROUP(&given)};
    size_t arguments;
    int code = px_cli_parse(&usage, groups, PX_CLI_COUNT(groups), argc, argv, &arguments);
    if (code != PX_CLI_GO_ON)
        return code;
    px_slice channel_data = px_slice_of_text(arguments > 2 ? argv[3] : NULL);
    px_cli_settings settings;
    if (!check(px_slice_of_text(argv[1]), px_slice_of_text(argv[2]), channel_data))
        return PX_CLI_USAGE;
    if (!px_cli_settings_for(&given, PX_CLI_NEED_KEY | PX_CLI_NEED_SECRET, &settings))
        return PX_CLI_USAGE;
    return print_auth(&settings, px_slice_of_text(argv[1]), px_slice_of_text(argv[2]),
                      channel_data);
}
