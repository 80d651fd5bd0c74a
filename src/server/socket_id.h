/* Socket ids, and the table that finds a connection by its id.
 *
 * An id is "SLOT.RANDOM": the connection's place in the table, disguised, and 53 bits of a keyed
 * hash of a number that never repeats. The place makes ids of live connections different and the
 * search one array access; the hash makes them unguessable and keeps a later connection in the same
 * place from getting an id that was used before. */
#ifndef PX_SERVER_SOCKET_ID_H
#define PX_SERVER_SOCKET_ID_H

#include "server/hub.h"

typedef struct px_socket_table {
    const px_allocator *allocator;
    uint64_t seed[2];
    uint64_t serial;        /* connections so far */
    px_hub_connection **at; /* by place; NULL: free */
    uint32_t *free_places;  /* a stack */
    uint32_t free_count;
    uint32_t capacity;
} px_socket_table;

enum { PX_SOCKET_ID_MAX = 41 };

void px_sockets_init(px_socket_table *table, const px_allocator *allocator, const uint64_t seed[2]);
void px_sockets_free(px_socket_table *table);

static inline size_t px_sockets_count(const px_socket_table *table) {
    return table->capacity - table->free_count;
}

/* Gives the connection its socket_id. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_sockets_add(px_socket_table *table, px_hub_connection *connection);
void px_sockets_remove(px_socket_table *table, px_hub_connection *connection);

/* The open connection with this id, or NULL. */
px_hub_connection *px_sockets_find(const px_socket_table *table, px_slice socket_id);

/* The connection's id as text, in `out`. */
px_slice px_socket_id_text(const px_hub_connection *connection, char out[PX_SOCKET_ID_MAX]);

#endif
