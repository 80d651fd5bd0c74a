/* Clients on strings, for the end-to-end tests and the soak: what they do is read from standard
 * input, what they see is written to standard output.
 *
 *     e2e_puppet [NAME=VALUE]...
 *
 * The names are those of struct pusher_options (arguments.c has the table), key=KEY, clients=N for more
 * than one client on the loop, auth_param=NAME=VALUE and its like, providers=on (both providers add how
 * often they were called), authorizer=on (questions are told, and answered by commands). Commands are
 * lines; NUMBER is a client's, from 1, or 0 for all:
 *
 *     NUMBER connect | disconnect | switch KEY [CLUSTER]
 *     NUMBER subscribe | unsubscribe | members CHANNEL
 *     NUMBER trigger CHANNEL EVENT DATA
 *     NUMBER signin | user
 *     NUMBER accept CHANNEL AUTH [CHANNEL_DATA]      CHANNEL "-": the question about the user
 *     NUMBER accept_encrypted CHANNEL AUTH SHARED_SECRET
 *     NUMBER refuse CHANNEL STATUS MESSAGE
 *     NUMBER listen                                  tells the client's events, too
 *     NUMBER heap
 *
 * The end of the input ends the program. Each event, warning and answer is one JSON object on a line,
 * with `ms`, the milliseconds since the start, and `client`, the number. */
#include "arguments.h"
#include "commands.h"
#include "driven.h"
#include "tell.h"

#include <stdio.h>
#include <stdlib.h>

static puppet puppets[MAX_CLIENTS];

_Noreturn void fail(const char *what, const char *why) {
    fprintf(stderr, "e2e_puppet: %s: %s\n", what, why);
    exit(2);
}

static int bind_all(puppet *one) {
    int result = pusher_connection_bind_global(one->client, tell_connection_event, one, NULL);
    if (!result)
        result = pusher_user_bind_global(one->client, tell_user_event, one, NULL);
    if (!result)
        result = pusher_watchlist_bind_global(one->client, tell_watchlist_event, one, NULL);
    return result;
}

static void make_puppet(arguments *all, int number) {
    puppet *one = &puppets[number - 1];
    pusher_options *options = &all->options;
    char text[512];
    one->number = number;
    options->log_context = one;
    options->auth_context = one;
    options->user_auth_context = one;
    if (pusher_options_check(all->key, options, text, sizeof text))
        fail("options", text);
    int result = pusher_client_new(all->key, options, &one->client);
    if (!result)
        result = bind_all(one);
    if (result)
        fail("client", pusher_result_text(result));
}

static void obey(void *count, char *line) {
    commands_obey(puppets, *(const int *)count, line);
}

int main(int argc, char **argv) {
    arguments all;
    pusher_loop *loop;
    tell_start();
    arguments_read(&all, argc, argv);
    all.options.log = tell_log;
    all.options.log_level = PUSHER_LOG_DEBUG;
    int result = pusher_loop_new(&loop);
    if (result)
        fail("loop", pusher_result_text(result));
    all.options.loop = loop;
    for (int i = 0; i < all.clients; i++)
        make_puppet(&all, i + 1);
    test_driven_run(loop, &(test_driven){obey, &all.clients, TEST_MAX_LINE, fail});
    for (int i = 0; i < all.clients; i++)
        pusher_client_free(puppets[i].client);
    pusher_loop_free(loop);
    return 0;
}
