/* A webhook that is signed rightly, whatever it says; and the same text as what applications hand in
 * about users. */
#include "backend/app.h"
#include "fuzz.h"
#include "net/signature.h"
#include "json/reader.h"

#define SECRET "secret"

static void touch(pusher_string text) {
    fuzz_touch(px_slice_of(text.ptr, text.len));
}

static void read_webhook(pusher_app *app, px_slice body) {
    char signature[PX_SIGNATURE_LENGTH];
    FUZZ_CHECK(px_signature(PX_SLICE(SECRET), &body, 1, signature) == PX_OK);
    const pusher_webhook_request request = {.key = pusher_str("key"),
                                            .signature = {signature, sizeof signature},
                                            .body = {body.ptr, body.len}};
    pusher_webhook *webhook = NULL;
    int result = pusher_app_read_webhook(app, &request, NULL, 0, &webhook);
    FUZZ_CHECK(result == PUSHER_OK || result == PUSHER_ERR_SYNTAX);
    FUZZ_CHECK((webhook != NULL) == (result == PUSHER_OK));
    if (!webhook)
        return;
    FUZZ_CHECK(px_json_valid(body));
    size_t cursor = 0;
    for (pusher_webhook_event event; pusher_webhook_next(webhook, &cursor, &event);) {
        FUZZ_CHECK(event.name.len > 0);
        FUZZ_CHECK(px_json_valid(px_slice_of(event.json.ptr, event.json.len)));
        const pusher_string texts[] = {event.name,  event.channel, event.user_id,
                                       event.event, event.data,    event.socket_id};
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
            touch(texts[i]);
    }
    pusher_webhook_free(webhook);
}

static void check_answer(int result, const pusher_answer *answer) {
    px_slice body = px_slice_of(answer->body.ptr, answer->body.len);
    FUZZ_CHECK(result == PUSHER_OK || result == PUSHER_ERR_ARGUMENT);
    FUZZ_CHECK((answer->error[0] != '\0') == (result != PUSHER_OK));
    FUZZ_CHECK(result == PUSHER_OK ? px_json_valid(body) : body.len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    test_allocator memory;
    pusher_app_options options = PUSHER_APP_OPTIONS_INIT;
    pusher_app *app;
    pusher_answer answer;
    test_allocator_init(&memory);
    options.key = pusher_str("key");
    options.secret = pusher_str(SECRET);
    options.encryption_master_key = pusher_str("0123456789abcdef0123456789abcdef");
    FUZZ_CHECK(px_backend_new(&memory.allocator, &options, &app) == PUSHER_OK);
    const pusher_string text = {(const char *)data, size};
    read_webhook(app, px_slice_of(text.ptr, text.len));
    int result =
        pusher_app_authorize(app, pusher_str("1.2"), pusher_str("presence-a"), text, &answer);
    check_answer(result, &answer);
    check_answer(pusher_app_authorize(app, pusher_str("1.2"), text, pusher_str(""), &answer),
                 &answer);
    check_answer(pusher_app_authorize(app, text, pusher_str("private-a"), pusher_str(""), &answer),
                 &answer);
    check_answer(pusher_app_authenticate(app, pusher_str("1.2"), text, &answer), &answer);
    pusher_app_free(app);
    FUZZ_CHECK(memory.live_bytes == 0);
    return 0;
}
