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
#include "tell.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

/* Reads what there is, and carries out the whole lines of it. False at the end of the input. */
static bool read_commands(int count) {
    static char buffer[MAX_LINE];
    static size_t used;
    ssize_t got = read(STDIN_FILENO, buffer + used, sizeof buffer - used);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    used += (size_t)got;
    char *line = buffer;
    for (char *end; (end = memchr(line, '\n', used - (size_t)(line - buffer))); line = end + 1) {
        *end = '\0';
        commands_obey(puppets, count, line);
    }
    used -= (size_t)(line - buffer);
    memmove(buffer, line, used);
    if (used == sizeof buffer)
        fail("command", "too long");
    return true;
}

static void play(pusher_loop *loop, int count) {
    struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                           {.fd = pusher_loop_fd(loop), .events = POLLIN}};
    for (;;) {
        fflush(stdout);
        if (poll(fds, 2, pusher_loop_timeout(loop)) < 0 && errno != EINTR)
            fail("poll", strerror(errno));
        if (fds[0].revents && !read_commands(count))
            return;
        int result = pusher_loop_dispatch(loop);
        if (result)
            fail("loop", pusher_result_text(result));
    }
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
    play(loop, all.clients);
    for (int i = 0; i < all.clients; i++)
        pusher_client_free(puppets[i].client);
    pusher_loop_free(loop);
    return 0;
}
