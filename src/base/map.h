/* A hash map from slices to pointers that keeps insertion order.
 *
 * Keys are not copied: the slice given to px_map_put must live as long as the entry (usually it
 * lies inside the value). The hash is seeded, so that nobody outside can choose colliding names. */
#ifndef PX_BASE_MAP_H
#define PX_BASE_MAP_H

#include "base/alloc.h"
#include "base/result.h"
#include "base/slice.h"

typedef struct px_map_entry {
    px_slice key;
    void *value; /* NULL: removed, skipped by everything */
    uint64_t hash;
} px_map_entry;

typedef struct px_map {
    const px_allocator *allocator;
    uint64_t seed[2];
    px_map_entry *entries; /* in insertion order, with holes */
    uint32_t *table;       /* open addressing: index + 1 into entries, 0 is free */
    size_t used;           /* entries in use, holes included */
    size_t count;          /* live entries */
    size_t capacity;       /* of entries; the table has twice as many places */
} px_map;

/* Allocates nothing yet. The seed should be unpredictable. */
void px_map_init(px_map *map, const px_allocator *allocator, const uint64_t seed[2]);

/* Releases the map, not the keys or values; the map can be used again. */
void px_map_free(px_map *map);

/* The value under `key`, or NULL. */
void *px_map_get(const px_map *map, px_slice key);

/* A key that is looked up in several maps of one seed: it is hashed at most once. */
typedef struct px_map_key {
    px_slice text;
    uint64_t hash; /* 0: not known yet */
} px_map_key;

/* As px_map_get. */
void *px_map_find(const px_map *map, px_map_key *key);

/* Adds an entry (value not NULL) at the end of the order. The key must not be in the map yet.
 * PX_ERR_NO_MEMORY leaves the map as it was. */
PX_MUST_CHECK int px_map_put(px_map *map, px_slice key, void *value);

/* Removes and returns the value, or NULL. Never moves other entries: iteration may go on. */
void *px_map_remove(px_map *map, px_slice key);

static inline size_t px_map_count(const px_map *map) {
    return map->count;
}

/* Iterates in insertion order: start with *cursor 0; false at the end. Removing any entry during
 * an iteration is fine; adding one may repeat or skip entries. */
bool px_map_next(const px_map *map, size_t *cursor, px_map_entry *entry);

/* The seeded hash (SipHash-1-3) of some bytes. */
uint64_t px_hash(const uint64_t seed[2], px_slice bytes);

#endif
