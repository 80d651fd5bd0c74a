/* Watchlists against a model: people come, go, load their pages again and change their lists at
 * random, memory fails now and then, and what each connection was told is what is true. */
#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { CLIENTS = 8, USERS = 5, GRACE = 3000, LATE = 128, ROUNDS = 100, STEPS = 300 };

typedef enum belief { UNWATCHED, UNTOLD, ONLINE, OFFLINE } belief;

typedef struct person {
    test_client client;
    int user; /* -1: not signed in */
    belief beliefs[USERS];
} person;

typedef struct model {
    test_world world;
    uint64_t random;
    person people[CLIENTS];
    uint64_t left_at[USERS]; /* 0: never here */
} model;

static uint64_t below(model *m, uint64_t limit) {
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return m->random % limit;
}

static bool is_here(const model *m, int user) {
    for (int i = 0; i < CLIENTS; i++)
        if (m->people[i].user == user)
            return true;
    return false;
}

/* ---- What clients are told ---- */

/* The ids behind "name":"NAME","user_ids":[, one letter each. */
static void learn_list(person *p, const char *message, const char *name, belief now) {
    char key[64];
    (void)snprintf(key, sizeof(key), "\\\"name\\\":\\\"%s\\\",\\\"user_ids\\\":[", name);
    const char *ids = strstr(message, key);
    for (ids = ids ? ids + strlen(key) : "]"; *ids != ']'; ids++) {
        if (*ids < 'a' || *ids >= 'a' + USERS)
            continue;
        belief *known = &p->beliefs[*ids - 'a'];
        assert_int_not_equal(*known, UNWATCHED);
        assert_int_not_equal(*known, now); /* nobody is told twice */
        *known = now;
    }
}

static void learn(person *p) {
    static const char EVENT[] = "pusher_internal:watchlist_events";
    assert_int_equal(px_buffer_append_byte(&p->client.received, '\0'), PX_OK);
    const char *message = p->client.received.data;
    for (; (message = strstr(message, EVENT)); message += sizeof(EVENT)) {
        char one[2000];
        size_t len = strcspn(message, "\n");
        assert_in_range(len, 1, sizeof(one) - 1);
        memcpy(one, message, len);
        one[len] = '\0';
        learn_list(p, one, "online", ONLINE);
        learn_list(p, one, "offline", OFFLINE);
    }
    client_clear(&p->client);
}

/* ---- What people do ---- */

static void leave(model *m, person *p) {
    int user = p->user;
    p->user = -1;
    memset(p->beliefs, 0, sizeof(p->beliefs));
    if (user >= 0 && !is_here(m, user))
        m->left_at[user] = m->world.now_ms;
}

static void come_back(model *m, person *p) {
    client_cut(&m->world, &p->client);
    leave(m, p);
    client_open(&m->world, &p->client);
}

static void sign_in(model *m, person *p) {
    char data[200] = "";
    int user = p->user >= 0 ? p->user : (int)below(m, USERS);
    size_t len = (size_t)snprintf(data, sizeof(data), "{'id':'%c','watchlist':[''", 'a' + user);
    for (int i = 0; i < USERS; i++) {
        p->beliefs[i] = below(m, 2) ? UNTOLD : UNWATCHED;
        if (p->beliefs[i] == UNTOLD)
            len += (size_t)snprintf(data + len, sizeof(data) - len, ",'%c'", 'a' + i);
    }
    (void)snprintf(data + len, sizeof(data) - len, "]}");
    client_ask_to_sign_in(&m->world, &p->client, data);
    p->user = user;
}

static void terminate(model *m) {
    char path[64];
    int user = (int)below(m, USERS);
    (void)snprintf(path, sizeof(path), "/apps/3/users/%c/terminate_connections", 'a' + user);
    world_request(&m->world, "POST", path, "", "{}");
    assert_true(m->world.status == 200 || m->world.status == 500);
}

static void step(model *m) {
    person *p = &m->people[below(m, CLIENTS)];
    if (below(m, 10) == 0)
        m->world.memory.fail_at = m->world.memory.calls + 1 + (size_t)below(m, 10);
    switch (below(m, 8)) {
    case 0:
        terminate(m);
        break;
    case 1:
        come_back(m, p);
        break;
    case 2:
    case 3:
        world_pass(&m->world, below(m, 2 * GRACE));
        break;
    default:
        if (!p->client.is_closed)
            sign_in(m, p);
    }
    m->world.memory.fail_at = 0;
    for (int i = 0; i < CLIENTS; i++) {
        learn(&m->people[i]);
        if (m->people[i].client.is_closed)
            leave(m, &m->people[i]);
    }
}

static void check(const model *m) {
    for (int user = 0; user < USERS; user++) {
        bool here = is_here(m, user);
        bool is_gone = !here && m->left_at[user] + GRACE + LATE <= m->world.now_ms;
        for (int i = 0; i < CLIENTS; i++) {
            belief told = m->people[i].beliefs[user];
            assert_int_not_equal(told, UNTOLD);
            if (told != UNWATCHED && (here || is_gone))
                assert_int_equal(told, here ? ONLINE : OFFLINE);
        }
    }
}

static void everybody_is_told_the_truth(void **state) {
    (void)state;
    static model m;
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        m = (model){.random = round * 0x9e3779b97f4a7c15};
        world_start(&m.world, NULL, NULL);
        m.world.memory.fail_once = true;
        for (int i = 0; i < CLIENTS; i++) {
            m.people[i].user = -1;
            client_open(&m.world, &m.people[i].client);
        }
        for (int i = 0; i < STEPS; i++) {
            step(&m);
            check(&m);
        }
        for (int i = 0; i < CLIENTS; i++)
            client_cut(&m.world, &m.people[i].client);
        world_stop(&m.world);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(everybody_is_told_the_truth)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
