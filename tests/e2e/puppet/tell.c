#include "tell.h"

#include <stdio.h>
#include <time.h>

static uint64_t start_ns;

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void tell_start(void) {
    start_ns = now_ns();
}

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

void tell_begin(const puppet *who) {
    printf("{\"ms\":%llu,\"client\":%d", (unsigned long long)((now_ns() - start_ns) / 1000000u),
           who->number);
}

void tell_member(const char *name, pusher_string text) {
    if (!text.len)
        return;
    printf(",\"%s\":", name);
    print_string(text);
}

void tell_number(const char *name, size_t value) {
    printf(",\"%s\":%zu", name, value);
}

void tell_end(void) {
    fputs("}\n", stdout);
}

static void tell_error(const pusher_error *error) {
    printf(",\"type\":\"%s\",\"code\":%d,\"status\":%d,\"result\":\"%s\",\"retry\":%s",
           pusher_error_type_name(error->type), error->code, error->status,
           pusher_result_name(error->result), error->will_retry ? "true" : "false");
    tell_member("message", error->message);
}

static void tell_event(const puppet *who, const char *place, const pusher_event *event) {
    tell_begin(who);
    tell_member("place", pusher_str(place));
    tell_member("channel", event->channel_name);
    tell_member("event", event->name);
    tell_member("data", event->data);
    tell_member("user", event->user_id);
    if (event->member)
        tell_member("member", event->member->id);
    if (event->error)
        tell_error(event->error);
    tell_end();
}

/* A channel's events have no place: their channel says it. */
void tell_channel_event(const pusher_event *event, void *context) {
    tell_event(context, "", event);
}

void tell_client_event(const pusher_event *event, void *context) {
    tell_event(context, "client", event);
}

void tell_user_event(const pusher_event *event, void *context) {
    tell_event(context, "user", event);
}

void tell_watchlist_event(const pusher_event *event, void *context) {
    tell_event(context, "watchlist", event);
}

void tell_connection_event(const pusher_event *event, void *context) {
    if (event->channel_name.len || event->data_type != PUSHER_DATA_NONE)
        return; /* a message: the channels tell of them */
    tell_begin(context);
    tell_member("connection", event->name);
    if (pusher_connection_state(event->client) == PUSHER_CONNECTED)
        tell_member("socket", pusher_socket_id(event->client));
    tell_member("transport", pusher_connection_transport(event->client));
    if (event->error)
        tell_error(event->error);
    tell_end();
}

/* Of the debug lines only those that say which transport is tried. */
void tell_log(pusher_log_level level, pusher_string line, void *context) {
    static const char connecting[] = "[\"Connecting\"";
    size_t len = sizeof connecting - 1;
    if (level == PUSHER_LOG_DEBUG && (line.len < len || memcmp(line.ptr, connecting, len) != 0))
        return;
    tell_begin(context);
    tell_member("log", line);
    tell_end();
}
