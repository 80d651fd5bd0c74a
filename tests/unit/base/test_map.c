/* The map: order, removal, growth, collisions, failures, and its hash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/map.h"
#include "memory.h"

static const uint64_t SEED[2] = {0x0706050403020100u, 0x0f0e0d0c0b0a0908u};

enum { MANY = 100000 };

typedef struct item {
    char name[16];
    px_slice key;
    bool present;
} item;

static item *new_items(size_t count) {
    item *items = calloc(count, sizeof(*items));
    assert_non_null(items);
    for (size_t i = 0; i < count; i++) {
        int len = snprintf(items[i].name, sizeof(items[i].name), "channel-%zu", i);
        items[i].key = px_slice_of(items[i].name, (size_t)len);
    }
    return items;
}

static void put(px_map *map, item *it) {
    assert_int_equal(px_map_put(map, it->key, it), PX_OK);
    it->present = true;
}

static void take(px_map *map, item *it) {
    assert_ptr_equal(px_map_remove(map, it->key), it);
    it->present = false;
}

/* Each item is there exactly when it should be, and the iteration gives all of them once. */
static void check(const px_map *map, item *items, size_t count) {
    size_t present = 0;
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(px_map_get(map, items[i].key), items[i].present ? &items[i] : NULL);
        present += items[i].present;
    }
    assert_int_equal(px_map_count(map), present);
    size_t seen = 0;
    size_t cursor = 0;
    for (px_map_entry entry; px_map_next(map, &cursor, &entry); seen++) {
        item *it = entry.value;
        assert_true(it->present);
        assert_true(px_slice_equal(entry.key, it->key));
    }
    assert_int_equal(seen, present);
}

static void test_empty(void **state) {
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory);
    px_map map;
    px_map_init(&map, &memory.allocator, SEED);
    size_t cursor = 0;
    px_map_entry entry;
    assert_null(px_map_get(&map, PX_SLICE("a")));
    assert_null(px_map_remove(&map, PX_SLICE("a")));
    assert_false(px_map_next(&map, &cursor, &entry));
    px_map_free(&map);
    assert_int_equal(memory.calls, 0);
}

static void test_odd_keys(void **state) {
    (void)state;
    px_map map;
    px_map_init(&map, &test_malloc, SEED);
    int empty, nul, longer;
    assert_int_equal(px_map_put(&map, px_slice_of(NULL, 0), &empty), PX_OK);
    assert_int_equal(px_map_put(&map, PX_SLICE("\0"), &nul), PX_OK);
    assert_int_equal(px_map_put(&map, PX_SLICE("\0\0"), &longer), PX_OK);
    assert_ptr_equal(px_map_get(&map, PX_SLICE("")), &empty);
    assert_ptr_equal(px_map_get(&map, PX_SLICE("\0")), &nul);
    assert_ptr_equal(px_map_get(&map, PX_SLICE("\0\0")), &longer);
    assert_null(px_map_get(&map, PX_SLICE("\0\0\0")));
    assert_ptr_equal(px_map_remove(&map, PX_SLICE("")), &empty);
    assert_null(px_map_get(&map, PX_SLICE("")));
    assert_int_equal(px_map_put(&map, PX_SLICE(""), &longer), PX_OK);
    assert_ptr_equal(px_map_get(&map, PX_SLICE("")), &longer);
    px_map_free(&map);
}

static void test_insertion_order(void **state) {
    (void)state;
    item *items = new_items(1000);
    px_map map;
    px_map_init(&map, &test_malloc, SEED);
    for (size_t i = 0; i < 1000; i++)
        put(&map, &items[999 - i]);
    for (size_t i = 0; i < 1000; i += 3)
        take(&map, &items[i]);
    put(&map, &items[0]); /* comes back at the end */
    size_t cursor = 0;
    px_map_entry entry;
    for (size_t i = 1000; i-- > 0;) {
        if (i % 3 == 0)
            continue;
        assert_true(px_map_next(&map, &cursor, &entry));
        assert_ptr_equal(entry.value, &items[i]);
    }
    assert_true(px_map_next(&map, &cursor, &entry));
    assert_ptr_equal(entry.value, &items[0]);
    assert_false(px_map_next(&map, &cursor, &entry));
    px_map_free(&map);
    free(items);
}

/* The entry at hand, one already passed and one still to come are removed on the way. */
static void test_removal_while_iterating(void **state) {
    (void)state;
    enum { COUNT = 300 };
    item *items = new_items(COUNT);
    px_map map;
    px_map_init(&map, &test_malloc, SEED);
    for (size_t i = 0; i < COUNT; i++)
        put(&map, &items[i]);
    size_t cursor = 0;
    size_t visited = 0;
    for (px_map_entry entry; px_map_next(&map, &cursor, &entry); visited++) {
        item *it = entry.value;
        size_t index = (size_t)(it - items);
        assert_int_equal(index % 3, 0);
        if (index > 0)
            take(&map, &items[index - 3]);
        take(&map, &items[index + 1]);
        take(&map, &items[index + 2]);
    }
    assert_int_equal(visited, COUNT / 3);
    assert_int_equal(px_map_count(&map), 1);
    check(&map, items, COUNT);
    px_map_free(&map);
    free(items);
}

static void test_many(void **state) {
    (void)state;
    item *items = new_items(MANY);
    test_allocator memory;
    test_allocator_init(&memory);
    px_map map;
    px_map_init(&map, &memory.allocator, SEED);
    for (size_t i = 0; i < MANY; i++)
        put(&map, &items[i]);
    check(&map, items, MANY);
    for (size_t i = 0; i < MANY; i += 2)
        take(&map, &items[i]);
    check(&map, items, MANY);
    for (size_t i = 0; i < MANY; i += 4)
        put(&map, &items[i]);
    check(&map, items, MANY);
    for (size_t i = 0; i < MANY; i++)
        if (items[i].present)
            take(&map, &items[i]);
    check(&map, items, MANY);
    px_map_free(&map);
    assert_int_equal(memory.live_bytes, 0);
    free(items);
}

/* A small map that names come to and go from for ever stays small. */
static void test_churn(void **state) {
    (void)state;
    enum { COUNT = 1000, PRESENT = 10 };
    item *items = new_items(COUNT);
    test_allocator memory;
    test_allocator_init(&memory);
    px_map map;
    px_map_init(&map, &memory.allocator, SEED);
    for (size_t round = 0; round < 20; round++) {
        for (size_t i = 0; i < COUNT; i++) {
            put(&map, &items[i]);
            if (i >= PRESENT)
                take(&map, &items[i - PRESENT]);
            assert_true(map.capacity <= 32);
        }
        check(&map, items, COUNT);
        for (size_t i = COUNT - PRESENT; i < COUNT; i++)
            take(&map, &items[i]);
    }
    px_map_free(&map);
    assert_int_equal(memory.live_blocks, 0);
    free(items);
}

/* Names whose hashes start at the same place of the table, with removals between them. */
static void test_collisions(void **state) {
    (void)state;
    enum { WANTED = 60, LOW_BITS = 0x3ff };
    item *items = new_items(MANY);
    item *colliding = calloc(WANTED, sizeof(*colliding));
    size_t found = 0;
    for (size_t i = 0; i < MANY && found < WANTED; i++) {
        if ((px_hash(SEED, items[i].key) & LOW_BITS) != LOW_BITS)
            continue;
        colliding[found] = items[i];
        colliding[found].key.ptr = colliding[found].name;
        found++;
    }
    assert_int_equal(found, WANTED);
    px_map map;
    px_map_init(&map, &test_malloc, SEED);
    for (size_t i = 0; i < WANTED; i++) {
        put(&map, &colliding[i]);
        if (i % 5 == 4)
            take(&map, &colliding[i - 2]);
        check(&map, colliding, WANTED);
    }
    for (size_t i = 0; i < WANTED; i++)
        if (!colliding[i].present)
            put(&map, &colliding[i]);
    check(&map, colliding, WANTED);
    px_map_free(&map);
    free(colliding);
    free(items);
}

/* Who finds names that collide under one seed has found nothing for another one: these are spread as any. */
static void test_collisions_are_those_of_one_seed(void **state) {
    (void)state;
    enum { WANTED = 60, LOW_BITS = 0x3ff, MOST = 8 };
    static const uint64_t SEEDS[][2] = {{1, 2}, {0x0706050403020100u, 0x0f0e0d0c0b0a0909u}};
    item *items = new_items(MANY);
    size_t found = 0, per_place[2][LOW_BITS + 1] = {{0}};
    for (size_t i = 0; i < MANY && found < WANTED; i++) {
        if ((px_hash(SEED, items[i].key) & LOW_BITS) != LOW_BITS)
            continue;
        found++;
        for (size_t s = 0; s < 2; s++) {
            size_t *count = &per_place[s][px_hash(SEEDS[s], items[i].key) & LOW_BITS];
            assert_true(++*count < MOST);
        }
    }
    assert_int_equal(found, WANTED);
    free(items);
}

/* A key is hashed at the first map that holds anything, and for all of the same seed. */
static void test_find(void **state) {
    (void)state;
    px_map empty, first, second;
    int a, b;
    px_map_key key = {.text = PX_SLICE("a")};
    px_map_init(&empty, &test_malloc, SEED);
    px_map_init(&first, &test_malloc, SEED);
    px_map_init(&second, &test_malloc, SEED);
    assert_int_equal(px_map_put(&first, PX_SLICE("b"), &b), PX_OK);
    assert_int_equal(px_map_put(&second, PX_SLICE("a"), &a), PX_OK);
    assert_null(px_map_find(&empty, &key));
    assert_int_equal(key.hash, 0);
    assert_null(px_map_find(&first, &key));
    assert_int_equal(key.hash, px_hash(SEED, PX_SLICE("a")));
    assert_ptr_equal(px_map_find(&second, &key), &a);
    px_map_free(&second);
    px_map_free(&first);
}

/* Two names with the same hash are still two names. */
static void test_equal_hashes(void **state) {
    (void)state;
    px_map map;
    px_map_init(&map, &test_malloc, SEED);
    int value, other;
    assert_int_equal(px_map_put(&map, PX_SLICE("a"), &value), PX_OK);
    uint64_t hash = px_hash(SEED, PX_SLICE("b"));
    map.entries[0].hash = hash;
    memset(map.table, 0, 2 * map.capacity * sizeof(*map.table));
    map.table[hash & (2 * map.capacity - 1)] = 1;
    assert_null(px_map_get(&map, PX_SLICE("b")));
    assert_null(px_map_remove(&map, PX_SLICE("b")));
    assert_int_equal(px_map_put(&map, PX_SLICE("b"), &other), PX_OK);
    assert_ptr_equal(px_map_get(&map, PX_SLICE("b")), &other);
    px_map_free(&map);
}

/* Each allocation in turn fails: the map is as before, and the next try succeeds. */
static void test_no_memory(void **state) {
    (void)state;
    enum { COUNT = 40 };
    item *items = new_items(COUNT);
    for (size_t fail_at = 1; fail_at <= 8; fail_at++) {
        test_allocator memory;
        test_allocator_init(&memory);
        memory.fail_at = fail_at;
        memory.fail_once = true;
        px_map map;
        px_map_init(&map, &memory.allocator, SEED);
        size_t failures = 0;
        for (size_t i = 0; i < COUNT; i++) {
            while (px_map_put(&map, items[i].key, &items[i]) != PX_OK) {
                failures++;
                check(&map, items, COUNT);
            }
            items[i].present = true;
        }
        assert_int_equal(failures, 1);
        check(&map, items, COUNT);
        px_map_free(&map);
        assert_int_equal(memory.live_bytes, 0);
        for (size_t i = 0; i < COUNT; i++)
            items[i].present = false;
    }
    free(items);
}

/* SipHash-1-3 with the key 00 01 .. 0f of the bytes 00 01 .. len - 1, from an implementation that
 * was held against CPython's own (which hashes bytes with SipHash-1-3). */
static void test_hash(void **state) {
    (void)state;
    static const struct {
        size_t len;
        uint64_t hash;
    } VECTORS[] = {
        {0, 0xabac0158050fc4dcu},  {1, 0xc9f49bf37d57ca93u},  {7, 0xd3927d989bb11140u},
        {8, 0x369095118d299a8eu},  {9, 0x25a48eb36c063de4u},  {15, 0xd320d86d2a519956u},
        {16, 0xcc4fdd1a7d908b66u}, {17, 0x9cf2689063dbd80cu}, {63, 0x9d199062b7bbb3a8u},
    };
    char bytes[64];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)i;
    for (size_t i = 0; i < sizeof(VECTORS) / sizeof(*VECTORS); i++) {
        test_guarded input = test_guard(px_slice_of(bytes, VECTORS[i].len));
        assert_int_equal(px_hash(SEED, input.bytes), VECTORS[i].hash);
        test_unguard(&input);
    }
    static const uint64_t OTHER[2] = {1, 2};
    assert_int_not_equal(px_hash(SEED, PX_SLICE("a")), px_hash(OTHER, PX_SLICE("a")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),      cmocka_unit_test(test_odd_keys),
        cmocka_unit_test(test_many),       cmocka_unit_test(test_insertion_order),
        cmocka_unit_test(test_churn),      cmocka_unit_test(test_removal_while_iterating),
        cmocka_unit_test(test_collisions), cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_hash),       cmocka_unit_test(test_equal_hashes),
        cmocka_unit_test(test_find),       cmocka_unit_test(test_collisions_are_those_of_one_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
