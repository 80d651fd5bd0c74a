/* Publishes an event: the program in the first comment of <pusher/server.h>. */
#include <pusher/server.h>
#include <stdio.h>

int main(void) {
    pusher_app_options options = PUSHER_APP_OPTIONS_INIT;
    options.id = pusher_str("app-id");
    options.key = pusher_str("app-key");
    options.secret = pusher_str("app-secret");
    pusher_app *app;
    pusher_answer answer;
    if (pusher_app_new(&options, &app))
        return 1;
    int result = pusher_app_trigger(app, pusher_str("my-channel"), pusher_str("new-comment"),
                                    pusher_str("{\"text\":\"hi\"}"), &answer);
    if (result)
        fprintf(stderr, "%s\n", answer.error);
    pusher_app_free(app);
    return result ? 1 : 0;
}
