/* The world around one engine while a transcript plays: its memory, clock, connections and
 * requests, and the list of what it has done that the transcript has not yet accounted for. */
#ifndef TRANSCRIPT_WORLD_H
#define TRANSCRIPT_WORLD_H

#include "core/core.h"
#include "memory.h"

/* A connection or a request. Both are numbered from 1 in the order in which the engine asked. */
typedef struct transcript_peer {
    px_id id;
    bool alive;
    bool opened;          /* connections: the transport has opened */
    bool asked;           /* requests: the application has to answer */
    px_request_kind kind; /* requests */
} transcript_peer;

enum {
    TRANSCRIPT_START = 123456, /* the clock at the first line: neither 0 nor special */
    TRANSCRIPT_PEERS_MAX = 256,
    TRANSCRIPT_CHANNELS_MAX = 64,
    TRANSCRIPT_OPTION_VALUES_MAX = 64,
    TRANSCRIPT_OPTION_BYTES_MAX = 8192,
    TRANSCRIPT_REACTIONS_MAX = 8,
};

typedef struct transcript_peers {
    const char *noun;
    transcript_peer items[TRANSCRIPT_PEERS_MAX];
    size_t count;
} transcript_peers;

/* A channel the application got; kept when it is gone. */
typedef struct transcript_channel {
    px_channel_id id;
    px_slice name;
} transcript_channel;

typedef struct transcript_output {
    char mark;
    size_t number;  /* of the connection or request; 0: of none */
    bool ambiguous; /* several were alive, so that the transcript must tell the number */
    char *text;
} transcript_output;

/* `when OUTPUT do COMMAND`: what a handler of the application does. */
typedef struct transcript_reaction {
    px_slice output;
    px_slice command; /* empty: done already */
} transcript_reaction;

typedef struct transcript_world {
    test_allocator memory;
    px_core *core; /* NULL until the first line that needs it */
    uint64_t now;
    px_state state;
    bool lenient; /* lines that make no sense are skipped: memory failed before */
    bool logs;
    bool stores;
    bool user_told; /* a sign-in is under way, or somebody is signed in */

    px_options options; /* what they point to: */
    char bytes[TRANSCRIPT_OPTION_BYTES_MAX];
    size_t byte_count;
    px_slice texts[TRANSCRIPT_OPTION_VALUES_MAX];
    size_t text_count;
    px_pair pairs[TRANSCRIPT_OPTION_VALUES_MAX];
    size_t pair_count;

    transcript_peers connections;
    transcript_peers requests;

    transcript_channel channels[TRANSCRIPT_CHANNELS_MAX];
    size_t channel_count;

    transcript_output *outputs;
    size_t output_count;
    size_t output_taken;

    transcript_reaction reactions[TRANSCRIPT_REACTIONS_MAX];
    size_t reaction_count;
    void (*react)(struct transcript_world *world, px_slice command);

    char failure[1024]; /* the first thing that went wrong; empty: nothing */
} transcript_world;

void transcript_world_init(transcript_world *world);
void transcript_world_free(transcript_world *world);

/* Makes the engine with the options set so far, if there is none yet. */
void transcript_world_create(transcript_world *world);

/* Notes a failure, unless there is one already. */
void transcript_fail(transcript_world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds a line to what the engine did. Takes the text. */
void transcript_output_add(transcript_world *world, transcript_output output);

/* The oldest output that was not taken yet, or NULL. */
transcript_output *transcript_output_peek(transcript_world *world);
void transcript_output_take(transcript_world *world);

/* Reports the result of a call: PX_OK says nothing, others are an output `= PUSHER_ERR_...`. */
void transcript_world_result(transcript_world *world, int result);

/* The connection or request with this number; 0: the only one alive. NULL: there is none, which is
 * a failure unless the world is lenient. */
transcript_peer *transcript_world_peer(transcript_world *world, transcript_peers *peers,
                                       uint64_t number);

/* Remembers a channel's id; the name must outlive the world. */
void transcript_world_channel_add(transcript_world *world, px_channel_id id, px_slice name);

/* The id the name had last, alive or not; 0: none. */
px_channel_id transcript_world_channel(const transcript_world *world, px_slice name);

/* Pulls all actions. */
void transcript_world_drain(transcript_world *world);

/* Drains, and fires what is due now. */
void transcript_world_settle(transcript_world *world);

/* Lets time pass until `until`, firing what is due on the way. */
void transcript_world_advance(transcript_world *world, uint64_t until);

/* Lets time pass, at most until `until`, and stops when the engine has done something. */
void transcript_world_advance_to_output(transcript_world *world, uint64_t until);

#endif
