/* An engine in a test: made with a counting allocator, driven by hand, with what it wants written
 * down. */
#ifndef TEST_ENGINE_FIXTURE_H
#define TEST_ENGINE_FIXTURE_H

#include "core/core.h"
#include "memory.h"

enum { ENGINE_MAX_OPEN = 8 };

typedef struct engine_fixture {
    test_allocator memory;
    px_core *core;
    uint64_t now;
    size_t counts[PX_ACTION_CHANNEL_GONE + 1]; /* actions so far, by type */
    px_id opened[ENGINE_MAX_OPEN];             /* transports, in the order of OPEN */
    uint64_t opened_at[ENGINE_MAX_OPEN];
    px_id closed[ENGINE_MAX_OPEN];
    px_id request;      /* of the last REQUEST or AUTHORIZE */
    px_event event;     /* the last one */
    bool refuses_boxes; /* of encrypted channels: none can be opened */
} engine_fixture;

/* Options that are enough to make an engine; WebSockets only. */
px_options engine_options(void);

void engine_init(engine_fixture *engine, const px_options *options);

/* Frees the engine; all its memory must be back. */
void engine_free(engine_fixture *engine);

/* Carries out what is queued. */
void engine_drain(engine_fixture *engine);

/* Lets time pass, with all the ticks the engine asks for on the way. */
void engine_wait(engine_fixture *engine, uint64_t ms);

void engine_message(engine_fixture *engine, px_slice message);

/* connect(), an opened transport and a handshake. */
void engine_establish(engine_fixture *engine);

/* Subscribes to a public channel, with the server's consent. */
px_channel_id engine_subscribe(engine_fixture *engine, const char *name);

#endif
