/* A program of somebody who has only what was installed. It signs and verifies, and prints the
 * version of the library for applications' servers. */
#include <pusher/server.h>

#include <stdio.h>

int main(void) {
    pusher_app_options options = PUSHER_APP_OPTIONS_INIT;
    options.key = pusher_str("key");
    options.secret = pusher_str("secret");
    pusher_app *app;
    pusher_answer answer;
    if (pusher_app_new(&options, &app) ||
        pusher_app_authorize(app, pusher_str("1.2"), pusher_str("private-a"), pusher_str(NULL),
                             &answer))
        return 1;
    /* Without an id nothing is asked. */
    int result = pusher_app_channels(app, pusher_str(NULL), pusher_str(NULL), &answer);
    pusher_app_free(app);
    printf("%s\n", pusher_server_version());
    return result == PUSHER_ERR_STATE ? 0 : 1;
}
