/* Encrypted channels while keys change, answers are late or bad, and connections end: the channel gets its
 * events in the order in which they were sent, each once at most, and what it does not get is in the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/base64.h"
#include "engine_fixture.h"

static const char CHANNEL[] = "private-encrypted-a";

/* How bad the world is. */
typedef struct weather {
    bool rotates_early; /* also while a new key is asked for */
    bool sends_rubbish; /* boxes that no key opens */
    bool denies;
    bool disconnects;
} weather;

typedef struct session {
    px_core *core;
    uint64_t chance;
    uint64_t now;
    px_id transport;
    px_id question; /* 0: none */
    char key;       /* the letter that keys are made of */
    unsigned sent;  /* events of the channel so far; their data are their numbers */
    unsigned opened;
    unsigned lost; /* lines that say so */
    unsigned last; /* the number that the channel got last */
} session;

static uint32_t chance(session *s, uint32_t below) {
    s->chance = s->chance * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(s->chance >> 33) % below;
}

static void take_event(session *s, const px_event *event) {
    const unsigned char *key = px_core_channel_key(s->core, event->channel);
    uint64_t number;
    if (!event->sealed)
        return;
    px_slice text = px_slice_after(event->sealed->box, PX_SEAL_OVERHEAD);
    if (!key || memcmp(key, event->sealed->box.ptr, PX_SEAL_OVERHEAD) != 0) {
        px_core_not_opened(s->core, event);
        return;
    }
    assert_true(px_slice_to_u64(text, &number));
    assert_true(number > s->last);
    s->last = (unsigned)number;
    s->opened++;
}

static void take_line(session *s, px_slice line) {
    static const px_slice beginning = PX_LITERAL("[\"Unable to decrypt");
    static const px_slice not_yet = PX_LITERAL("asking for a new key\"]");
    if (!px_slice_starts_with(line, beginning) || line.len < not_yet.len)
        return;
    s->lost += !px_slice_equal(px_slice_after(line, line.len - not_yet.len), not_yet);
}

static void drain(session *s) {
    px_action action;
    while (px_core_next(s->core, &action)) {
        if (action.type == PX_ACTION_OPEN)
            s->transport = action.id;
        else if (action.type == PX_ACTION_AUTHORIZE)
            s->question = action.id;
        else if (action.type == PX_ACTION_CANCEL)
            s->question = 0;
        else if (action.type == PX_ACTION_EVENT)
            take_event(s, &action.as.event);
        else if (action.type == PX_ACTION_LOG)
            take_line(s, action.as.log.line);
    }
}

static void hear(session *s, const char *message) {
    px_core_transport_message(s->core, s->transport, px_slice_of_text(message));
    drain(s);
}

static void send_event(session *s, char key) {
    char box[PX_SEAL_OVERHEAD + 16];
    char encoded[64];
    char message[512];
    memset(box, key, PX_SEAL_OVERHEAD);
    int len = snprintf(box + PX_SEAL_OVERHEAD, 16, "%u", ++s->sent);
    px_slice bytes = px_slice_of(box, PX_SEAL_OVERHEAD + (size_t)len);
    px_base64_encode(bytes, encoded);
    snprintf(message, sizeof(message),
             "{\"event\":\"e\",\"channel\":\"%s\",\"data\":{\"nonce\":"
             "\"bm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5u\",\"ciphertext\":\"%.*s\"}}",
             CHANNEL, (int)px_base64_encoded_length(bytes.len), encoded);
    hear(s, message);
}

static void answer(session *s) {
    char key[PX_SEAL_KEY_BYTES];
    char secret[64];
    memset(key, s->key, sizeof(key));
    px_base64_encode(px_slice_of(key, sizeof(key)), secret);
    const px_authorization given = {.auth = PX_SLICE("KEY:s"),
                                    .shared_secret =
                                        px_slice_of(secret, px_base64_encoded_length(sizeof(key)))};
    px_id question = s->question;
    s->question = 0;
    assert_int_equal(px_core_authorized(s->core, question, &given), PX_OK);
    drain(s);
}

static bool is_subscribed(session *s) {
    px_channel_info info;
    return px_core_channel_info(s->core, px_core_find_channel(s->core, px_slice_of_text(CHANNEL)),
                                &info) &&
           info.subscribed;
}

/* Connected and subscribed, whatever was before. */
static void subscribe(session *s) {
    px_channel_id channel;
    px_core_connect(s->core);
    drain(s);
    px_core_transport_opened(s->core, s->transport);
    drain(s);
    hear(s, "{\"event\":\"pusher:connection_established\",\"data\":{\"socket_id\":\"1.2\","
            "\"activity_timeout\":120}}");
    assert_int_equal(px_core_subscribe(s->core, px_slice_of_text(CHANNEL), &channel), PX_OK);
    drain(s);
    answer(s);
    hear(s, "{\"event\":\"pusher_internal:subscription_succeeded\",\"channel\":"
            "\"private-encrypted-a\",\"data\":\"{}\"}");
    assert_true(is_subscribed(s));
}

static void step(session *s, const weather *now) {
    switch (chance(s, 16)) {
    case 0:
        if (!s->question || now->rotates_early)
            s->key = (char)('A' + chance(s, 26));
        break;
    case 1:
    case 2:
        if (s->question)
            answer(s);
        break;
    case 3:
        if (s->question && now->denies) {
            px_core_authorize_failed(s->core, s->question, 403, PX_SLICE("no"));
            s->question = 0;
            drain(s);
        }
        break;
    case 4:
        send_event(s, now->sends_rubbish ? '!' : s->key);
        break;
    case 5:
        if (now->disconnects) {
            px_core_disconnect(s->core);
            drain(s);
            s->question = 0;
            subscribe(s);
        }
        break;
    default:
        send_event(s, s->key);
    }
}

static void play(uint64_t seed, const weather *now) {
    static const px_slice ws[] = {PX_LITERAL("ws")};
    const uint64_t seeds[2] = {seed, 1};
    px_options options = engine_options();
    test_allocator memory;
    test_allocator_init(&memory);
    options.enabled_transports = (px_slices){ws, 1, true};
    options.encryption = true;
    options.ask_authorization = true;
    options.plain = true;
    options.log_level = PX_LOG_DEBUG;
    session s = {.chance = seed, .now = 1, .key = 'A'};
    assert_int_equal(px_core_new(&memory.allocator, &options, seeds, s.now, &s.core), PX_OK);
    subscribe(&s);
    for (unsigned i = 0; i < 500; i++)
        step(&s, now);
    if (s.question)
        answer(&s);
    assert_int_equal(s.opened + s.lost, s.sent);
    bool is_fine = !now->rotates_early && !now->sends_rubbish && !now->denies && !now->disconnects;
    assert_true(!is_fine || s.lost == 0);
    assert_true(s.opened > 0);
    px_core_free(s.core);
    assert_int_equal(memory.live_blocks, 0);
}

static void in_every_weather(void **state) {
    (void)state;
    for (unsigned kind = 0; kind < 16; kind++) {
        const weather now = {(kind & 1) != 0, (kind & 2) != 0, (kind & 4) != 0, (kind & 8) != 0};
        for (uint64_t seed = 1; seed <= 25; seed++)
            play(seed, &now);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(in_every_weather)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
