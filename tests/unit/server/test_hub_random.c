/* Input without sense: nothing that a peer sends may crash the hub, leak, or reach others. */
#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static uint64_t next_random(uint64_t *random) {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

static const char *const MESSAGES[] = {
    "{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\"news\",\"auth\":\"\"}}",
    "{\"event\":\"pusher:subscribe\",\"data\":\"{\\\"channel\\\":\\\"sport\\\"}\"}",
    ("{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\"presence-a\",\"auth\":\"k:1\","
     "\"channel_data\":\"{\\\"user_id\\\":1}\"}}"),
    "{\"event\":\"pusher:unsubscribe\",\"data\":{\"channel\":\"news\"}}",
    "{\"event\":\"pusher:ping\",\"data\":{}}",
    "{\"event\":\"client-x\",\"channel\":\"private-a\",\"data\":{\"a\":[1,2.5e3,null,true]}}",
    "{\"event\":\"pusher:signin\",\"data\":{\"auth\":\"k:1\",\"user_data\":\"{}\"}}",
};

/* Replaces, drops, doubles bytes; returns the new length. */
static size_t damage(char *text, size_t len, uint64_t *random) {
    for (uint64_t i = next_random(random) % 4; i > 0 && len > 1; i--) {
        size_t at = (size_t)(next_random(random) % len);
        switch (next_random(random) % 4) {
        case 0:
            text[at] = (char)next_random(random);
            break;
        case 1:
            text[at] = "{}[]\",:\\0e-"[next_random(random) % 11];
            break;
        case 2:
            memmove(text + at, text + at + 1, len - at - 1);
            len--;
            break;
        default:
            len = at;
        }
    }
    return len;
}

static void damaged_messages_harm_nobody(void **state) {
    (void)state;
    enum { ROUNDS = 20000 };
    test_world world;
    test_client witness, client;
    uint64_t random = 88172645463325252u;
    world_start(&world, NULL, NULL);
    client_open(&world, &witness);
    client_join(&world, &witness, "private-a", NULL);
    client_open(&world, &client);
    for (int i = 0; i < ROUNDS; i++) {
        char text[300];
        const char *message =
            MESSAGES[next_random(&random) % (sizeof(MESSAGES) / sizeof(MESSAGES[0]))];
        size_t len = strlen(message);
        memcpy(text, message, len);
        test_guarded input = test_guard(px_slice_of(text, damage(text, len, &random)));
        px_hub_message(world.hub, &client.connection, input.bytes);
        test_unguard(&input);
        if (client.is_closed) {
            assert_int_equal(client.close_code, 1008);
            client_cut(&world, &client);
            client_open(&world, &client);
        }
        client_clear(&client);
    }
    client_expect_nothing(&witness);
    client_cut(&world, &client);
    client_cut(&world, &witness);
    world_stop(&world);
}

static void damaged_requests_are_refused(void **state) {
    (void)state;
    enum { ROUNDS = 20000 };
    static const char *const TEXTS[][4] = {
        {"POST", "/apps/3/events", "auth_key=" TEST_KEY "&auth_signature=a%20b+c&x[]=1",
         "{\"name\":\"e\",\"data\":\"d\",\"channel\":\"news\"}"},
        {"GET", "/apps/3/channels/presence-%41/users", "auth_version=1.0&&=&a=%", ""},
        {"POST", "/apps/3/users/1/terminate_connections", "", "{}"},
    };
    test_world world;
    uint64_t random = 1181783497276652981u;
    world_start(&world, NULL, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        const char *const *texts = TEXTS[next_random(&random) % 3];
        test_guarded parts[4];
        for (int part = 0; part < 4; part++) {
            char text[300];
            size_t len = strlen(texts[part]);
            memcpy(text, texts[part], len);
            parts[part] = test_guard(px_slice_of(text, damage(text, len, &random)));
        }
        px_http_request request = {parts[0].bytes, parts[1].bytes, parts[2].bytes, parts[3].bytes};
        px_http_response response = {.body = &world.body};
        px_hub_http(world.hub, &request, &response);
        assert_in_range(response.status, 401, 405);
        for (int part = 0; part < 4; part++)
            test_unguard(&parts[part]);
    }
    world_stop(&world);
}

/* Bodies that are signed well, but damaged: the publisher is told, and never by a 500. */
static void damaged_events_are_refused(void **state) {
    (void)state;
    enum { ROUNDS = 5000 };
    static const char *const BODIES[][2] = {
        {"/apps/3/events",
         "{\"name\":\"e\",\"data\":{\"a\":[1]},\"channels\":[\"news\",\"a\"],\"info\":\"\","
         "\"socket_id\":\"1.2\"}"},
        {"/apps/3/batch_events",
         "{\"batch\":[{\"name\":\"e\",\"data\":\"d\",\"channel\":\"news\"},{\"name\":\"f\","
         "\"data\":\"\",\"channel\":\"a\",\"info\":\"user_count\"}]}"},
    };
    test_world world;
    uint64_t random = 362436069362436069u;
    world_start(&world, NULL, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        const char *const *texts = BODIES[next_random(&random) % 2];
        char body[300];
        size_t len = strlen(texts[1]);
        memcpy(body, texts[1], len);
        body[damage(body, len, &random)] = '\0';
        world_request(&world, "POST", texts[0], "", body);
        assert_true(world.status == 200 || world.status == 400);
    }
    world_stop(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_messages_harm_nobody),
        cmocka_unit_test(damaged_requests_are_refused),
        cmocka_unit_test(damaged_events_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
