/* What the parts of the simulator share: the world of one episode. Time stands still while something
 * happens in it, and goes on to the next thing that is to happen. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <setjmp.h>

#include "core/core.h"
#include "plan.h"
#include "server/hub.h"

#define SIM_ID     "3"
#define SIM_KEY    "KEY"
#define SIM_SECRET "SECRET"
#define SIM_NOBODY UINT32_MAX

enum {
    SIM_MAX_EVENTS = 4096,           /* that are published in an episode */
    SIM_USER_CHANNEL = SIM_CHANNELS, /* stands for #server-to-user-... */
    SIM_UNIX = 1700000000,
};

typedef struct sim_world sim_world;

/* Where an engine or the hub has its memory from. */
typedef struct sim_memory {
    sim_world *world;
    px_allocator allocator;
    uint32_t grants;  /* so many allocations succeed, */
    uint32_t refuses; /* and so many behind them do not */
    bool has_refused; /* some ever did not */
} sim_memory;

/* Something that is to happen. */
typedef struct sim_event {
    uint64_t at;
    uint64_t order; /* of those of one time */
    void (*run)(sim_world *world, const struct sim_event *event);
    bool is_here;     /* it has arrived, and waits for the machine to wake up */
    uint32_t machine; /* the client that it happens to: it waits while that sleeps; or SIM_NOBODY */
    uint32_t index;   /* of a connection, a request, an operation */
    uint32_t number;
    size_t len;
    char bytes[];
} sim_event;

typedef struct sim_agenda {
    sim_event **heap;
    size_t count;
    size_t capacity;
    uint64_t orders;
} sim_agenda;

/* A transport of a client as the network has it: a WebSocket, or an HTTP session with its requests. Those of
 * an episode are never used again. */
typedef struct sim_connection {
    px_hub_connection hub; /* first: the server's end */
    sim_world *world;
    uint32_t index;
    uint32_t client;
    uint32_t life; /* of the client: an engine that was freed hears nothing more */
    px_id id;      /* the transport's, 0 over HTTP */
    bool is_http;
    bool is_closed;        /* by the client, or it was told of the end */
    bool is_silent;        /* nothing travels any more, and nobody is told */
    bool was_refused;      /* by the server, with a code that says never to come back */
    uint64_t to_client_at; /* what comes later arrives later */
    uint64_t to_server_at;
    /* The session. */
    char name[32];
    bool is_polling;
    bool is_sockjs; /* plain SockJS, whose first message names the app */
    bool greeted;
    bool beat;         /* an `h` was sent that nothing has answered */
    bool must_beat;    /* one waits to be sent */
    uint32_t receiver; /* the request that the server answers; SIM_NOBODY: there is none */
    uint32_t asked;    /* the client's last request that receives */
    bool is_opened;    /* the server knows the session */
    bool is_revived;   /* it had forgotten it, and what comes is of a session that is over */
    bool is_flushing;  /* what waits is about to be sent */
    uint64_t expires_at;
    uint64_t beats_at; /* the next heartbeat */
    size_t streamed;   /* characters of the answer */
    char *waiting; /* messages that wait for a receiver, as JSON strings with commas between them */
    size_t waiting_len;
    char ending[192]; /* the `c` frame */
    /* What the server has done, and what has come of it. */
    bool established;
    bool authorized;
    uint64_t opened_at;
    bool subscribed[SIM_CHANNELS];
    uint32_t user;     /* signed in as it; SIM_NOBODY */
    uint32_t greeting; /* the cache channel whose first event is due; SIM_NOBODY */
    uint32_t mark;     /* the last event that was delivered */
    uint32_t *sent;    /* events, in order: numbers in world.published */
    size_t sent_count;
    size_t sent_capacity;
    size_t received;
    uint32_t triggered; /* client events that were sent */
    uint32_t heard;     /* and came */
} sim_connection;

/* A request of a client: of an HTTP session or to the endpoint. */
typedef struct sim_request {
    uint32_t index;
    uint32_t client;
    uint32_t life;
    px_id id;
    px_request_kind kind;
    bool is_question; /* PX_ACTION_AUTHORIZE */
    bool is_script;   /* answered in the JSONP layout */
    bool is_over;
    bool is_lost;        /* it never gets there */
    uint32_t connection; /* of a session; SIM_NOBODY */
    uint32_t channels;   /* what it asks to authorize, as bits */
    bool is_batch;
    char socket_id[64];
} sim_request;

/* An event that was published. */
typedef struct sim_published {
    uint32_t channel;
    uint32_t key; /* what it is sealed with: the version of the master key */
} sim_published;

/* What a client knows of one channel, by what it was told. */
typedef struct sim_view {
    px_channel_id id; /* 0: the engine does not know the channel */
    bool wanted;
    bool subscribed;
    bool failed;      /* the last thing heard is an error after which nothing is tried */
    bool is_full;     /* for which the number of members is the reason */
    uint32_t request; /* asks for its authorization; SIM_NOBODY */
    uint32_t members; /* users, as bits */
    /* Encrypted channels. */
    uint32_t key; /* its version; 0: none */
    bool renewing;
    uint32_t *waiting; /* events, in order */
    size_t waiting_count;
    size_t waiting_capacity;
    size_t due; /* so many of the first are given once more now */
} sim_view;

/* What the engine wants to be remembered: which transport works, with TLS and without. */
enum { SIM_STORES = 2 };
typedef struct sim_stored {
    size_t key_len;
    size_t data_len;
    char key[64];
    char data[256];
} sim_stored;

typedef struct sim_client {
    sim_memory memory;
    sim_stored stored[SIM_STORES];
    uint32_t index;
    uint32_t life;
    px_core *core;
    uint64_t random; /* of its application */
    bool is_draining;
    bool is_dying; /* freed by a handler */
    bool wants_connection;
    bool wants_user;
    uint32_t hang_ups; /* calls of disconnect whose effect was not told yet */
    uint32_t asks;     /* the same for connect */
    bool retries;      /* the application is about to connect again */
    px_state state;
    uint64_t armed_for; /* the deadline, and when it is seen */
    uint64_t armed_at;
    uint64_t asleep_until;
    uint64_t slept_until; /* the last time */
    uint64_t stalled_until;
    uint64_t blocked_until[4]; /* by what: WebSockets, HTTP, both, the endpoint */
    uint64_t refused_until[4];
    uint32_t live;    /* the connection; SIM_NOBODY */
    uint32_t feeding; /* what is being told of */
    uint64_t heard_at;
    uint64_t pinged_at; /* 0: not since then */
    uint32_t idle_ms;   /* after which a ping is due, at most */
    bool signed_in;
    bool signin_failed;
    uint32_t online; /* users, as bits */
    uint32_t user_request;
    sim_view views[SIM_CHANNELS];
} sim_client;

typedef struct sim_cached {
    uint32_t event; /* SIM_NOBODY: none */
    uint64_t at;
} sim_cached;

struct sim_world {
    const sim_plan *plan;
    FILE *trace; /* NULL: nobody reads along */
    jmp_buf failed;
    char failure[64]; /* the invariant's name */
    char details[512];
    uint64_t now;
    uint64_t steps;
    uint64_t random; /* of the network and the endpoint */
    sim_agenda agenda;
    sim_memory memory; /* of the hub */
    size_t live_bytes; /* of the hub and all engines */
    /* The server. */
    px_hub *hub;
    uint32_t hubs; /* so many in all */
    uint64_t down_until;
    uint32_t master_key; /* its version */
    sim_cached cached[SIM_CHANNELS];
    bool occupied[SIM_CHANNELS]; /* as webhooks tell */
    uint32_t present[SIM_CHANNELS];
    sim_published published[SIM_MAX_EVENTS];
    uint32_t published_count;
    uint32_t publishing; /* the event that is being delivered; SIM_NOBODY */
    /* The endpoint. */
    uint32_t endpoint_mode;
    uint64_t endpoint_until;
    /* The clients. */
    sim_client clients[SIM_MAX_CLIENTS];
    sim_connection **connections;
    size_t connection_count;
    size_t connection_capacity;
    sim_request **requests;
    size_t request_count;
    size_t request_capacity;
    /* The end. */
    bool is_quiet;  /* no more operations or faults */
    bool is_steady; /* everybody has what it wants: nothing may change any more */
};

/* ---- clock.c ---- */

/* Lets something happen; the bytes are copied. */
void sim_later(sim_world *world, uint64_t at, void (*run)(sim_world *world, const sim_event *event),
               uint32_t machine, uint32_t index, uint32_t number, px_slice bytes);
/* When the next event is; UINT64_MAX: none is. */
uint64_t sim_next_event(const sim_world *world);
/* Takes it out and lets it happen. */
void sim_run_event(sim_world *world);
void sim_agenda_free(sim_world *world);

uint32_t sim_setting_of(const sim_world *world, const sim_client *client, int setting);
uint64_t sim_latency(sim_world *world);

/* ---- memory.c ---- */

void sim_memory_init(sim_world *world, sim_memory *memory);
/* So many allocations succeed from now on; then so many fail. */
void sim_starve(sim_memory *memory, uint32_t grants, uint32_t refuses);
void sim_check_memory(sim_world *world);

/* ---- trace.c ---- */

/* Ends the episode: the invariant does not hold. */
_Noreturn void sim_fail(sim_world *world, const char *invariant, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A line of the transcript, when there is one. */
void sim_say(const sim_world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define SIM_PRINT(slice) (int)(slice).len, (slice).ptr

/* ---- Texts ---- */

/* The number of the channel's name; SIM_USER_CHANNEL for users' channels; SIM_NOBODY for others. */
uint32_t sim_channel_of(px_slice name);
bool sim_is_private(uint32_t channel);
bool sim_is_presence(uint32_t channel);
bool sim_is_encrypted(uint32_t channel);
bool sim_is_cache(uint32_t channel);
/* What stands behind the first `key` in the text, as far as `end`; empty: nothing does. */
px_slice sim_between(px_slice text, const char *key, char end);
/* The number of the user "u7"; SIM_NOBODY: it is none. */
uint32_t sim_user_of(px_slice text);
/* The event's number in world.published, from its name "e-7" or "client-7"; SIM_NOBODY: none. */
uint32_t sim_event_of(px_slice name);
/* The users whose ids stand in the JSON, as bits. */
uint32_t sim_users_in(px_slice json);

#endif
