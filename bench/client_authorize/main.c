/* The native client of web_authorize: a client with many private channels, whose connections are cut from outside.
 * Each time when all channels are subscribed it prints the milliseconds since the connection was there.
 *
 *     bench_client_authorize PORT ENDPOINT CHANNELS [batch] */
#include "harness.h"

#include <pusher/pusher.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct measurement {
    size_t channels;
    size_t left;
    uint64_t connected_at;
} measurement;

static void on_connected(const pusher_event *event, void *context) {
    measurement *this = context;
    (void)event;
    this->left = this->channels;
    this->connected_at = bench_now_ns();
}

static void on_subscribed(const pusher_event *event, void *context) {
    measurement *this = context;
    (void)event;
    if (--this->left)
        return;
    printf("%.3f\n", (double)(bench_now_ns() - this->connected_at) / 1e6);
    fflush(stdout);
}

static void subscribe(pusher_client *client, size_t number, measurement *this) {
    char name[64];
    pusher_channel *channel;
    snprintf(name, sizeof name, "private-native-%zu", number);
    if (pusher_subscribe(client, pusher_str(name), &channel) ||
        pusher_channel_bind(channel, pusher_str("pusher:subscription_succeeded"), on_subscribed,
                            this, NULL))
        bench_fail("no channel can be made");
}

int main(int argc, char **argv) {
    if (argc < 4)
        bench_fail("usage: bench_client_authorize PORT ENDPOINT CHANNELS [batch]");
    pusher_string ws = pusher_str("ws");
    pusher_options options = PUSHER_OPTIONS_INIT;
    options.host = pusher_str("127.0.0.1");
    options.port = (uint16_t)strtoul(argv[1], NULL, 10);
    options.plain = true;
    options.enabled_transports = &ws;
    options.enabled_transport_count = 1;
    options.no_transport_cache = true;
    options.auth_endpoint = pusher_str(argv[2]);
    options.auth_batch = argc > 4 && strcmp(argv[4], "batch") == 0;
    measurement this = {.channels = strtoul(argv[3], NULL, 10)};
    pusher_client *client;
    if (pusher_client_new(pusher_str("app-key"), &options, &client) ||
        pusher_connection_bind(client, pusher_str("connected"), on_connected, &this, NULL))
        bench_fail("the client can't be made");
    for (size_t i = 0; i < this.channels; i++)
        subscribe(client, i, &this);
    pusher_connect(client);
    return pusher_run(client) ? 1 : 0;
}
