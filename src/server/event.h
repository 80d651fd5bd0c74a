/* The messages that the server sends. Those with double-encoded data (a JSON text inside a string)
 * are made with px_event_begin, writing to `data`, and px_event_end. All return a message that the
 * caller owns, or NULL without memory. */
#ifndef PX_SERVER_EVENT_H
#define PX_SERVER_EVENT_H

#include "server/hub_state.h"
#include "json/writer.h"

typedef struct px_event_writer {
    px_json_writer message;
    px_json_writer data; /* inside the string */
    size_t mark;
} px_event_writer;

/* channel.ptr NULL: the event has no channel. */
void px_event_begin(px_hub *hub, px_event_writer *writer, px_slice event, px_slice channel);
px_message *px_event_end(px_hub *hub, px_event_writer *writer);

/* An event whose data is the empty object: pings, pongs, confirmations. */
px_message *px_event_plain(px_hub *hub, px_slice event, px_slice channel);

px_message *px_event_established(px_hub *hub, const px_hub_connection *connection);

/* pusher:signin_success. */
px_message *px_event_signed_in(px_hub *hub, px_slice user_data);

/* pusher:error; code 0 is written as null. */
px_message *px_event_error(px_hub *hub, uint16_t code, px_slice text);

/* pusher:subscription_error. */
px_message *px_event_subscription_error(px_hub *hub, px_slice channel, px_slice type, px_slice text,
                                        unsigned status);

/* pusher_internal:subscription_count. */
px_message *px_event_subscription_count(px_hub *hub, px_slice channel, uint32_t count);

/* An event that an application published: data is a text. */
px_message *px_event_published(px_hub *hub, px_slice event, px_slice channel, px_slice data);

/* A client event: data is JSON and goes on as it came. user_id.ptr NULL: none. */
px_message *px_event_from_client(px_hub *hub, px_slice event, px_slice channel, px_slice json,
                                 px_slice user_id);

#endif
