/* A client that subscribes to channels and prints what comes. */
#include "cli/watch.h"
#include "backend/names.h"
#include "base/wipe.h"
#include "cli/cli.h"
#include "cli/client_options.h"
#include "cli/event_line.h"
#include "cli/interrupt.h"
#include "cli/local_authorizer.h"
#include "cli/terminal.h"
#include "driver/clock.h"
#include "driver/memory.h"

#include <poll.h>
#include <pusher/pusher.h>

enum { NO_CODE = -1, MAX_WHY = 256, MAX_TRANSPORTS = 16 };

typedef struct watcher {
    const px_cli_settings *settings;
    const px_cli_watch_options *options;
    px_cli_local_authorizer authorizer;
    pusher_pair parameters[PX_CLI_LIST_MAX];
    pusher_pair headers[PX_CLI_LIST_MAX];
    pusher_string transports[MAX_TRANSPORTS];
    size_t transport_count;
    pusher_client *client;
    px_buffer scratch;
    uint32_t seen;      /* events that were printed */
    bool unflushed;     /* something was printed since the last flush */
    bool was_connected; /* ever */
    int code;           /* NO_CODE while it goes on */
} watcher;

static void finish(watcher *watch, int code) {
    if (watch->code == NO_CODE)
        watch->code = code;
}

/* ---- What goes on, on stderr ---- */

static const char *advice(const px_cli_settings *settings, int code) {
    switch (code) {
    case 4000:
        return "; it wants TLS: leave out --no-tls, or give --tls";
    case 4001:
        return settings->local ? "; check --key against the apps of `pusher serve`"
                               : "; check --key, and --cluster or --host";
    default:
        return "";
    }
}

/* The reason why there is no connection, and what to do. */
static void explain(const watcher *watch, const pusher_error *error) {
    const px_cli_settings *settings = watch->settings;
    if (error->result == PUSHER_ERR_CONNECT && settings->local) {
        px_cli_error("nothing is listening on %s:%u; start one with: pusher serve",
                     settings->websocket_host, (unsigned)settings->port);
        return;
    }
    fprintf(stderr, "%spusher:%s ", px_cli_colour_on(stderr, PX_CLI_RED),
            px_cli_colour_on(stderr, PX_CLI_PLAIN));
    if (error->code)
        fprintf(stderr, "%s:%u says %d: ", settings->websocket_host, (unsigned)settings->port,
                error->code);
    px_cli_print_text(stderr, px_slice_of(error->message.ptr, error->message.len));
    fprintf(stderr, "%s\n", advice(settings, error->code));
}

/* True when another transport may succeed where this one failed: the client goes on, and gives up
 * when it is `unavailable`. */
static bool has_other_ways(const watcher *watch, const pusher_error *error) {
    return watch->transport_count > 1 && error->result != PUSHER_ERR_RESOLVE;
}

static void on_error(const pusher_event *event, void *context) {
    watcher *watch = context;
    if (!event->error || watch->code != NO_CODE) /* why it ends was said already */
        return;
    bool first_failed = !watch->was_connected && !watch->options->retry;
    if (!watch->options->quiet || first_failed || !event->error->will_retry)
        explain(watch, event->error);
    bool no_connection = event->error->type == PUSHER_ERROR_TRANSPORT ||
                         event->error->type == PUSHER_ERROR_HANDSHAKE;
    if (first_failed && no_connection && !has_other_ways(watch, event->error))
        finish(watch, PX_CLI_FAILED);
}

static void tell_connected(const watcher *watch) {
    pusher_string id = pusher_socket_id(watch->client);
    fprintf(stderr, "%sconnected to %s:%u as ", px_cli_colour_on(stderr, PX_CLI_DIM),
            watch->settings->websocket_host, (unsigned)watch->settings->port);
    px_cli_print_text(stderr, px_slice_of(id.ptr, id.len));
    fprintf(stderr, "%s\n", px_cli_colour_on(stderr, PX_CLI_PLAIN));
}

static void on_state_change(const pusher_event *event, void *context) {
    watcher *watch = context;
    if (event->current == PUSHER_CONNECTED)
        watch->was_connected = true;
    if (!watch->options->quiet) {
        if (event->current == PUSHER_CONNECTED)
            tell_connected(watch);
        else
            px_cli_note("%s", pusher_state_name(event->current));
    }
    bool gave_up = event->current == PUSHER_DISCONNECTED || event->current == PUSHER_FAILED;
    bool first_failed = event->current == PUSHER_UNAVAILABLE && watch->transport_count > 1 &&
                        !watch->was_connected && !watch->options->retry;
    if (gave_up || first_failed) /* why, was said by an error before */
        finish(watch, PX_CLI_FAILED);
}

static void tell_subscribed(const watcher *watch, const pusher_event *event) {
    if (watch->options->quiet)
        return;
    int length = (int)event->channel_name.len;
    const char *name = event->channel_name.ptr;
    if (px_backend_is_presence(px_slice_of(name, event->channel_name.len)))
        px_cli_note("subscribed to %.*s, members: %zu", length, name,
                    pusher_channel_member_count(event->channel));
    else
        px_cli_note("subscribed to %.*s", length, name);
}

static void tell_refused(watcher *watch, const pusher_event *event) {
    const pusher_error *error = event->error;
    fprintf(stderr, "%spusher:%s not subscribed to %.*s: ", px_cli_colour_on(stderr, PX_CLI_RED),
            px_cli_colour_on(stderr, PX_CLI_PLAIN), (int)event->channel_name.len,
            event->channel_name.ptr);
    px_cli_print_text(stderr, error ? px_slice_of(error->message.ptr, error->message.len)
                                    : px_slice_of(event->data.ptr, event->data.len));
    fputc('\n', stderr);
    if (!error || !error->will_retry)
        finish(watch, PX_CLI_FAILED);
}

static void on_log(pusher_log_level level, pusher_string line, void *context) {
    (void)level;
    (void)context;
    fputs(px_cli_colour_on(stderr, PX_CLI_DIM), stderr);
    px_cli_print_text(stderr, px_slice_of(line.ptr, line.len));
    fprintf(stderr, "%s\n", px_cli_colour_on(stderr, PX_CLI_PLAIN));
}

/* ---- Events, on stdout ---- */

static bool is_named(const pusher_event *event, const char *name) {
    return px_slice_equal(px_slice_of(event->name.ptr, event->name.len), px_slice_of_text(name));
}

static void print_event(watcher *watch, const pusher_event *event) {
    const px_cli_watch_options *options = watch->options;
    int result = options->json ? px_cli_print_event_json(stdout, event, &watch->scratch)
                               : px_cli_print_event(stdout, event, &watch->scratch);
    if (result != PX_OK) {
        px_cli_error("an event was not printed: it is too large, or there is no memory");
        return;
    }
    watch->unflushed = true;
    if (++watch->seen == options->count)
        finish(watch, PX_CLI_DONE);
}

static void on_channel_event(const pusher_event *event, void *context) {
    watcher *watch = context;
    if (watch->code != NO_CODE)
        return;
    if (is_named(event, "pusher:subscription_succeeded"))
        tell_subscribed(watch, event);
    else if (is_named(event, "pusher:subscription_error"))
        tell_refused(watch, event);
    else
        print_event(watch, event);
}

/* ---- Making the client ---- */

static bool set_authorization(watcher *watch, pusher_options *options) {
    const px_cli_watch_options *own = watch->options;
    if (own->auth_endpoint) {
        options->auth_endpoint = pusher_str(own->auth_endpoint);
        options->auth_batch = own->auth_batch;
        options->auth_params = watch->parameters;
        options->auth_param_count = px_cli_cut_pairs(&own->auth_parameters, '=', watch->parameters);
        options->auth_headers = watch->headers;
        options->auth_header_count = px_cli_cut_pairs(&own->auth_headers, ':', watch->headers);
    } else if (watch->settings->secret) {
        px_cli_local_authorizer *who = &watch->authorizer;
        *who = (px_cli_local_authorizer){.key = watch->settings->key,
                                         .secret = watch->settings->secret,
                                         .user_id = own->user_id,
                                         .user_info = own->user_info,
                                         .has_master_key = watch->settings->master_key != NULL};
        options->authorizer = px_cli_authorize_locally;
        options->auth_context = who;
        return !who->has_master_key || px_cli_master_key(watch->settings, who->master_key);
    }
    return true;
}

/* The user said whether there is TLS, so `wss` is not tried in the place of `ws`. On this machine
 * nothing stands in the way of a WebSocket. */
static bool set_transports(watcher *watch, pusher_options *options) {
    const char *list = watch->options->transports;
    if (!list)
        list = watch->settings->local ? "ws" : "ws,xhr_streaming,xhr_polling,sockjs";
    for (size_t len; *list; list += len + (list[len] == ',')) {
        len = strcspn(list, ",");
        if (watch->transport_count == MAX_TRANSPORTS) {
            px_cli_error("--transports takes %d names at most", MAX_TRANSPORTS);
            return false;
        }
        watch->transports[watch->transport_count++] = (pusher_string){list, len};
    }
    options->enabled_transports = watch->transports;
    options->enabled_transport_count = watch->transport_count;
    return true;
}

static void set_http(const watcher *watch, pusher_options *options) {
    const px_cli_watch_options *own = watch->options;
    if (own->http_host)
        options->http_host = pusher_str(own->http_host);
    if (own->http_path)
        options->http_path = pusher_str(own->http_path);
    if (own->http_port) {
        options->http_port = (uint16_t)own->http_port;
        options->https_port = (uint16_t)own->http_port;
    }
    options->no_transport_cache = own->no_cache;
}

static bool make_client(watcher *watch) {
    const px_cli_settings *settings = watch->settings;
    pusher_options options = PUSHER_OPTIONS_INIT;
    px_cli_client_options(settings, &options);
    set_http(watch, &options);
    options.log = watch->options->verbose ? on_log : NULL; /* events tell all but the details */
    options.log_level = PUSHER_LOG_DEBUG;
    pusher_string key = pusher_str(settings->key);
    char why[MAX_WHY];
    if (!set_authorization(watch, &options) || !set_transports(watch, &options))
        return false;
    if (pusher_options_check(key, &options, why, sizeof why) != PUSHER_OK) {
        px_cli_error("%s", why);
        return false;
    }
    int result = pusher_client_new(key, &options, &watch->client);
    if (result != PUSHER_OK)
        px_cli_error("no client: %s", pusher_result_text(result));
    return result == PUSHER_OK;
}

static bool subscribe(watcher *watch, char *const *channels, size_t count) {
    pusher_client *client = watch->client;
    int result = pusher_connection_bind(client, pusher_str("error"), on_error, watch, NULL);
    if (result == PUSHER_OK)
        result = pusher_connection_bind(client, pusher_str("state_change"), on_state_change, watch,
                                        NULL);
    const char *name = "";
    for (size_t i = 0; i < count && result == PUSHER_OK; i++) {
        pusher_channel *channel;
        name = channels[i];
        result = pusher_subscribe(client, pusher_str(name), &channel);
        if (result == PUSHER_OK)
            result = pusher_channel_bind_global(channel, on_channel_event, watch, NULL);
    }
    if (result != PUSHER_OK)
        px_cli_error("can't subscribe to '%s': %s", name, pusher_result_text(result));
    return result == PUSHER_OK;
}

/* ---- Running ---- */

static int sooner(int a, int b) {
    return a < 0 || (b >= 0 && b < a) ? b : a;
}

static void time_out(watcher *watch) {
    const px_cli_watch_options *options = watch->options;
    if (options->count == 0) {
        finish(watch, PX_CLI_DONE);
        return;
    }
    px_cli_error("%u of %u events came within %u s", (unsigned)watch->seen,
                 (unsigned)options->count, (unsigned)options->timeout);
    finish(watch, PX_CLI_FAILED);
}

static void run(watcher *watch, int interrupt_fd) {
    enum { NO_FD_WAIT = 20 }; /* where the loop has no descriptor, look that often */
    uint64_t deadline = px_clock_ms() + (uint64_t)watch->options->timeout * 1000;
    while (watch->code == NO_CODE) {
        struct pollfd waited[] = {{pusher_fd(watch->client), POLLIN, 0}, {interrupt_fd, POLLIN, 0}};
        int timeout = pusher_timeout(watch->client);
        if (waited[0].fd < 0)
            timeout = sooner(timeout, NO_FD_WAIT);
        if (watch->options->timeout > 0) {
            uint64_t now = px_clock_ms();
            timeout = sooner(timeout, deadline > now ? (int)(deadline - now) : 0);
        }
        poll(waited, PX_CLI_COUNT(waited), timeout);
        int result = pusher_dispatch(watch->client);
        if (result != PUSHER_OK) {
            px_cli_error("the client's loop failed: %s", pusher_result_text(result));
            finish(watch, PX_CLI_FAILED);
        }
        if (waited[1].revents)
            finish(watch, PX_CLI_INTERRUPTED);
        if (watch->options->timeout > 0 && px_clock_ms() >= deadline)
            time_out(watch);
        if (watch->unflushed && !px_cli_flush())
            finish(watch, PX_CLI_FAILED);
        watch->unflushed = false;
    }
}

int px_cli_watch(const px_cli_settings *settings, const px_cli_watch_options *options,
                 char *const *channels, size_t count) {
    watcher watch = {.settings = settings, .options = options, .code = NO_CODE};
    int interrupt_fd = px_cli_interrupt_fd();
    if (!make_client(&watch))
        return PX_CLI_USAGE;
    px_buffer_init(&watch.scratch, &px_malloc_allocator, PX_CLI_LINE_MAX);
    if (subscribe(&watch, channels, count)) {
        pusher_connect(watch.client);
        run(&watch, interrupt_fd);
    } else {
        finish(&watch, PX_CLI_USAGE);
    }
    pusher_client_free(watch.client);
    px_wipe(watch.authorizer.master_key, sizeof watch.authorizer.master_key);
    px_buffer_free(&watch.scratch);
    return watch.code;
}
