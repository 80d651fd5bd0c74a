/* Clients on strings, for the end-to-end tests and the soak: what they do is read from standard
 * input, what they see is written to standard output.
 *
 *     e2e_puppet [NAME=VALUE]...
 *
 * The names are those of struct pusher_options (see OPTIONS below), key=KEY, and clients=N for more
 * than one client on the loop. Commands are lines; NUMBER is a client's, from 1, or 0 for all:
 *
 *     NUMBER connect
 *     NUMBER disconnect
 *     NUMBER subscribe CHANNEL
 *     NUMBER unsubscribe CHANNEL
 *     NUMBER trigger CHANNEL EVENT DATA
 *     NUMBER heap
 *
 * The end of the input ends the program. Each event, warning and answer is one JSON object on a line,
 * with `ms`, the milliseconds since the start, and `client`, the number. */
#define _GNU_SOURCE /* mallinfo2 */
#include <pusher/pusher.h>

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CLIENTS = 16, MAX_LINE = 64 * 1024, MAX_TRANSPORTS = 8 };

typedef struct puppet {
    int number;
    pusher_client *client;
} puppet;

static puppet puppets[MAX_CLIENTS];
static int puppet_count = 1;
static uint64_t start_ns;

static _Noreturn void fail(const char *what, const char *why) {
    fprintf(stderr, "e2e_puppet: %s: %s\n", what, why);
    exit(2);
}

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* ---- What is written ---- */

static void print_string(pusher_string text) {
    putchar('"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        if (byte == '"' || byte == '\\')
            printf("\\%c", byte);
        else if (byte < 0x20)
            printf("\\u%04x", byte);
        else
            putchar(byte);
    }
    putchar('"');
}

static void print_member(const char *name, pusher_string text) {
    if (!text.len)
        return;
    printf(",\"%s\":", name);
    print_string(text);
}

static void begin_line(const puppet *who) {
    printf("{\"ms\":%llu,\"client\":%d", (unsigned long long)((now_ns() - start_ns) / 1000000u),
           who->number);
}

static void end_line(void) {
    fputs("}\n", stdout);
}

static void print_error(const pusher_error *error) {
    printf(",\"type\":\"%s\",\"code\":%d,\"status\":%d,\"result\":\"%s\",\"retry\":%s",
           pusher_error_type_name(error->type), error->code, error->status,
           pusher_result_name(error->result), error->will_retry ? "true" : "false");
    print_member("message", error->message);
}

static void on_channel_event(const pusher_event *event, void *context) {
    begin_line(context);
    print_member("channel", event->channel_name);
    print_member("event", event->name);
    print_member("data", event->data);
    print_member("user", event->user_id);
    if (event->error)
        print_error(event->error);
    end_line();
}

static void on_connection_event(const pusher_event *event, void *context) {
    if (event->channel_name.len || event->data_type != PUSHER_DATA_NONE)
        return; /* a message: the channels tell of them */
    begin_line(context);
    print_member("connection", event->name);
    if (pusher_connection_state(event->client) == PUSHER_CONNECTED)
        print_member("socket", pusher_socket_id(event->client));
    print_member("transport", pusher_connection_transport(event->client));
    if (event->error)
        print_error(event->error);
    end_line();
}

/* Of the debug lines only those that say which transport is tried. */
static void on_log(pusher_log_level level, pusher_string line, void *context) {
    static const char connecting[] = "[\"Connecting\"";
    size_t len = sizeof connecting - 1;
    if (level == PUSHER_LOG_DEBUG && (line.len < len || memcmp(line.ptr, connecting, len) != 0))
        return;
    begin_line(context);
    print_member("log", line);
    end_line();
}

/* ---- Options ---- */

typedef enum option_kind { TEXT, BOOLEAN, CHOICE, PORT, NUMBER } option_kind;

typedef struct option_row {
    const char *name;
    option_kind kind;
    size_t offset;
} option_row;

#define ROW(name, kind)                                                                            \
    { #name, kind, offsetof(pusher_options, name) }
static const option_row OPTIONS[] = {
    ROW(cluster, TEXT),        ROW(host, TEXT),
    ROW(port, PORT),           ROW(tls_port, PORT),
    ROW(path, TEXT),           ROW(plain, BOOLEAN),
    ROW(ca_file, TEXT),        ROW(activity_timeout, NUMBER),
    ROW(pong_timeout, NUMBER), ROW(unavailable_timeout, NUMBER),
    ROW(auth_endpoint, TEXT),  ROW(http_host, TEXT),
    ROW(http_port, PORT),      ROW(https_port, PORT),
    ROW(http_path, TEXT),      ROW(enable_stats, CHOICE),
    ROW(stats_host, TEXT),     ROW(proxy, TEXT),
    ROW(proxy_username, TEXT), ROW(proxy_password, TEXT),
    ROW(no_proxy, TEXT),       ROW(no_transport_cache, BOOLEAN),
    ROW(cache_dir, TEXT),      ROW(no_network_watch, BOOLEAN),
};
#undef ROW

static void set_option(pusher_options *options, const option_row *row, const char *value) {
    void *member = (char *)options + row->offset;
    pusher_string text = pusher_str(value);
    uint32_t number = (uint32_t)strtoul(value, NULL, 10);
    uint16_t port = (uint16_t)number;
    bool on = strcmp(value, "true") == 0;
    pusher_choice choice = on ? PUSHER_YES : PUSHER_NO;
    switch (row->kind) {
    case TEXT:
        memcpy(member, &text, sizeof text);
        break;
    case BOOLEAN:
        memcpy(member, &on, sizeof on);
        break;
    case CHOICE:
        memcpy(member, &choice, sizeof choice);
        break;
    case PORT:
        memcpy(member, &port, sizeof port);
        break;
    case NUMBER:
        memcpy(member, &number, sizeof number);
        break;
    }
}

/* "ws,xhr_streaming" */
static void set_transports(pusher_options *options, char *value) {
    static pusher_string names[MAX_TRANSPORTS];
    options->enabled_transports = names;
    for (char *name = strtok(value, ","); name; name = strtok(NULL, ",")) {
        if (options->enabled_transport_count == MAX_TRANSPORTS)
            fail("transports", "too many");
        names[options->enabled_transport_count++] = pusher_str(name);
    }
}

static void read_argument(pusher_options *options, pusher_string *key, char *argument) {
    char *value = strchr(argument, '=');
    if (!value)
        fail(argument, "not NAME=VALUE");
    *value++ = '\0';
    if (strcmp(argument, "key") == 0) {
        *key = pusher_str(value);
        return;
    }
    if (strcmp(argument, "clients") == 0) {
        puppet_count = atoi(value);
        if (puppet_count < 1 || puppet_count > MAX_CLIENTS)
            fail("clients", "1 to 16");
        return;
    }
    if (strcmp(argument, "transports") == 0) {
        set_transports(options, value);
        return;
    }
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++) {
        if (strcmp(argument, OPTIONS[i].name) == 0) {
            set_option(options, &OPTIONS[i], value);
            return;
        }
    }
    fail(argument, "no such option");
}

static void make_puppet(pusher_options *options, pusher_string key, int number) {
    puppet *one = &puppets[number - 1];
    char text[512];
    one->number = number;
    options->log_context = one;
    if (pusher_options_check(key, options, text, sizeof text))
        fail("options", text);
    int result = pusher_client_new(key, options, &one->client);
    if (!result)
        result = pusher_connection_bind_global(one->client, on_connection_event, one, NULL);
    if (result)
        fail("client", pusher_result_text(result));
}

/* ---- Commands ---- */

static void tell_heap(const puppet *one) {
    struct mallinfo2 info = mallinfo2();
    begin_line(one);
    printf(",\"heap\":%zu", info.uordblks + info.hblkhd);
    end_line();
}

static int subscribe(puppet *one, const char *name) {
    pusher_channel *channel;
    int result = pusher_subscribe(one->client, pusher_str(name), &channel);
    return result ? result : pusher_channel_bind_global(channel, on_channel_event, one, NULL);
}

static int trigger(puppet *one, const char *name, const char *event, const char *data) {
    pusher_channel *channel = pusher_find_channel(one->client, pusher_str(name));
    if (!channel)
        return PUSHER_ERR_STATE;
    return pusher_channel_trigger(channel, pusher_str(event), pusher_str(data));
}

static void obey(puppet *one, const char *verb, const char *channel, const char *event,
                 const char *data) {
    int result = PUSHER_OK;
    if (strcmp(verb, "connect") == 0)
        pusher_connect(one->client);
    else if (strcmp(verb, "disconnect") == 0)
        pusher_disconnect(one->client);
    else if (strcmp(verb, "heap") == 0)
        tell_heap(one);
    else if (strcmp(verb, "subscribe") == 0)
        result = subscribe(one, channel);
    else if (strcmp(verb, "unsubscribe") == 0)
        pusher_unsubscribe(one->client, pusher_str(channel));
    else if (strcmp(verb, "trigger") == 0)
        result = trigger(one, channel, event, data);
    else
        fail(verb, "no such command");
    if (result) {
        begin_line(one);
        print_member("failed", pusher_str(verb));
        print_member("result", pusher_str(pusher_result_name(result)));
        end_line();
    }
}

/* One line, without its end. */
static void command(char *line) {
    char *save;
    const char *number = strtok_r(line, " ", &save);
    const char *verb = strtok_r(NULL, " ", &save);
    const char *channel = strtok_r(NULL, " ", &save);
    const char *event = strtok_r(NULL, " ", &save);
    const char *data = strtok_r(NULL, "", &save);
    if (!number || !verb)
        fail("command", "NUMBER VERB");
    int wanted = atoi(number);
    for (int i = 0; i < puppet_count; i++)
        if (wanted == 0 || wanted == i + 1)
            obey(&puppets[i], verb, channel ? channel : "", event ? event : "", data ? data : "");
}

/* Reads what there is, and carries out the whole lines of it. False at the end of the input. */
static bool read_commands(void) {
    static char buffer[MAX_LINE];
    static size_t used;
    ssize_t got = read(STDIN_FILENO, buffer + used, sizeof buffer - used);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    used += (size_t)got;
    char *line = buffer;
    for (char *end; (end = memchr(line, '\n', used - (size_t)(line - buffer))); line = end + 1) {
        *end = '\0';
        command(line);
    }
    used -= (size_t)(line - buffer);
    memmove(buffer, line, used);
    if (used == sizeof buffer)
        fail("command", "too long");
    return true;
}

static void play(pusher_loop *loop) {
    struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                           {.fd = pusher_loop_fd(loop), .events = POLLIN}};
    for (;;) {
        fflush(stdout);
        if (poll(fds, 2, pusher_loop_timeout(loop)) < 0 && errno != EINTR)
            fail("poll", strerror(errno));
        if (fds[0].revents && !read_commands())
            return;
        int result = pusher_loop_dispatch(loop);
        if (result)
            fail("loop", pusher_result_text(result));
    }
}

int main(int argc, char **argv) {
    pusher_options options = PUSHER_OPTIONS_INIT;
    pusher_string key = pusher_str("app-key");
    pusher_loop *loop;
    start_ns = now_ns();
    options.log = on_log;
    options.log_level = PUSHER_LOG_DEBUG;
    for (int i = 1; i < argc; i++)
        read_argument(&options, &key, argv[i]);
    int result = pusher_loop_new(&loop);
    if (result)
        fail("loop", pusher_result_text(result));
    options.loop = loop;
    for (int i = 0; i < puppet_count; i++)
        make_puppet(&options, key, i + 1);
    play(loop);
    for (int i = 0; i < puppet_count; i++)
        pusher_client_free(puppets[i].client);
    pusher_loop_free(loop);
    return 0;
}
