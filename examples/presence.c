/* Who is in a room, as people come and go. Needs `pusher serve --dev-auth`.
 *
 *     presence [ROOM [USER_ID]] */
#include "example.h"

static void print_roster(const pusher_channel *channel) {
    printf("%zu here:", pusher_channel_member_count(channel));
    size_t cursor = 0;
    pusher_member me = {0};
    bool known = pusher_channel_me(channel, &me);
    for (pusher_member member; pusher_channel_next_member(channel, &cursor, &member);) {
        bool is_me =
            known && member.id.len == me.id.len && memcmp(member.id.ptr, me.id.ptr, me.id.len) == 0;
        printf(" %.*s%s", TEXT(member.id), is_me ? " (me)" : "");
    }
    putchar('\n');
    fflush(stdout);
}

static void on_entered(const pusher_event *event, void *context) {
    (void)context;
    print_roster(event->channel);
}

static void on_added(const pusher_event *event, void *context) {
    (void)context;
    printf("+ %.*s %.*s\n", TEXT(event->member->id), TEXT(event->member->info));
    print_roster(event->channel);
}

static void on_removed(const pusher_event *event, void *context) {
    (void)context;
    printf("- %.*s\n", TEXT(event->member->id));
    print_roster(event->channel);
}

static void on_refused(const pusher_event *event, void *context) {
    (void)context;
    fprintf(stderr, "not let in: %.*s\n", TEXT(event->error->message));
    if (!event->error->will_retry)
        pusher_quit(event->client);
}

int main(int argc, char **argv) {
    const char *room = argc > 1 ? argv[1] : "presence-room";
    /* Only a development server believes what it is told here: an application's endpoint knows its
     * user by a cookie or a token. */
    pusher_pair fields[] = {{pusher_str("user_id"), pusher_str(argc > 2 ? argv[2] : "ann")},
                            {pusher_str("user_info"), pusher_str("{\"via\":\"presence.c\"}")}};
    pusher_options options = example_options();
    options.auth_params = fields;
    options.auth_param_count = sizeof fields / sizeof *fields;

    pusher_client *client;
    pusher_channel *channel;
    if (pusher_client_new(example_key(), &options, &client))
        return 1;
    int result = pusher_subscribe(client, pusher_str(room), &channel);
    const struct {
        const char *event;
        pusher_event_fn handler;
    } bindings[] = {
        {"pusher:subscription_succeeded", on_entered},
        {"pusher:member_added", on_added},
        {"pusher:member_removed", on_removed},
        {"pusher:subscription_error", on_refused},
    };
    for (size_t i = 0; !result && i < sizeof bindings / sizeof *bindings; i++)
        result = pusher_channel_bind(channel, pusher_str(bindings[i].event), bindings[i].handler,
                                     NULL, NULL);
    if (!result) {
        pusher_connect(client);
        result = pusher_run(client);
    }
    pusher_client_free(client);
    return result ? 1 : 0;
}
