/* A client's request for a WebSocket, as the server sees it: four lines are its four headers. Whatever is
 * accepted, our own client accepts the answer; whatever is refused has a status and a reason. */
#include "fuzz.h"
#include "net/ws_handshake.h"

enum { MAX_ANSWER = 4096 };

static void answer_is_right(px_slice key) {
    px_buffer answer;
    size_t head_len = 0;
    int status = 0;
    const char *why = NULL;
    px_buffer_init(&answer, &test_malloc, MAX_ANSWER);
    FUZZ_CHECK(px_ws_accept_reply(&answer, key) == PX_OK);
    px_slice bytes = px_buffer_slice(&answer);
    FUZZ_CHECK(px_ws_read_reply(bytes, key, &head_len, &status, &why) == PX_WS_REPLY_ACCEPTED);
    FUZZ_CHECK(head_len == bytes.len);
    px_buffer_free(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    px_slice script = px_slice_of((const char *)data, size);
    fuzz_copy headers[4];
    int status = 0;
    const char *why = NULL;
    for (size_t i = 0; i < 4; i++)
        headers[i] = fuzz_copy_of(fuzz_take(&script, '\n'));
    const px_ws_upgrade request = {.connection = headers[0].bytes,
                                   .upgrade = headers[1].bytes,
                                   .version = headers[2].bytes,
                                   .key = headers[3].bytes};
    if (px_ws_check_upgrade(&request, &status, &why) == PX_OK)
        answer_is_right(request.key);
    else
        FUZZ_CHECK((status == 400 || status == 426) && why && *why);
    for (size_t i = 0; i < 4; i++)
        fuzz_copy_free(&headers[i]);
    return 0;
}
