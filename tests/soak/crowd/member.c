/* One member of the crowd: how it connects, what it subscribes to, and what it does about events. */
#include "crowd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How members connect: of each hundred, so many in such a way. */
static const struct {
    const char *name;
    const char *transport; /* NULL: whichever works */
    bool plain;
    unsigned share;
} KINDS[] = {
    {"ws", "ws", true, 40},
    {"ws over TLS", "ws", false, 14},
    {"any", NULL, true, 8},
    {"streaming", "xhr_streaming", true, 10},
    {"streaming over TLS", "xhr_streaming", false, 5},
    {"polling", "xhr_polling", true, 8},
    {"polling over TLS", "xhr_polling", false, 3},
    {"sockjs", "sockjs", true, 8},
    {"sockjs over TLS", "sockjs", false, 4},
};

/* Neighbours, and members of one room, differ. */
static size_t kind_of(size_t number) {
    size_t place = (number * 7 + number / 20 * 3) % 100;
    size_t kind = 0;
    while (place >= KINDS[kind].share)
        place -= KINDS[kind++].share;
    return kind;
}

/* ---- Events ---- */

static void tell_wrong(const feed *of, watch_verdict verdict, const watch_event *event) {
    const member *who = of->owner;
    pusher_string transport = pusher_connection_transport(who->client);
    the_crowd.tally.wrong++;
    printf("{\"wrong\":\"%s\",\"client\":%zu,\"kind\":\"%s\",\"transport\":\"%.*s\",\"channel\":\"%"
           "s\","
           "\"number\":%" PRIu64 ",\"before\":%" PRIu64 ",\"begun\":%" PRIu64 ",\"last\":%" PRIu64
           ",\"subscribed\":%" PRIu64 ",\"now\":%" PRIu64 "}\n",
           watch_verdict_name(verdict), who->number, who->kind, (int)transport.len, transport.ptr,
           the_crowd.settings.feeds[of->index], event->number, event->before, event->before_ms,
           of->watch.last, of->watch.subscribed_ms, crowd_now_ms());
}

/* The data is [NUMBER,BEFORE,BEFORE_MS,"..."]. */
static void on_number(const pusher_event *event, void *context) {
    feed *this = context;
    char text[NAME_SIZE] = "";
    watch_event seen = {0};
    size_t len = event->data.len < sizeof text ? event->data.len : sizeof text - 1;
    memcpy(text, event->data.ptr, len);
    if (sscanf(text, "[%" SCNu64 ",%" SCNu64 ",%" SCNu64 ",", &seen.number, &seen.before,
               &seen.before_ms) != 3)
        crowd_fail("event", text);
    the_crowd.tally.events++;
    uint64_t last = this->watch.last;
    watch_verdict verdict = watch_take(&this->watch, &seen);
    if (verdict == WATCH_RIGHT && !pusher_channel_is_subscribed(event->channel))
        verdict = WATCH_EARLY;
    if (verdict == WATCH_RIGHT)
        return;
    feed before = *this;
    before.watch.last = last;
    tell_wrong(&before, verdict, &seen);
}

static void on_feed(const pusher_event *event, void *context) {
    (void)event;
    watch_subscribed(&((feed *)context)->watch, crowd_now_ms());
}

static void on_room(const pusher_event *event, void *context) {
    (void)event;
    ((member *)context)->is_in_room = true;
}

static void on_refused(const pusher_event *event, void *context) {
    (void)context;
    if (!event->error->will_retry)
        the_crowd.tally.refusals++;
}

static void on_state(const pusher_event *event, void *context) {
    member *this = context;
    if (event->current == PUSHER_CONNECTED)
        the_crowd.tally.connects++;
    if (event->previous != PUSHER_CONNECTED)
        return;
    this->is_in_room = false;
    for (size_t i = 0; i < FEEDS_OF_MEMBER; i++)
        watch_end(&this->feeds[i].watch);
}

/* The log says which. */
static void on_error(const pusher_event *event, void *context) {
    (void)event;
    (void)context;
    the_crowd.tally.errors++;
}

static void on_log(pusher_log_level level, pusher_string line, void *context) {
    const member *this = context;
    (void)level;
    fprintf(stderr, "%" PRIu64 " %zu (%s): %.*s\n", crowd_now_ms(), this->number, this->kind,
            (int)line.len, line.ptr);
}

/* ---- Making ---- */

static void must(const char *what, int result) {
    if (result)
        crowd_fail(what, pusher_result_text(result));
}

static void make_client(member *this) {
    const crowd_settings *settings = &the_crowd.settings;
    size_t kind = kind_of(this->number);
    char user[NAME_SIZE], why[256];
    snprintf(user, sizeof user, "u%zu", this->number);
    pusher_string transport = {0};
    pusher_pair fields[] = {{pusher_str("user_id"), pusher_str(user)}};
    pusher_options options = PUSHER_OPTIONS_INIT;
    this->kind = KINDS[kind].name;
    if (KINDS[kind].transport) {
        transport = pusher_str(KINDS[kind].transport);
        options.enabled_transports = &transport;
        options.enabled_transport_count = 1;
    }
    options.host = pusher_str("127.0.0.1");
    options.port = options.http_port = settings->port;
    options.tls_port = options.https_port = settings->tls_port;
    options.plain = KINDS[kind].plain;
    options.ca_file = pusher_str(settings->ca_file);
    options.cache_dir = pusher_str(settings->cache_dir);
    options.pong_timeout = 10000;
    options.auth_params = fields;
    options.auth_param_count = 1;
    options.auth_batch = this->number % 2 == 0;
    options.loop = the_crowd.loop;
    options.log = on_log;
    options.log_context = this;
    options.proxy = pusher_str("direct");
    pusher_string key = pusher_str("app-key");
    if (pusher_options_check(key, &options, why, sizeof why))
        crowd_fail("options", why);
    must("client", pusher_client_new(key, &options, &this->client));
}

static void join(member *this, const char *name, pusher_event_fn on_subscribed, void *context,
                 pusher_channel **channel) {
    must("subscribe", pusher_subscribe(this->client, pusher_str(name), channel));
    must("bind", pusher_channel_bind(*channel, pusher_str("pusher:subscription_succeeded"),
                                     on_subscribed, context, NULL));
    must("bind", pusher_channel_bind(*channel, pusher_str("pusher:subscription_error"), on_refused,
                                     this, NULL));
}

void member_start(member *this, size_t number) {
    const crowd_settings *settings = &the_crowd.settings;
    char room[NAME_SIZE];
    pusher_channel *channel;
    *this = (member){.number = number};
    make_client(this);
    must("bind",
         pusher_connection_bind(this->client, pusher_str("state_change"), on_state, this, NULL));
    must("bind", pusher_connection_bind(this->client, pusher_str("error"), on_error, this, NULL));
    for (size_t i = 0; i < FEEDS_OF_MEMBER; i++) {
        feed *one = &this->feeds[i];
        one->owner = this;
        one->index = (number + i * (1 + number / settings->feed_count)) % settings->feed_count;
        if (i > 0 && one->index == this->feeds[0].index)
            one->index = (one->index + 1) % settings->feed_count;
        join(this, settings->feeds[one->index], on_feed, one, &channel);
        must("bind", pusher_channel_bind(channel, pusher_str("number"), on_number, one, NULL));
    }
    crowd_room_name(number % settings->rooms, room);
    join(this, room, on_room, this, &channel);
    pusher_connect(this->client);
}

void member_stop(member *this) {
    pusher_client_free(this->client);
}

/* ---- Looking ---- */

bool member_is_there(const member *this) {
    bool is_there = this->is_in_room;
    for (size_t i = 0; i < FEEDS_OF_MEMBER; i++)
        is_there = is_there && this->feeds[i].watch.is_subscribed;
    return is_there && pusher_connection_state(this->client) == PUSHER_CONNECTED;
}

bool member_room_is_right(const member *this, char *why, size_t size) {
    const crowd_settings *settings = &the_crowd.settings;
    size_t room = this->number % settings->rooms;
    char name[NAME_SIZE], user[NAME_SIZE];
    pusher_member found;
    crowd_room_name(room, name);
    const pusher_channel *channel = pusher_find_channel(this->client, pusher_str(name));
    size_t count = channel ? pusher_channel_member_count(channel) : 0;
    for (size_t i = room; channel && i < settings->total; i += settings->rooms) {
        snprintf(user, sizeof user, "u%zu", i);
        if (!pusher_channel_member(channel, pusher_str(user), &found)) {
            snprintf(why, size, "%s of client %zu has no %s", name, this->number, user);
            return false;
        }
    }
    if (count == crowd_room_size(room))
        return true;
    snprintf(why, size, "%s of client %zu has %zu members", name, this->number, count);
    return false;
}
