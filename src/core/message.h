/* Frames of the protocol (docs/protocol.md, "Messages"): decoding what comes in, encoding what goes
 * out, and the events made from them. */
#ifndef PX_CORE_MESSAGE_H
#define PX_CORE_MESSAGE_H

#include "core/channel.h"
#include "core/fields.h"
#include "core/transport.h"

typedef struct px_frame {
    px_slice event;   /* unescaped */
    px_slice channel; /* unescaped; empty: none */
    px_slice user_id; /* as text; empty: none */
    px_field data;    /* token PX_JSON_END: none */
} px_frame;

/* Decodes one message. PX_ERR_SYNTAX with *why when it is no frame, PX_ERR_NO_MEMORY,
 * PX_ERR_LIMIT. The slices point into the message or, where there were escapes, live until the
 * queue is drained. */
PX_MUST_CHECK int px_frame_decode(px_core *core, px_slice message, px_frame *frame, px_slice *why);

/* The JSON text of a frame's data: what stands in the string, or the value itself; empty when there
 * is none. Lifetime and errors as px_frame_decode. */
PX_MUST_CHECK int px_frame_data(px_core *core, const px_frame *frame, px_slice *json);

/* The text of a string field; valid until the queue is drained. Errors as px_arena_alloc. */
PX_MUST_CHECK int px_field_text(px_core *core, const px_field *field, px_slice *text);

/* The text of an id, which may be a string or a number: 7 and "7" are both "7". Empty for anything
 * else. Errors as px_field_text. */
PX_MUST_CHECK int px_field_id(px_core *core, const px_field *field, px_slice *id);

/* An event of a decoded frame, all but its targets; NULL: no memory. */
px_event *px_event_of_frame(px_core *core, const px_frame *frame, px_slice name, unsigned targets);

/* An empty event; NULL: no memory. */
px_event *px_event_push(px_core *core, unsigned targets, px_slice name);

/* ---- Outgoing: all need a live connection. Errors: PX_ERR_NO_MEMORY, PX_ERR_LIMIT ---- */

/* {"event":...,"data":...,"channel":...}; empty data or channel: left out. */
PX_MUST_CHECK int px_send_event(px_core *core, px_slice event, px_slice data, px_slice channel);

/* pusher:subscribe; with it goes the event that tells the client's bindings. */
PX_MUST_CHECK int px_send_subscribe(px_core *core, const px_channel *channel, px_slice auth,
                                    px_slice channel_data);

/* pusher:subscribe for a channel that the application knows nothing of. */
PX_MUST_CHECK int px_send_subscribe_quietly(px_core *core, px_slice name);

/* pusher:signin */
PX_MUST_CHECK int px_send_signin(px_core *core, px_slice auth, px_slice user_data);

PX_MUST_CHECK int px_send_unsubscribe(px_core *core, px_slice name);

/* {"path":"/app/KEY?..."}: what a transport says first whose URL does not say it. It has just opened. */
PX_MUST_CHECK int px_send_path(px_core *core, px_transport *transport);

/* pusher:ping, pusher:pong. */
PX_MUST_CHECK int px_send_ping(px_core *core);
PX_MUST_CHECK int px_send_pong(px_core *core);

#endif
