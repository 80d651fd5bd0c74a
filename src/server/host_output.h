/* What waits to be written to one socket: a queue of shared messages. A broadcast is in memory once,
 * however many connections wait for it. */
#ifndef PX_SERVER_HOST_OUTPUT_H
#define PX_SERVER_HOST_OUTPUT_H

#include "server/host_joined.h"
#include "server/host_socket.h"
#include "server/hub.h"

enum { PX_OUTPUT_FEW = 4 };

typedef struct px_host_output {
    px_message **items; /* `few`, or more of `memory` */
    uint32_t first;     /* index of the first that waits */
    uint32_t count;
    uint32_t capacity;
    uint32_t written;  /* bytes of the first that are out already */
    uint32_t promised; /* bytes behind these that TLS has in hand, see px_socket_write */
    size_t bytes;      /* that wait */
    px_message *few[PX_OUTPUT_FEW];
    const px_allocator *memory;
} px_host_output;

typedef enum px_host_written {
    PX_WRITTEN_ALL,    /* the queue is empty */
    PX_WRITTEN_SOME,   /* the socket takes no more now */
    PX_WRITTEN_FAILED, /* the connection is broken */
} px_host_written;

/* The output must not move in memory afterwards. */
void px_output_init(px_host_output *output, const px_allocator *memory);

/* Releases everything that waits. */
void px_output_free(px_host_output *output);

/* Makes room for one more. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_output_grow(px_host_output *output);

/* Puts the message at the end of the queue with a reference of its own. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK static inline int px_output_add(px_host_output *output, px_message *message) {
    if (output->first + output->count == output->capacity && px_output_grow(output) != PX_OK)
        return PX_ERR_NO_MEMORY;
    output->items[output->first + output->count++] = px_message_hold(message);
    output->bytes += message->frame_len;
    return PX_OK;
}

/* Takes the first message off the queue; its reference is the caller's. NULL: there is none. Not for
 * queues that are written to a socket. */
px_message *px_output_shift(px_host_output *output);

/* Drops what waits, but for messages that are partly out or in TLS's hands: the peer would not
 * understand what comes behind half a frame. */
void px_output_drop(px_host_output *output);

/* Writes as much as the socket takes. Never blocks, never raises SIGPIPE. */
px_host_written px_output_write(px_host_output *output, px_host_socket *socket, px_joined *joined);

/* For those who write themselves: what to write first of a queue that is not empty, and that so many
 * bytes of it are out. False as px_joined_bytes. */
bool px_output_next(const px_host_output *output, px_joined *joined, px_slice *bytes);
void px_output_sent(px_host_output *output, size_t count);

/* A message of these bytes, one part after the other, to be sent as they are. NULL without memory.
 * The caller has the one reference. */
px_message *px_output_message(const px_allocator *memory, const px_slice *parts, size_t count);

#endif
