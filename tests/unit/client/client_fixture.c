#include "client_fixture.h"

#include "patience.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PATIENCE_MS = 10000 };

/* Only one transport: others join when it is slow, and a test that is slow must not see that. */
static const pusher_string only_ws[] = {{"ws", 2}};

fixture *fixture_new_with(test_script script, void *context, const test_peer_options *options) {
    test_peer *peer = test_peer_start_with(script, context, options);
    if (!peer)
        return NULL;
    fixture *world = calloc(1, sizeof *world);
    assert_non_null(world);
    world->peer = peer;
    world->options = (pusher_options)PUSHER_OPTIONS_INIT;
    world->options.host = pusher_str(options->ipv6 ? "::1" : "127.0.0.1");
    world->options.port = test_peer_port(peer);
    world->options.tls_port = test_peer_port(peer);
    world->options.plain = options->certificate == NULL;
    world->options.enabled_transports = only_ws;
    world->options.enabled_transport_count = 1;
    world->options.no_transport_cache = true; /* another test may have had the same port */
    return world;
}

fixture *fixture_new_tls(test_script script, void *context, const char *certificate,
                         const char *key) {
    const test_peer_options options = {.certificate = certificate, .key = key};
    fixture *world = fixture_new_with(script, context, &options);
    assert_non_null(world);
    return world;
}

fixture *fixture_new(test_script script, void *context) {
    return fixture_new_tls(script, context, NULL, NULL);
}

void fixture_make(fixture *world) {
    world->options.log = note_log;
    world->options.log_context = world;
    assert_int_equal(pusher_client_new(pusher_str("KEY"), &world->options, &world->client),
                     PUSHER_OK);
    assert_int_equal(pusher_connection_bind_global(world->client, note_event, world, NULL),
                     PUSHER_OK);
}

void fixture_connect(fixture *world) {
    fixture_make(world);
    pusher_connect(world->client);
    await(world, "connected\n");
}

void fixture_stop_peer(fixture *world) {
    if (world->peer)
        test_peer_stop(world->peer);
    world->peer = NULL;
}

void fixture_free(fixture *world) {
    pusher_client_free(world->client);
    fixture_stop_peer(world);
    free(world);
}

/* ---- The journal ---- */

void note(fixture *world, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t room = sizeof world->journal - world->journal_len;
    int len = vsnprintf(world->journal + world->journal_len, room, format, arguments);
    va_end(arguments);
    assert_true(len >= 0 && (size_t)len < room);
    world->journal_len += (size_t)len;
}

void note_event(const pusher_event *event, void *context) {
    fixture *world = context;
    const pusher_error *error = event->error;
    int name_len = (int)event->name.len;
    const char *name = event->name.ptr;
    if (error)
        note(world, "%.*s %s %s %d %d %.*s\n", name_len, name, pusher_error_type_name(error->type),
             pusher_result_name(error->result), error->code, error->status, (int)error->message.len,
             error->message.len ? error->message.ptr : "");
    else if (event->data.len)
        note(world, "%.*s %.*s\n", name_len, name, (int)event->data.len, event->data.ptr);
    else
        note(world, "%.*s\n", name_len, name);
}

void note_destroyed(void *world) {
    note(world, "destroyed\n");
}

void note_log(pusher_log_level level, pusher_string line, void *world) {
    note(world, "log %d %.*s\n", (int)level, (int)line.len, line.ptr);
}

int noted(const fixture *world, const char *text) {
    int count = 0;
    for (const char *at = world->journal; (at = strstr(at, text)) != NULL; at += strlen(text))
        count++;
    return count;
}

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

void await_times(fixture *world, const char *text, int times) {
    long long end = now_ms() + test_patience_ms(PATIENCE_MS);
    while (noted(world, text) < times) {
        long long left = end - now_ms();
        if (left <= 0)
            fail_msg("waited in vain for %d times \"%s\"; the journal is:\n%s", times, text,
                     world->journal);
        assert_int_equal(pusher_poll(world->client, (int)left), PUSHER_OK);
    }
}

void await(fixture *world, const char *text) {
    await_times(world, text, 1);
}

void settle(pusher_loop *loop) {
    do
        assert_int_equal(pusher_loop_dispatch(loop), PUSHER_OK);
    while (pusher_loop_timeout(loop) == 0);
}
