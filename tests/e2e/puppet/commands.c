#define _GNU_SOURCE /* mallinfo2 */
#include "commands.h"
#include "authorize.h"
#include "tell.h"

#include <malloc.h>
#include <stdlib.h>

/* A command's words behind the verb; those that are not there are empty. `rest` may have blanks. */
typedef struct words {
    const char *one, *two, *rest;
} words;

typedef int (*verb_fn)(puppet *who, words given);

static int do_connect(puppet *who, words given) {
    (void)given;
    pusher_connect(who->client);
    return PUSHER_OK;
}

static int do_disconnect(puppet *who, words given) {
    (void)given;
    pusher_disconnect(who->client);
    return PUSHER_OK;
}

static int do_switch(puppet *who, words given) {
    return pusher_switch_cluster(who->client, pusher_str(given.one), pusher_str(given.two));
}

static int do_subscribe(puppet *who, words given) {
    pusher_channel *channel;
    int result = pusher_subscribe(who->client, pusher_str(given.one), &channel);
    return result ? result : pusher_channel_bind_global(channel, tell_channel_event, who, NULL);
}

static int do_unsubscribe(puppet *who, words given) {
    pusher_unsubscribe(who->client, pusher_str(given.one));
    return PUSHER_OK;
}

static int do_trigger(puppet *who, words given) {
    pusher_channel *channel = pusher_find_channel(who->client, pusher_str(given.one));
    if (!channel)
        return PUSHER_ERR_STATE;
    return pusher_channel_trigger(channel, pusher_str(given.two), pusher_str(given.rest));
}

static int do_members(puppet *who, words given) {
    const pusher_channel *channel = pusher_find_channel(who->client, pusher_str(given.one));
    pusher_member me = {0};
    if (!channel)
        return PUSHER_ERR_STATE;
    pusher_channel_me(channel, &me);
    tell_begin(who);
    tell_member("members", pusher_str(given.one));
    tell_number("count", pusher_channel_member_count(channel));
    tell_member("me", me.id);
    tell_member("info", me.info);
    tell_end();
    return PUSHER_OK;
}

static int do_signin(puppet *who, words given) {
    (void)given;
    return pusher_signin(who->client);
}

static int do_user(puppet *who, words given) {
    pusher_string data = {0};
    (void)given;
    pusher_user_data(who->client, &data);
    tell_begin(who);
    tell_member("user_data", data.len ? data : pusher_str("null"));
    tell_end();
    return PUSHER_OK;
}

static int do_accept(puppet *who, words given) {
    return authorize_accept(who, given.one, given.two, given.rest);
}

static int do_accept_encrypted(puppet *who, words given) {
    return authorize_accept_encrypted(who, given.one, given.two, given.rest);
}

static int do_refuse(puppet *who, words given) {
    return authorize_refuse(who, given.one, given.two, given.rest);
}

static int do_listen(puppet *who, words given) {
    (void)given;
    return pusher_bind_global(who->client, tell_client_event, who, NULL);
}

static int do_heap(puppet *who, words given) {
    struct mallinfo2 info = mallinfo2();
    (void)given;
    tell_begin(who);
    tell_number("heap", info.uordblks + info.hblkhd);
    tell_end();
    return PUSHER_OK;
}

static const struct {
    const char *verb;
    verb_fn obey;
} VERBS[] = {
    {"connect", do_connect},
    {"disconnect", do_disconnect},
    {"switch", do_switch},
    {"subscribe", do_subscribe},
    {"unsubscribe", do_unsubscribe},
    {"trigger", do_trigger},
    {"members", do_members},
    {"signin", do_signin},
    {"user", do_user},
    {"accept", do_accept},
    {"accept_encrypted", do_accept_encrypted},
    {"refuse", do_refuse},
    {"listen", do_listen},
    {"heap", do_heap},
};

static void obey(puppet *who, const char *verb, words given) {
    for (size_t i = 0; i < sizeof VERBS / sizeof *VERBS; i++) {
        if (strcmp(verb, VERBS[i].verb) != 0)
            continue;
        int result = VERBS[i].obey(who, given);
        if (!result)
            return;
        tell_begin(who);
        tell_member("failed", pusher_str(verb));
        tell_member("result", pusher_str(pusher_result_name(result)));
        tell_end();
        return;
    }
    fail(verb, "no such command");
}

void commands_obey(puppet *puppets, int count, char *line) {
    char *save;
    const char *number = strtok_r(line, " ", &save);
    const char *verb = strtok_r(NULL, " ", &save);
    const char *one = strtok_r(NULL, " ", &save);
    const char *two = strtok_r(NULL, " ", &save);
    const char *rest = strtok_r(NULL, "", &save);
    if (!number || !verb)
        fail("command", "NUMBER VERB");
    words given = {one ? one : "", two ? two : "", rest ? rest : ""};
    int wanted = atoi(number);
    for (int i = 0; i < count; i++)
        if (wanted == 0 || wanted == i + 1)
            obey(&puppets[i], verb, given);
}
