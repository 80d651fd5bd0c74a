/* Whoever listens to the webhooks only knows, in the end, who is where: clients come and go at random,
 * and each beginning has exactly one end, for channels and for members. */
#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { CLIENTS = 8, CHANNELS = 3, USERS = 3, STEPS = 3000, SEEDS = 12 };

/* What the listener knows, and what is true. */
typedef struct presence {
    bool occupied[CHANNELS];
    bool member[CHANNELS][USERS];
} presence;

typedef struct play {
    test_world world;
    test_client clients[CLIENTS];
    bool is_open[CLIENTS];
    int user_in[CLIENTS][CHANNELS]; /* -1: not there */
    presence heard;
    uint64_t random;
    size_t notices;
} play;

static unsigned pick(play *this, unsigned limit) {
    this->random = this->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(this->random >> 33) % limit;
}

/* presence-0, and user 0 */
static unsigned digit_behind(const char *text, const char *name) {
    const char *found = strstr(text, name);
    assert_non_null(found);
    unsigned digit = (unsigned)(found[strlen(name)] - '0');
    assert_in_range(digit, 0, 9);
    return digit;
}

static void expect_change(bool *now, bool value, const char *text) {
    if (*now == value)
        fail_msg("told twice, or out of turn: %s", text);
    *now = value;
}

static void hear(play *this, const char *text) {
    unsigned channel = digit_behind(text, "presence-");
    bool *occupied = &this->heard.occupied[channel];
    this->notices++;
    if (strstr(text, "channel_occupied"))
        expect_change(occupied, true, text);
    else if (strstr(text, "channel_vacated"))
        expect_change(occupied, false, text);
    else
        expect_change(&this->heard.member[channel][digit_behind(text, "\"user_id\":\"")],
                      strstr(text, "member_added") != NULL, text);
}

static void hear_all(play *this) {
    test_world *world = &this->world;
    char text[256];
    while (world->notices_read < world->notices.len) {
        const char *start = world->notices.data + world->notices_read;
        const char *end = memchr(start, '\n', world->notices.len - world->notices_read);
        snprintf(text, sizeof text, "%.*s", (int)(end - start), start);
        hear(this, text);
        world->notices_read += (size_t)(end - start) + 1;
    }
    px_buffer_clear(&world->notices);
    world->notices_read = 0;
}

/* ---- What happens ---- */

static void come_or_go(play *this, unsigned client) {
    if (this->is_open[client]) {
        client_clear(&this->clients[client]);
        client_cut(&this->world, &this->clients[client]);
        for (size_t i = 0; i < CHANNELS; i++)
            this->user_in[client][i] = -1;
    } else {
        client_open(&this->world, &this->clients[client]);
    }
    this->is_open[client] = !this->is_open[client];
}

static void join_or_leave(play *this, unsigned client, unsigned channel) {
    char name[32];
    char data[32];
    if (!this->is_open[client])
        return;
    snprintf(name, sizeof name, "presence-%u", channel);
    if (this->user_in[client][channel] < 0) {
        unsigned user = pick(this, USERS);
        snprintf(data, sizeof data, "{'user_id':'%u'}", user);
        client_ask_to_join(&this->world, &this->clients[client], name, data);
        this->user_in[client][channel] = (int)user;
    } else {
        client_send(&this->world, &this->clients[client],
                    "{'event':'pusher:unsubscribe','data':{'channel':'%s'}}", name);
        this->user_in[client][channel] = -1;
    }
    for (size_t i = 0; i < CLIENTS; i++)
        if (this->is_open[i])
            client_clear(&this->clients[i]);
}

static presence truth(const play *this) {
    presence true_one = {0};
    for (size_t client = 0; client < CLIENTS; client++)
        for (size_t channel = 0; channel < CHANNELS; channel++) {
            int user = this->user_in[client][channel];
            if (user < 0)
                continue;
            true_one.occupied[channel] = true;
            true_one.member[channel][user] = true;
        }
    return true_one;
}

static void expect_truth(play *this) {
    presence expected = truth(this);
    assert_memory_equal(&this->heard, &expected, sizeof expected);
}

/* Nobody that is there is taken for gone, at any time. */
static void expect_nobody_is_missed(const play *this) {
    presence now = truth(this);
    for (size_t channel = 0; channel < CHANNELS; channel++) {
        assert_true(this->heard.occupied[channel] || !now.occupied[channel]);
        for (size_t user = 0; user < USERS; user++)
            assert_true(this->heard.member[channel][user] || !now.member[channel][user]);
    }
}

static void step(play *this) {
    unsigned what = pick(this, 100);
    unsigned client = pick(this, CLIENTS);
    if (what < 15)
        come_or_go(this, client);
    else if (what < 80)
        join_or_leave(this, client, pick(this, CHANNELS));
    else
        world_pass(&this->world, pick(this, 2000));
    hear_all(this);
    expect_nobody_is_missed(this);
    if (what != 99)
        return;
    world_pass(&this->world, 3000);
    hear_all(this);
    expect_truth(this);
}

static void play_seed(uint64_t seed) {
    static play this;
    this = (play){.random = seed};
    px_webhook_options webhook;
    px_webhook_options_default(&webhook);
    webhook.event_types = 1u << PX_WEBHOOK_CHANNEL_OCCUPIED | 1u << PX_WEBHOOK_CHANNEL_VACATED |
                          1u << PX_WEBHOOK_MEMBER_ADDED | 1u << PX_WEBHOOK_MEMBER_REMOVED;
    px_app_options app = world_app();
    app.webhooks = (px_webhook_list){&webhook, 1};
    world_start(&this.world, &app, NULL);
    memset(this.user_in, -1, sizeof this.user_in);
    for (size_t i = 0; i < STEPS; i++)
        step(&this);
    for (unsigned i = 0; i < CLIENTS; i++)
        if (this.is_open[i])
            come_or_go(&this, i);
    px_hub_drain(this.world.hub, 0); /* nobody will come back: all of it is told now */
    hear_all(&this);
    expect_truth(&this);
    assert_in_range(this.notices, 200, 100000);
    world_stop(&this.world);
}

static void test_beginnings_and_ends_match(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        play_seed(seed);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_beginnings_and_ends_match)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
