// Both libraries in one program, in C++.
#include <pusher/pusher.h>
#include <pusher/server.h>

#include <cstdio>
#include <cstring>

int main() {
    pusher_app_options options = PUSHER_APP_OPTIONS_INIT;
    options.key = pusher_str("key");
    options.secret = pusher_str("secret");
    pusher_app *app = nullptr;
    pusher_client *client = nullptr;
    pusher_answer answer;
    if (pusher_app_new(&options, &app) || pusher_client_new(pusher_str("key"), nullptr, &client))
        return 1;
    int result = pusher_app_authenticate(app, pusher_str("1.2"), pusher_str("{\"id\":\"ann\"}"),
                                         &answer);
    pusher_client_free(client);
    pusher_app_free(app);
    if (std::strcmp(pusher_version(), pusher_server_version()) != 0)
        return 1;
    std::printf("%s\n", pusher_version());
    return result ? 1 : 0;
}
