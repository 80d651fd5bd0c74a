/* Many clients in one process, for the soak: each checks by itself that it gets what it is promised.
 *
 *     soak_crowd port=P tls_port=P ca_file=FILE cache_dir=FOLDER first=N clients=N total=N rooms=N feed=NAME...
 *
 * Commands come on standard input (commands.c), answers and broken promises go to standard output, one JSON
 * object on a line, errors and warnings to standard error. The end of the input ends the program. */
#define _DEFAULT_SOURCE
#include "crowd.h"
#include "driven.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

crowd the_crowd;

_Noreturn void crowd_fail(const char *what, const char *why) {
    fprintf(stderr, "soak_crowd: %s: %s\n", what, why);
    exit(2);
}

uint64_t crowd_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void crowd_room_name(size_t room, char out[NAME_SIZE]) {
    snprintf(out, NAME_SIZE, "presence-room-%zu", room);
}

size_t crowd_room_size(size_t room) {
    const crowd_settings *settings = &the_crowd.settings;
    return (settings->total - room + settings->rooms - 1) / settings->rooms;
}

/* ---- Arguments ---- */

static void read_argument(crowd_settings *settings, char *argument) {
    char *value = strchr(argument, '=');
    if (!value)
        crowd_fail(argument, "not NAME=VALUE");
    *value++ = '\0';
    const struct {
        const char *name;
        size_t *number;
        uint16_t *port;
        const char **text;
    } rows[] = {
        {"port", .port = &settings->port},
        {"tls_port", .port = &settings->tls_port},
        {"ca_file", .text = &settings->ca_file},
        {"cache_dir", .text = &settings->cache_dir},
        {"first", .number = &settings->first},
        {"clients", .number = &settings->clients},
        {"total", .number = &settings->total},
        {"rooms", .number = &settings->rooms},
        {"feed", .text = &settings->feeds[settings->feed_count]},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(argument, rows[i].name) != 0)
            continue;
        if (rows[i].number)
            *rows[i].number = strtoul(value, NULL, 10);
        if (rows[i].port)
            *rows[i].port = (uint16_t)strtoul(value, NULL, 10);
        if (rows[i].text)
            *rows[i].text = value;
        settings->feed_count += strcmp(argument, "feed") == 0;
        return;
    }
    crowd_fail(argument, "no such argument");
}

static void read_arguments(crowd_settings *settings, int argc, char **argv) {
    *settings = (crowd_settings){.ca_file = "", .cache_dir = ""};
    for (int i = 1; i < argc; i++) {
        if (settings->feed_count == MAX_CHANNELS)
            crowd_fail(argv[i], "too many feeds");
        read_argument(settings, argv[i]);
    }
    if (!settings->port || !settings->clients || !settings->rooms || settings->feed_count < 2 ||
        settings->total < settings->first + settings->clients)
        crowd_fail("arguments", "some are missing");
}

/* ---- Running ---- */

static void raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        crowd_fail("getrlimit", strerror(errno));
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        crowd_fail("setrlimit", strerror(errno));
}

static void obey(void *context, char *line) {
    (void)context;
    commands_obey(line);
}

int main(int argc, char **argv) {
    crowd_settings *settings = &the_crowd.settings;
    read_arguments(settings, argc, argv);
    raise_descriptor_limit();
    int result = pusher_loop_new(&the_crowd.loop);
    if (result)
        crowd_fail("loop", pusher_result_text(result));
    the_crowd.members = calloc(settings->clients, sizeof *the_crowd.members);
    if (!the_crowd.members)
        crowd_fail("members", "no memory");
    for (size_t i = 0; i < settings->clients; i++)
        member_start(&the_crowd.members[i], settings->first + i);
    test_driven_run(the_crowd.loop,
                    &(test_driven){.obey = obey, .max_line = 4096, .fail = crowd_fail});
    for (size_t i = 0; i < settings->clients; i++)
        member_stop(&the_crowd.members[i]);
    pusher_loop_free(the_crowd.loop);
    free(the_crowd.members);
    return 0;
}
