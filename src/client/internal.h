/* What the files of this folder share: the client and its channels. */
#ifndef PX_CLIENT_INTERNAL_H
#define PX_CLIENT_INTERNAL_H

#include "client/bindings.h"
#include "client/settings.h"
#include "core/core.h"
#include "driver/http_queue.h"
#include "driver/loop.h"
#include "driver/network_watch.h"
#include "driver/ws_transport.h"

struct pusher_channel {
    pusher_client *client;
    px_channel_id id;
    px_bindings bindings;
    px_garbage garbage;
    size_t name_len;
    char name[];
};

/* A transport that the core knows as `id`. Without a WebSocket: it could not even be begun. */
typedef struct px_connection_attempt {
    px_id id; /* 0: this place is free */
    px_ws_transport *socket;
} px_connection_attempt;

enum { PX_MAX_ATTEMPTS = 8 };

struct pusher_client {
    const px_allocator *allocator;
    px_loop *loop;
    px_multi *multi;
    bool owns_loop;
    bool pumping;
    bool dying; /* freed, but the pump is still at work */
    px_core *core;
    px_arena memory; /* what `settings` points to */
    px_settings settings;
    px_ws_options ws_options;
    uint64_t seed[2];
    uint64_t wall_distance; /* of the wall clock from the loop's, as the core knows it */
    px_connection_attempt attempts[PX_MAX_ATTEMPTS];
    px_http_queue requests;
    px_id unstarted[PX_MAX_ATTEMPTS]; /* requests that there was no memory for */
    uint64_t scripts;                 /* so far: receivers are numbered from 1 */
    struct pusher_authorization *questions;
    pusher_channel **channels; /* by slot of their id */
    size_t channel_capacity;
    px_bindings bindings;
    px_bindings connection_bindings;
    px_bindings user_bindings;
    px_bindings watchlist_bindings;
    px_buffer opened; /* what was in a box */
    px_task pump;
    px_deadline deadline;
    px_network_listener network;
    px_garbage garbage;
};

/* As pusher_client_new, with an allocator. */
PX_MUST_CHECK int px_client_new(const px_allocator *allocator, pusher_string key,
                                const pusher_options *options, pusher_client **client);

/* ---- pump.c: carries out what the core wants ---- */

extern const px_ws_events px_client_ws_events;

/* The application changed something: what follows from it is done inside the loop's next turn. */
void px_client_changed(pusher_client *client);

/* The core, which knows what time it is: whatever pauses or waits because of the next call does so from now on. */
px_core *px_client_core(pusher_client *client);

/* Tells the core what time it is, by both clocks, and lets it do what is due. */
void px_client_tell_time(pusher_client *client);

void px_client_on_pump(px_task *task);
void px_client_on_deadline(px_deadline *deadline);
extern const px_http_events px_client_http_events;

/* Lets out what still waits to be sent, closes everything, without a word to any handler. */
void px_client_hang_up(pusher_client *client);

/* The last step of freeing a client; nothing of it may be on the stack. */
void px_client_finish(pusher_client *client);

/* True when that many more bytes would be too many to wait for the socket. */
bool px_client_is_congested(const pusher_client *client, size_t more);

/* ---- log.c ---- */

/* Logs a line of the core's: a JSON array. */
void px_client_log_line(const pusher_client *client, pusher_log_level level, px_slice line);

/* Logs a sentence of our own, where the level is on. */
void px_client_log(const pusher_client *client, pusher_log_level level, const char *sentence);

/* ---- deliver.c ---- */

void px_client_deliver(pusher_client *client, const px_event *event);
void px_client_deliver_state(pusher_client *client, px_state previous, px_state current);

/* ---- authorize.c ---- */

/* Asks the application: its authorizer, or its providers of parameters and headers. */
void px_client_authorize(pusher_client *client, const px_action *action);

void px_client_forget_questions(pusher_client *client);

/* ---- channel.c ---- */

/* NULL for 0 and for a channel that is gone. */
pusher_channel *px_client_channel(const pusher_client *client, px_channel_id id);

/* Ends the object and its bindings. */
void px_channel_end(pusher_channel *channel);

#endif
