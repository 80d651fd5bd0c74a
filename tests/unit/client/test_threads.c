/* Threads that the library does not know of: a loop that another one ends, and clients on several at a time. What
 * they have in common is for the thread sanitizer to find. */
#include "certificates.h"
#include "client_fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static void greet_and_talk(test_connection *connection, void *context) {
    (void)context;
    if (test_greet(connection) && test_await_text(connection, "pusher:subscribe") &&
        test_send_event(connection, "pusher_internal:subscription_succeeded", "c", "{}") &&
        test_send_event(connection, "news", "c", "\"hello\""))
        test_hold(connection);
}

static void quit(const pusher_event *event, void *context) {
    (void)context;
    pusher_quit(event->client);
}

/* ---- A loop that another thread ends ---- */

static void *run_there(void *context) {
    return (void *)(intptr_t)pusher_run(context);
}

static void is_ended_from_elsewhere(void **state) {
    (void)state;
    fixture *world = fixture_new(greet_and_talk, NULL);
    fixture_connect(world);
    for (int i = 0; i < 20; i++) {
        pthread_t thread;
        void *result;
        assert_int_equal(pthread_create(&thread, NULL, run_there, world->client), 0);
        pusher_quit(world->client);
        assert_int_equal(pthread_join(thread, &result), 0);
        assert_int_equal((intptr_t)result, PUSHER_OK);
    }
    assert_int_equal(pusher_connection_state(world->client), PUSHER_CONNECTED);
    fixture_free(world);
}

/* ---- Clients on several ---- */

enum { THREADS = 4, LIVES = 5 };

/* The whole life of a client, again and again; how often. */
static void *live(void *context) {
    const pusher_options *options = context;
    intptr_t lives = 0;
    for (pusher_client *client; lives < LIVES; lives++) {
        pusher_channel *channel;
        if (pusher_client_new(pusher_str("KEY"), options, &client) ||
            pusher_subscribe(client, pusher_str("c"), &channel) ||
            pusher_channel_bind(channel, pusher_str("news"), quit, NULL, NULL))
            break;
        pusher_connect(client);
        if (pusher_run(client))
            break;
        pusher_client_free(client);
    }
    return (void *)lives;
}

/* With and without TLS, of which libraries below have much in common; by name, for which libcurl has a thread. */
static void live_on_several(const char *certificate, const char *key) {
    fixture *world = fixture_new_tls(greet_and_talk, NULL, certificate, key);
    pthread_t threads[THREADS];
    world->options.host = pusher_str("localhost");
    world->options.insecure = true;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, live, &world->options), 0);
    for (int i = 0; i < THREADS; i++) {
        void *lives;
        assert_int_equal(pthread_join(threads[i], &lives), 0);
        assert_int_equal((intptr_t)lives, LIVES);
    }
    assert_int_equal(test_peer_count(world->peer), THREADS * LIVES);
    fixture_free(world);
}

static void live_on_several_threads(void **state) {
    (void)state;
    live_on_several(NULL, NULL);
}

static void live_on_several_threads_with_tls(void **state) {
    (void)state;
    char certificate[64];
    char key[64];
    snprintf(certificate, sizeof certificate, "%s/self.pem", test_certificates);
    snprintf(key, sizeof key, "%s/self.key", test_certificates);
    live_on_several(certificate, key);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_ended_from_elsewhere),
        cmocka_unit_test(live_on_several_threads),
        cmocka_unit_test(live_on_several_threads_with_tls),
    };
    return cmocka_run_group_tests(tests, test_make_certificates, test_remove_certificates);
}
