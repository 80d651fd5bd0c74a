/* What the driver asks a crowd. Each answer is one line of JSON with the command's name. */
#define _GNU_SOURCE /* mallinfo2 */
#include "crowd.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

enum { WHY_SIZE = 256 };

typedef void (*command_fn)(char *rest);

/* The numbers of a line, as many as there are feeds. */
static void read_numbers(char *rest, uint64_t *numbers) {
    for (size_t i = 0; i < the_crowd.settings.feed_count; i++)
        numbers[i] = strtoull(rest, &rest, 10);
}

static void answer_count(const char *command, size_t count, const char *first) {
    printf("{\"answer\":\"%s\",\"count\":%zu,\"first\":\"%s\"}\n", command, count, first);
}

/* A feed that has less than it should: how many there are, and which is the first. */
typedef struct shortage {
    size_t count;
    char first[WHY_SIZE];
} shortage;

static void note_shortage(shortage *found, const feed *one, const char *verb, uint64_t last,
                          uint64_t wanted) {
    if (found->count++ == 0)
        snprintf(found->first, sizeof found->first,
                 "client %zu (%s) %s %" PRIu64 " of %s, not %" PRIu64, one->owner->number,
                 one->owner->kind, verb, last, the_crowd.settings.feeds[one->index], wanted);
}

/* status: how it stands. */
static void do_status(char *rest) {
    (void)rest;
    static const char *const NAMES[] = {"ws", "wss", "xhr_streaming", "xhr_polling", "sockjs"};
    const crowd_tally *tally = &the_crowd.tally;
    size_t counts[sizeof NAMES / sizeof *NAMES] = {0};
    size_t there = 0, connected = 0, tls = 0;
    for (size_t i = 0; i < the_crowd.settings.clients; i++) {
        const member *one = &the_crowd.members[i];
        pusher_string transport = pusher_connection_transport(one->client);
        bool is_connected = pusher_connection_state(one->client) == PUSHER_CONNECTED;
        connected += is_connected;
        there += member_is_there(one);
        tls += is_connected && strstr(one->kind, "TLS");
        for (size_t t = 0; is_connected && t < sizeof NAMES / sizeof *NAMES; t++)
            counts[t] += transport.len == strlen(NAMES[t]) &&
                         memcmp(transport.ptr, NAMES[t], transport.len) == 0;
    }
    printf("{\"answer\":\"status\",\"connected\":%zu,\"there\":%zu,\"tls\":%zu,\"transports\":{",
           connected, there, tls);
    for (size_t t = 0; t < sizeof NAMES / sizeof *NAMES; t++)
        printf("%s\"%s\":%zu", t ? "," : "", NAMES[t], counts[t]);
    printf("},\"events\":%" PRIu64 ",\"connects\":%" PRIu64 ",\"errors\":%" PRIu64
           ",\"refusals\":%" PRIu64 ",\"wrong\":%" PRIu64 "}\n",
           tally->events, tally->connects, tally->errors, tally->refusals, tally->wrong);
}

/* rest: how many kilobytes of the heap are in use (0: malloc can't tell), before the process is measured. What malloc
 * keeps though it is free, in pieces between what is in use, is the program's business and goes back to the system. */
static void do_rest(char *rest) {
    (void)rest;
    size_t used = 0;
#ifdef __GLIBC__
    malloc_trim(0);
#if __GLIBC__ > 2 || __GLIBC_MINOR__ >= 33
    struct mallinfo2 info = mallinfo2();
    used = (info.uordblks + info.hblkhd) / 1024;
#endif
#endif
    answer_count("rest", used, "");
}

/* expect BEGUN N...: which feeds have not come to these numbers, one for each feed? The events were published after
 * BEGUN, so whoever was subscribed before must have them. */
static void do_expect(char *rest) {
    uint64_t numbers[MAX_CHANNELS];
    shortage found = {0};
    uint64_t begun_ms = strtoull(rest, &rest, 10);
    read_numbers(rest, numbers);
    for (size_t i = 0; i < the_crowd.settings.clients * FEEDS_OF_MEMBER; i++) {
        const feed *one = &the_crowd.members[i / FEEDS_OF_MEMBER].feeds[i % FEEDS_OF_MEMBER];
        if (!one->watch.is_subscribed || one->watch.subscribed_ms >= begun_ms ||
            one->watch.last >= numbers[one->index])
            continue;
        note_shortage(&found, one, "has", one->watch.last, numbers[one->index]);
    }
    answer_count("expect", found.count, found.first);
}

/* mark: from now on the next end of a connection is remembered. */
static void do_mark(char *rest) {
    (void)rest;
    for (size_t i = 0; i < the_crowd.settings.clients * FEEDS_OF_MEMBER; i++)
        watch_mark(&the_crowd.members[i / FEEDS_OF_MEMBER].feeds[i % FEEDS_OF_MEMBER].watch);
    answer_count("mark", 0, "");
}

/* ended N...: which connections have ended since the mark without having come to these numbers? */
static void do_ended(char *rest) {
    uint64_t numbers[MAX_CHANNELS];
    shortage found = {0};
    read_numbers(rest, numbers);
    for (size_t i = 0; i < the_crowd.settings.clients * FEEDS_OF_MEMBER; i++) {
        const feed *one = &the_crowd.members[i / FEEDS_OF_MEMBER].feeds[i % FEEDS_OF_MEMBER];
        if (!one->watch.has_ended || one->watch.ended_last >= numbers[one->index])
            continue;
        note_shortage(&found, one, "had", one->watch.ended_last, numbers[one->index]);
    }
    answer_count("ended", found.count, found.first);
}

/* rooms: whose room has other members than it should? */
static void do_rooms(char *rest) {
    (void)rest;
    char first[WHY_SIZE] = "", why[WHY_SIZE];
    size_t wrong = 0;
    for (size_t i = 0; i < the_crowd.settings.clients; i++)
        if (!member_room_is_right(&the_crowd.members[i], why, sizeof why) && wrong++ == 0)
            memcpy(first, why, sizeof first);
    answer_count("rooms", wrong, first);
}

/* away: who is not there? */
static void do_away(char *rest) {
    (void)rest;
    char first[WHY_SIZE] = "";
    size_t away = 0;
    for (size_t i = 0; i < the_crowd.settings.clients; i++) {
        const member *one = &the_crowd.members[i];
        if (!member_is_there(one) && away++ == 0)
            snprintf(first, sizeof first, "client %zu (%s) is %s, feeds %d %d, room %d",
                     one->number, one->kind,
                     pusher_state_name(pusher_connection_state(one->client)),
                     one->feeds[0].watch.is_subscribed, one->feeds[1].watch.is_subscribed,
                     one->is_in_room);
    }
    answer_count("away", away, first);
}

/* reconnect COUNT FROM: so many members, from that one on, begin a new connection. */
static void do_reconnect(char *rest) {
    size_t count = strtoul(rest, &rest, 10);
    size_t from = strtoul(rest, &rest, 10);
    for (size_t i = 0; i < count; i++) {
        member *one = &the_crowd.members[(from + i) % the_crowd.settings.clients];
        pusher_disconnect(one->client);
        pusher_connect(one->client);
    }
    answer_count("reconnect", count, "");
}

static const struct {
    const char *name;
    command_fn run;
} COMMANDS[] = {
    {"status", do_status}, {"rest", do_rest},   {"expect", do_expect}, {"mark", do_mark},
    {"ended", do_ended},   {"rooms", do_rooms}, {"away", do_away},     {"reconnect", do_reconnect},
};

void commands_obey(char *line) {
    char *rest = strchr(line, ' ');
    if (rest)
        *rest++ = '\0';
    for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++)
        if (strcmp(line, COMMANDS[i].name) == 0) {
            COMMANDS[i].run(rest ? rest : line + strlen(line));
            return;
        }
    crowd_fail(line, "no such command");
}
