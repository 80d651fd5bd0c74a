/* pusher subscribe: prints the events of channels as they come. */
#include "backend/names.h"
#include "cli/cli.h"
#include "cli/client_options.h"
#include "cli/terminal.h"
#include "cli/watch.h"
#include "json/reader.h"

static const px_cli_usage usage = {
    .verb = "subscribe",
    .arguments = "[OPTION]... CHANNEL...",
    .text = "Print each event of the channels as one line: channel, event, data. What happens to\n"
            "the connection goes to standard error. It stays connected until Ctrl-C, --count or\n"
            "--timeout.\n"
            "\n"
            "Private and presence channels are authorized by --auth-endpoint or, where the app's\n"
            "secret is known, right here; encrypted ones where the master key is known, too.",
    .examples =
        "  pusher subscribe my-channel\n"
        "  pusher subscribe --json my-channel | jq .data\n"
        "  pusher subscribe --user-id ann presence-lobby\n"
        "  pusher subscribe --cluster eu --key K --auth-endpoint https://example.com/auth \\\n"
        "      private-orders",
    .min_arguments = 1,
    .max_arguments = 10000,
};

#define OFFSET(member) offsetof(px_cli_watch_options, member)

static const px_cli_option own_options[] = {
    {.name = "json",
     .kind = PX_CLI_FLAG,
     .offset = OFFSET(json),
     .help = "Print each event as one JSON object: channel, event, data,\n"
             "user_id."},
    {.name = "count",
     .kind = PX_CLI_NUMBER,
     .offset = OFFSET(count),
     .value = "N",
     .help = "End after N events.",
     .minimum = 1,
     .maximum = UINT32_MAX},
    {.name = "timeout",
     .kind = PX_CLI_NUMBER,
     .offset = OFFSET(timeout),
     .value = "SECONDS",
     .help = "End after that time; a failure if --count is not reached.",
     .minimum = 1,
     .maximum = 1000000},
    {.name = "retry",
     .kind = PX_CLI_FLAG,
     .offset = OFFSET(retry),
     .help = "Go on trying when the first connection fails."},
    {.name = "quiet",
     .letter = 'q',
     .kind = PX_CLI_FLAG,
     .offset = OFFSET(quiet),
     .help = "Tell nothing about the connection."},
    {.name = "verbose",
     .letter = 'v',
     .kind = PX_CLI_FLAG,
     .offset = OFFSET(verbose),
     .help = "Print what the client does to standard error."},
};

static const px_cli_option auth_options[] = {
    {.name = "auth-endpoint",
     .kind = PX_CLI_TEXT,
     .offset = OFFSET(auth_endpoint),
     .value = "URL",
     .help = "Ask this URL for authorizations."},
    {.name = "auth-batch",
     .kind = PX_CLI_FLAG,
     .offset = OFFSET(auth_batch),
     .help = "Ask it for many channels at a time."},
    {.name = "auth-param",
     .kind = PX_CLI_LIST,
     .offset = OFFSET(auth_parameters),
     .value = "NAME=VALUE",
     .help = "Send this along. May be repeated."},
    {.name = "auth-header",
     .kind = PX_CLI_LIST,
     .offset = OFFSET(auth_headers),
     .value = "NAME:VALUE",
     .help = "Send this header along. May be repeated."},
    {.name = "user-id",
     .kind = PX_CLI_TEXT,
     .offset = OFFSET(user_id),
     .value = "ID",
     .help = "Who to be in presence channels, without an endpoint.\n"
             "Default: cli- and the process's number."},
    {.name = "user-info",
     .kind = PX_CLI_TEXT,
     .offset = OFFSET(user_info),
     .value = "JSON",
     .help = "What others see of this user."},
};

static const px_cli_option transport_options[] = {
    {.name = "transports",
     .kind = PX_CLI_TEXT,
     .offset = OFFSET(transports),
     .value = "LIST",
     .help = "Only these, of ws, xhr_streaming, xhr_polling and sockjs,\nseparated by commas [all; "
             "on this machine: ws]."},
    {.name = "http-host",
     .kind = PX_CLI_TEXT,
     .offset = OFFSET(http_host),
     .value = "HOST",
     .help = "The host of HTTP transports, where it is another one."},
    {.name = "http-port",
     .kind = PX_CLI_NUMBER,
     .offset = OFFSET(http_port),
     .value = "PORT",
     .help = "Its port.",
     .minimum = 1,
     .maximum = 65535},
    {.name = "http-path",
     .kind = PX_CLI_TEXT,
     .offset = OFFSET(http_path),
     .value = "PATH",
     .help = "Put before the paths of HTTP transports [/pusher]."},
    {.name = "no-cache",
     .kind = PX_CLI_FLAG,
     .offset = OFFSET(no_cache),
     .help = "Do not remember which transport worked."},
};

static bool check(const px_cli_watch_options *own) {
    bool endpoint_only = own->auth_parameters.count > 0 || own->auth_headers.count > 0;
    if (endpoint_only && !own->auth_endpoint)
        px_cli_error("--auth-param and --auth-header are for --auth-endpoint");
    else if (own->auth_endpoint && (own->user_id || own->user_info))
        px_cli_error("with --auth-endpoint, the endpoint says who the user is: leave out --user-id "
                     "and --user-info");
    else if (own->user_info && !px_json_valid(px_slice_of_text(own->user_info)))
        px_cli_error("--user-info takes JSON, such as '{\"name\":\"Ann\"}'");
    else
        return px_cli_check_pairs(&own->auth_parameters, '=', "auth-param", "NAME=VALUE") &&
               px_cli_check_pairs(&own->auth_headers, ':', "auth-header", "NAME:VALUE");
    return false;
}

static bool can_authorize(const px_cli_settings *settings, const px_cli_watch_options *own,
                          char *const *channels, size_t count) {
    if (settings->secret || own->auth_endpoint)
        return true;
    for (size_t i = 0; i < count; i++) {
        if (px_backend_needs_auth(px_slice_of_text(channels[i]))) {
            px_cli_error(
                "%s needs an authorization; give --auth-endpoint, or the app's secret with "
                "--secret or PUSHER_APP_SECRET",
                channels[i]);
            return false;
        }
    }
    return true;
}

static bool can_decrypt(const px_cli_settings *settings, const px_cli_watch_options *own,
                        char *const *channels, size_t count) {
    if (settings->master_key || own->auth_endpoint)
        return true;
    for (size_t i = 0; i < count; i++) {
        if (px_backend_is_encrypted(px_slice_of_text(channels[i]))) {
            px_cli_error(
                "%s is encrypted; give --auth-endpoint, or the application's master key with "
                "--encryption-master-key or PUSHER_ENCRYPTION_MASTER_KEY",
                channels[i]);
            return false;
        }
    }
    return true;
}

int px_cli_subscribe(int argc, char **argv) {
    px_cli_given given = {0};
    px_cli_watch_options own = {.count = 0};
    const px_cli_group groups[] = {
        {"Options:", own_options, PX_CLI_COUNT(own_options), &own},
        {"Private and presence channels:", auth_options, PX_CLI_COUNT(auth_options), &own},
        PX_CLI_ENCRYPTION_GROUP(&given),
        {"Transports:", transport_options, PX_CLI_COUNT(transport_options), &own},
        PX_CLI_WHERE_GROUP(&given),
        PX_CLI_APP_GROUP(&given),
    };
    size_t arguments;
    int code = px_cli_parse(&usage, groups, PX_CLI_COUNT(groups), argc, argv, &arguments);
    if (code != PX_CLI_GO_ON)
        return code;
    px_cli_settings settings;
    if (!check(&own) || !px_cli_settings_for(&given, PX_CLI_NEED_KEY, &settings) ||
        !can_authorize(&settings, &own, argv + 1, arguments) ||
        !can_decrypt(&settings, &own, argv + 1, arguments))
        return PX_CLI_USAGE;
    return px_cli_watch(&settings, &own, argv + 1, arguments);
}
