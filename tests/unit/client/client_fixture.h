/* A client, a scripted peer to talk to, and a journal of what the handlers heard. */
#ifndef CLIENT_FIXTURE_H
#define CLIENT_FIXTURE_H

#include "peer.h"

#include <pusher/pusher.h>

/* cmocka wants these first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct fixture {
    test_peer *peer;
    pusher_options options; /* change them before fixture_make */
    pusher_client *client;
    char journal[65536];
    size_t journal_len;
} fixture;

/* Starts a peer and sets the options to talk to it without TLS. */
fixture *fixture_new(test_script script, void *context);

/* The same with TLS. */
fixture *fixture_new_tls(test_script script, void *context, const char *certificate,
                         const char *key);

/* The same with more choices. NULL: the machine has no IPv6. */
fixture *fixture_new_with(test_script script, void *context, const test_peer_options *options);

/* Makes the client; every event of its connection is written down. */
void fixture_make(fixture *world);

/* fixture_make, connect, and wait until connected. */
void fixture_connect(fixture *world);

/* Stops the peer, so that what its scripts wrote down can be read. */
void fixture_stop_peer(fixture *world);

/* Ends all. The client may be gone already (client NULL), and the peer stopped. */
void fixture_free(fixture *world);

/* ---- The journal ---- */

/* Handlers for any place: they write "NAME\n", or "NAME DATA\n"; errors as
 * "NAME TYPE RESULT CODE STATUS MESSAGE\n". The context is the fixture. */
void note_event(const pusher_event *event, void *world);

/* A destructor that writes "destroyed\n". */
void note_destroyed(void *world);

/* A log function that writes "log LEVEL LINE\n". */
void note_log(pusher_log_level level, pusher_string line, void *world);

void note(fixture *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* How often the text is in the journal. */
int noted(const fixture *world, const char *text);

/* Turns the loop until the journal has the text; fails the test after ten seconds (patience.h). */
void await(fixture *world, const char *text);

/* Turns the loop until the text is there that often. */
void await_times(fixture *world, const char *text, int times);

/* Turns the loop as long as something is to be done at once. */
void settle(pusher_loop *loop);

#endif
