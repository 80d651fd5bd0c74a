/* The timeline: what happened while connecting, each thing a short JSON object, for the statistics
 * (docs/protocol.md, "Statistics"). It is kept only where they are sent. When it is full, or there
 * is no memory, entries are lost, and nobody is told: nothing depends on them. */
#ifndef PX_CORE_TIMELINE_H
#define PX_CORE_TIMELINE_H

#include "base/buffer.h"
#include "core/core.h"

enum {
    PX_TIMELINE_ENTRIES = 50,
    PX_TIMELINE_BYTES = 16384, /* of all entries together */
    PX_TIMELINE_TEXT = 200,    /* bytes of one text in an entry: what is longer is cut */
};

typedef struct px_timeline {
    px_buffer entries; /* joined by commas, the oldest first */
    uint16_t lengths[PX_TIMELINE_ENTRIES];
    uint8_t count;
    uint32_t transports; /* so far: they are numbered from 1 */
} px_timeline;

void px_timeline_init(px_core *core);
void px_timeline_free(px_core *core);

void px_timeline_drop_oldest(px_timeline *timeline);
void px_timeline_clear(px_timeline *timeline);

/* {"instances":1}: there is a client, which connects for the first time: before that the wall clock
 * may be unknown. How many clients there are the engine cannot know. */
void px_timeline_instances(px_core *core);

/* {"state":"connected","params":{"socket_id":"1.2"}}: the connection has another state. */
void px_timeline_state(px_core *core);

/* {"action":"retry","delay":1000} */
void px_timeline_retry(px_core *core, uint32_t delay_ms);

/* {"netinfo":"online"} */
void px_timeline_network(px_core *core, px_slice netinfo);

/* {"pong_timed_out":30000} */
void px_timeline_pong_timed_out(px_core *core);

/* {"handshakeError":"Invalid handshake"} */
void px_timeline_handshake_error(px_core *core, px_slice why);

/* {"cached":true,"transport":"ws","latency":120}: an attempt begins with the transport that worked
 * last. */
void px_timeline_cached(px_core *core, px_slice transport, uint32_t latency_ms);

/* {"cid":1,"transport":"wss"}: an attempt. Its number, by which the following know it. */
uint32_t px_timeline_transport(px_core *core, px_slice name, bool tls);

/* {"cid":1,"state":"open"} */
void px_timeline_transport_state(px_core *core, uint32_t cid, px_slice state);

/* {"cid":1,"state":"closed","params":{"code":1006,"reason":"","wasClean":false}} */
void px_timeline_transport_closed(px_core *core, uint32_t cid, int code, px_slice reason,
                                  bool clean);

/* {"cid":1,"error":"connection refused"} */
void px_timeline_transport_error(px_core *core, uint32_t cid, px_slice message);

#endif
