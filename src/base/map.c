#include "base/map.h"

void px_map_init(px_map *map, const px_allocator *allocator, const uint64_t seed[2]) {
    *map = (px_map){.allocator = allocator, .seed = {seed[0], seed[1]}};
}

void px_map_free(px_map *map) {
    px_free(map->allocator, map->entries, map->capacity * sizeof(*map->entries));
    px_free(map->allocator, map->table, 2 * map->capacity * sizeof(*map->table));
    px_map_init(map, map->allocator, map->seed);
}

/* The place of `key` in the table, or SIZE_MAX. A removed entry keeps its place (its value is
 * NULL) until the map is rebuilt, so probing goes on past it. */
static size_t find_place(const px_map *map, px_slice key, uint64_t hash) {
    if (!map->capacity)
        return SIZE_MAX;
    size_t mask = 2 * map->capacity - 1;
    for (size_t place = (size_t)hash & mask; map->table[place]; place = (place + 1) & mask) {
        const px_map_entry *entry = &map->entries[map->table[place] - 1];
        if (entry->hash == hash && entry->value && px_slice_equal(entry->key, key))
            return place;
    }
    return SIZE_MAX;
}

void *px_map_find(const px_map *map, px_map_key *key) {
    if (!map->count)
        return NULL;
    if (!key->hash)
        key->hash = px_hash(map->seed, key->text);
    size_t place = find_place(map, key->text, key->hash);
    return place == SIZE_MAX ? NULL : map->entries[map->table[place] - 1].value;
}

void *px_map_get(const px_map *map, px_slice key) {
    px_map_key unhashed = {.text = key};
    return px_map_find(map, &unhashed);
}

static void insert_index(px_map *map, size_t index) {
    size_t mask = 2 * map->capacity - 1;
    size_t place = (size_t)map->entries[index].hash & mask;
    while (map->table[place])
        place = (place + 1) & mask;
    map->table[place] = (uint32_t)(index + 1);
}

/* Moves the live entries into fresh memory: without holes, with room for one more. */
static int rebuild(px_map *map) {
    size_t capacity = 8;
    while (capacity < map->count + map->count / 2 + 1)
        capacity *= 2;
    if (capacity > UINT32_MAX / 2)
        return PX_ERR_LIMIT;
    px_map grown = *map;
    grown.capacity = capacity;
    grown.used = 0;
    grown.entries = px_alloc(map->allocator, capacity * sizeof(*grown.entries));
    grown.table = px_alloc_zero(map->allocator, 2 * capacity * sizeof(*grown.table));
    if (!grown.entries || !grown.table) {
        px_free(map->allocator, grown.entries, capacity * sizeof(*grown.entries));
        px_free(map->allocator, grown.table, 2 * capacity * sizeof(*grown.table));
        return PX_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < map->used; i++) {
        if (!map->entries[i].value)
            continue;
        grown.entries[grown.used] = map->entries[i];
        insert_index(&grown, grown.used++);
    }
    px_free(map->allocator, map->entries, map->capacity * sizeof(*map->entries));
    px_free(map->allocator, map->table, 2 * map->capacity * sizeof(*map->table));
    *map = grown;
    return PX_OK;
}

int px_map_put(px_map *map, px_slice key, void *value) {
    if (PX_IS_TIGHT || map->used == map->capacity) {
        int result = rebuild(map);
        if (result != PX_OK)
            return result;
    }
    map->entries[map->used] =
        (px_map_entry){.key = key, .value = value, .hash = px_hash(map->seed, key)};
    insert_index(map, map->used++);
    map->count++;
    return PX_OK;
}

void *px_map_remove(px_map *map, px_slice key) {
    size_t place = find_place(map, key, px_hash(map->seed, key));
    if (place == SIZE_MAX)
        return NULL;
    px_map_entry *entry = &map->entries[map->table[place] - 1];
    void *value = entry->value;
    entry->value = NULL;
    entry->key = px_slice_of(NULL, 0);
    map->count--;
    return value;
}

bool px_map_next(const px_map *map, size_t *cursor, px_map_entry *entry) {
    while (*cursor < map->used) {
        const px_map_entry *next = &map->entries[(*cursor)++];
        if (next->value) {
            *entry = *next;
            return true;
        }
    }
    return false;
}

/* SipHash-1-3: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), with one
 * compression and three finalization rounds. */
typedef struct sip_state {
    uint64_t v0, v1, v2, v3;
} sip_state;

static uint64_t rotate(uint64_t value, unsigned bits) {
    return value << bits | value >> (64 - bits);
}

static void sip_round(sip_state *s) {
    s->v0 += s->v1;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v2 = rotate(s->v2, 32);
}

/* Little-endian, independent of the host's byte order. */
static uint64_t load_eight(const char *bytes) {
    uint64_t word = 0;
    for (size_t i = 0; i < 8; i++)
        word |= (uint64_t)(unsigned char)bytes[i] << (8 * i);
    return word;
}

/* The last `count` (less than 8) bytes of a text of `len` bytes. */
static uint64_t load_tail(const char *text, size_t len, size_t count) {
    if (count && len >= 8)
        return load_eight(text + len - 8) >> (64 - 8 * count);
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++)
        word |= (uint64_t)(unsigned char)text[len - count + i] << (8 * i);
    return word;
}

uint64_t px_hash(const uint64_t seed[2], px_slice bytes) {
    sip_state s = {seed[0] ^ 0x736f6d6570736575u, seed[1] ^ 0x646f72616e646f6du,
                   seed[0] ^ 0x6c7967656e657261u, seed[1] ^ 0x7465646279746573u};
    size_t offset = 0;
    for (; bytes.len - offset >= 8; offset += 8) {
        uint64_t word = load_eight(bytes.ptr + offset);
        s.v3 ^= word;
        sip_round(&s);
        s.v0 ^= word;
    }
    uint64_t last = (uint64_t)(bytes.len & 0xff) << 56;
    last |= load_tail(bytes.ptr, bytes.len, bytes.len - offset);
    s.v3 ^= last;
    sip_round(&s);
    s.v0 ^= last;
    s.v2 ^= 0xff;
    sip_round(&s);
    sip_round(&s);
    sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
