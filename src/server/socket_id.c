#include "server/socket_id.h"

#include "base/map.h"
#include "net/protocol_name.h"

enum { FIRST_CAPACITY = 64, PLACE_BITS = 31, RANDOM_BITS = 53 };

void px_sockets_init(px_socket_table *table, const px_allocator *allocator,
                     const uint64_t seed[2]) {
    *table = (px_socket_table){.allocator = allocator, .seed = {seed[0], seed[1]}};
}

static size_t block_size(uint32_t capacity) {
    return capacity * (sizeof(px_hub_connection *) + sizeof(uint32_t));
}

void px_sockets_free(px_socket_table *table) {
    px_free(table->allocator, table->at, block_size(table->capacity));
    px_sockets_init(table, table->allocator, table->seed);
}

/* One block holds both arrays, so that growing is all or nothing. */
static int grow(px_socket_table *table) {
    if (table->capacity >= UINT32_C(1) << (PLACE_BITS - 1))
        return PX_ERR_NO_MEMORY;
    uint32_t capacity = table->capacity ? table->capacity * 2 : FIRST_CAPACITY;
    px_hub_connection **at = px_alloc_zero(table->allocator, block_size(capacity));
    if (!at)
        return PX_ERR_NO_MEMORY;
    if (table->capacity)
        memcpy(at, table->at, table->capacity * sizeof(*at));
    px_free(table->allocator, table->at, block_size(table->capacity));
    table->at = at;
    table->free_places = (uint32_t *)(at + capacity);
    while (capacity > table->capacity)
        table->free_places[table->free_count++] = --capacity;
    table->capacity += table->free_count;
    return PX_OK;
}

/* The same for the whole life of the table; hides how many connections there are. */
static uint64_t disguise(const px_socket_table *table, uint64_t place) {
    return place ^ (table->seed[0] & ((UINT64_C(1) << PLACE_BITS) - 1));
}

int px_sockets_add(px_socket_table *table, px_hub_connection *connection) {
    if (table->free_count == 0 && grow(table) != PX_OK)
        return PX_ERR_NO_MEMORY;
    uint32_t place = table->free_places[--table->free_count];
    table->serial++;
    uint64_t hash =
        px_hash(table->seed, px_slice_of((const char *)&table->serial, sizeof(table->serial)));
    table->at[place] = connection;
    connection->socket_id[0] = disguise(table, place);
    connection->socket_id[1] = hash >> (64 - RANDOM_BITS);
    return PX_OK;
}

void px_sockets_remove(px_socket_table *table, px_hub_connection *connection) {
    uint32_t place = (uint32_t)disguise(table, connection->socket_id[0]);
    table->at[place] = NULL;
    table->free_places[table->free_count++] = place;
}

px_hub_connection *px_sockets_find(const px_socket_table *table, px_slice socket_id) {
    uint64_t id[2];
    if (!px_socket_id_valid(socket_id))
        return NULL;
    size_t first =
        (size_t)((const char *)memchr(socket_id.ptr, '.', socket_id.len) - socket_id.ptr);
    if (!px_slice_to_u64(px_slice_of(socket_id.ptr, first), &id[0]) ||
        !px_slice_to_u64(px_slice_after(socket_id, first + 1), &id[1]))
        return NULL;
    uint64_t place = disguise(table, id[0]);
    px_hub_connection *connection = place < table->capacity ? table->at[place] : NULL;
    return connection && connection->socket_id[1] == id[1] ? connection : NULL;
}

px_slice px_socket_id_text(const px_hub_connection *connection, char out[PX_SOCKET_ID_MAX]) {
    char digits[20];
    size_t len = px_u64_to_text(connection->socket_id[0], digits);
    memcpy(out, digits, len);
    out[len++] = '.';
    size_t more = px_u64_to_text(connection->socket_id[1], digits);
    memcpy(out + len, digits, more);
    return px_slice_of(out, len + more);
}
