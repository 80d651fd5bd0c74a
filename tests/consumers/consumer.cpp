// The same in C++, where a handler may be a lambda.
#include <pusher/pusher.h>

#include <cstdio>

int main() {
    pusher_options options = PUSHER_OPTIONS_INIT;
    options.host = pusher_str("127.0.0.1");
    options.plain = true;
    options.port = 1;
    pusher_client *client = nullptr;
    pusher_channel *channel = nullptr;
    if (pusher_client_new(pusher_str("key"), &options, &client) ||
        pusher_subscribe(client, pusher_str("channel"), &channel) ||
        pusher_channel_bind(
            channel, pusher_str("event"), [](const pusher_event *, void *) {}, nullptr, nullptr))
        return 1;
    pusher_connect(client);
    int result = pusher_poll(client, 0);
    pusher_client_free(client);
    std::printf("%s\n", pusher_version());
    return result ? 1 : 0;
}
