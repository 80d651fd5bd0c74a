/* Encrypted channels: what their events cost, what may wait for a new key, and what becomes of keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "engine_fixture.h"

static const char CHANNEL[] = "private-encrypted-a";

/* 32 times the letter A, and B. */
#define SECRET_A "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
#define SECRET_B "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="
static const char KEY_A[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

static px_options encryption_options(void) {
    px_options options = engine_options();
    options.encryption = true;
    return options;
}

static void answer(engine_fixture *engine, const char *body) {
    px_core_request_done(engine->core, engine->request, 200, px_slice_of_text(body), 0,
                         PX_SLICE(""));
    engine_drain(engine);
}

/* Connected, and subscribed with the key A. */
static px_channel_id begin(engine_fixture *engine) {
    px_channel_id channel;
    px_options options = encryption_options();
    engine_init(engine, &options);
    engine_establish(engine);
    assert_int_equal(px_core_subscribe(engine->core, px_slice_of_text(CHANNEL), &channel), PX_OK);
    engine_drain(engine);
    answer(engine, "{\"auth\":\"k:s\",\"shared_secret\":\"" SECRET_A "\"}");
    engine_message(engine, PX_SLICE("{\"event\":\"pusher_internal:subscription_succeeded\","
                                    "\"channel\":\"private-encrypted-a\",\"data\":\"{}\"}"));
    return channel;
}

/* An event whose box has `len` bytes. */
static void bring(engine_fixture *engine, size_t len) {
    char *box = calloc(1, len);
    size_t encoded = px_base64_encoded_length(len);
    char *message = malloc(encoded + 256);
    assert_true(box && message);
    int head = sprintf(message,
                       "{\"event\":\"news\",\"channel\":\"%s\",\"data\":{\"nonce\":"
                       "\"bm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5u\",\"ciphertext\":\"",
                       CHANNEL);
    px_base64_encode(px_slice_of(box, len), message + head);
    memcpy(message + head + encoded, "\"}}", 3);
    engine_message(engine, px_slice_of(message, (size_t)head + encoded + 3));
    free(message);
    free(box);
}

/* What an event is made of. */
static void a_box_is_decoded(void **state) {
    (void)state;
    engine_fixture engine;
    px_channel_id channel = begin(&engine);
    px_action action;
    px_core_transport_message(
        engine.core, engine.opened[0],
        PX_SLICE("{\"event\":\"e\",\"channel\":\"private-encrypted-a\",\"data\":\"{"
                 "\\\"nonce\\\":\\\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\\\","
                 "\\\"ciphertext\\\":\\\"YWJjZGVmZ2hpamtsbW5vcHE=\\\"}\"}"));
    assert_true(px_core_next(engine.core, &action));
    assert_int_equal(action.type, PX_ACTION_EVENT);
    const px_event *event = &action.as.event;
    assert_int_equal(event->data_type, PX_DATA_SEALED);
    assert_int_equal(event->targets, PX_TO_CHANNEL | PX_TO_CLIENT | PX_TO_CONNECTION);
    assert_int_equal(event->channel, channel);
    assert_int_equal(event->sealed->data_type, PX_DATA_STRING);
    assert_true(px_slice_equal(event->sealed->box, PX_SLICE("abcdefghijklmnopq")));
    for (unsigned i = 0; i < PX_SEAL_NONCE_BYTES; i++)
        assert_int_equal(event->sealed->nonce[i], i);
    assert_memory_equal(px_core_channel_key(engine.core, channel), KEY_A, PX_SEAL_KEY_BYTES);
    engine_drain(&engine);
    engine_free(&engine);
}

static void no_allocation_per_event(void **state) {
    (void)state;
    engine_fixture engine;
    begin(&engine);
    size_t before = 0;
    for (int round = 0; round < 20; round++) {
        if (round == 2) /* by now every buffer has its size */
            before = engine.memory.calls;
        bring(&engine, 64);
        assert_int_equal(engine.event.data_type, PX_DATA_SEALED);
    }
    assert_int_equal(engine.memory.calls, before);
    engine_free(&engine);
}

/* How many of `count` events whose boxes have `len` bytes come again when there is a new key. */
static size_t how_many_wait(size_t count, size_t len) {
    engine_fixture engine;
    begin(&engine);
    engine.refuses_boxes = true;
    for (size_t i = 0; i < count; i++)
        bring(&engine, len);
    engine.refuses_boxes = false;
    assert_int_equal(engine.counts[PX_ACTION_REQUEST], 2);
    size_t before = engine.counts[PX_ACTION_EVENT];
    answer(&engine, "{\"auth\":\"k:s\",\"shared_secret\":\"" SECRET_B "\"}");
    size_t waited = engine.counts[PX_ACTION_EVENT] - before;
    assert_int_equal(engine.counts[PX_ACTION_LOG], count - waited);
    engine_free(&engine);
    return waited;
}

static void what_waits_is_limited(void **state) {
    (void)state;
    assert_int_equal(how_many_wait(10, 16), 10);
    assert_int_equal(how_many_wait(1000, 16), 1000);
    assert_int_equal(how_many_wait(1003, 16), 1000);
    assert_int_equal(how_many_wait(6, 250000), 4);
    assert_int_equal(how_many_wait(1, 1048000), 1);
    /* The new key is asked for all the same. */
    assert_int_equal(how_many_wait(1, 1048576), 0);
}

static void the_key_is_forgotten(void **state) {
    (void)state;
    engine_fixture engine;
    px_channel_id channel = begin(&engine);
    const unsigned char *key = px_core_channel_key(engine.core, channel);
    assert_memory_equal(key, KEY_A, PX_SEAL_KEY_BYTES);
    px_core_disconnect(engine.core);
    for (size_t i = 0; i < PX_SEAL_KEY_BYTES; i++)
        assert_int_equal(key[i], 0);
    assert_null(px_core_channel_key(engine.core, channel));
    engine_drain(&engine);
    engine_free(&engine);
}

/* An allocator that looks for the key in what is given back, which may not all have been written. */
static void *watch(void *context, void *ptr, size_t old_size, size_t new_size) {
    test_allocator *memory = context;
    for (size_t i = 0; ptr && new_size < old_size && i + PX_SEAL_KEY_BYTES <= old_size; i++)
        assert_memory_not_equal((const char *)ptr + i, KEY_A, PX_SEAL_KEY_BYTES);
    char *block = memory->allocator.resize(memory->allocator.context, ptr, old_size, new_size);
    if (block && new_size > old_size)
        memset(block + old_size, 0, new_size - old_size);
    return block;
}

static void no_memory_is_given_back_with_a_key_in_it(void **state) {
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory);
    const px_allocator watching = {watch, &memory};
    static const uint64_t seed[2] = {1, 2};
    px_options options = encryption_options();
    options.ask_authorization = true;
    for (int leaving = 0; leaving < 2; leaving++) {
        engine_fixture engine = {.now = 1000};
        px_channel_id channel;
        assert_int_equal(px_core_new(&watching, &options, seed, 1000, &engine.core), PX_OK);
        engine_establish(&engine);
        assert_int_equal(px_core_subscribe(engine.core, px_slice_of_text(CHANNEL), &channel),
                         PX_OK);
        engine_drain(&engine);
        const px_authorization mine = {.auth = PX_SLICE("k:s"),
                                       .shared_secret = PX_SLICE(SECRET_A)};
        assert_int_equal(px_core_authorized(engine.core, engine.request, &mine), PX_OK);
        engine_message(&engine, PX_SLICE("{\"event\":\"pusher_internal:subscription_succeeded\","
                                         "\"channel\":\"private-encrypted-a\",\"data\":\"{}\"}"));
        assert_non_null(px_core_channel_key(engine.core, channel));
        if (leaving) {
            px_core_unsubscribe(engine.core, px_slice_of_text(CHANNEL));
            engine_drain(&engine);
        }
        px_core_free(engine.core);
    }
    assert_int_equal(memory.live_blocks, 0);
}

/* Owners may be late or wrong. */
static void unopened_is_said_of_nothing(void **state) {
    (void)state;
    engine_fixture engine;
    px_channel_id channel = begin(&engine);
    engine_message(&engine, PX_SLICE("{\"event\":\"pusher:cache_miss\",\"channel\":"
                                     "\"private-encrypted-a\",\"data\":\"{}\"}"));
    px_core_not_opened(engine.core, &engine.event);
    const px_sealed sealed = {.box = PX_SLICE("0123456789abcdef")};
    px_event event = {.channel = channel + 1, .name = PX_SLICE("e"), .sealed = &sealed};
    px_core_not_opened(engine.core, &event);
    event.channel = engine_subscribe(&engine, "news");
    px_core_not_opened(engine.core, &event);
    assert_null(px_core_channel_key(engine.core, event.channel));
    assert_null(px_core_channel_key(engine.core, 0));
    engine_drain(&engine);
    assert_int_equal(engine.counts[PX_ACTION_REQUEST], 1);
    assert_int_equal(engine.counts[PX_ACTION_LOG], 0);
    engine_free(&engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_box_is_decoded),
        cmocka_unit_test(no_allocation_per_event),
        cmocka_unit_test(what_waits_is_limited),
        cmocka_unit_test(the_key_is_forgotten),
        cmocka_unit_test(no_memory_is_given_back_with_a_key_in_it),
        cmocka_unit_test(unopened_is_said_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
