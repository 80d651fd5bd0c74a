/* What the files of this folder share: the app, and how its calls answer. */
#ifndef PX_BACKEND_APP_H
#define PX_BACKEND_APP_H

#include "backend/signing.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "driver/http_call.h"
#include "net/channel_secret.h"

#include <pusher/server.h>

enum {
    PX_BACKEND_ERROR_SIZE = 896,
    PX_BACKEND_MAX_TEXT = 64 * 1024 * 1024, /* of JSON that is made, and of the server's answers */
};

/* The options, checked and filled in. */
typedef struct px_backend_settings {
    px_slice id; /* empty: not given */
    px_credentials credentials;
    px_slice host; /* an IPv6 address in brackets */
    px_slice path;
    uint16_t port;
    bool plain;
    bool has_master_key;
    unsigned char master_key[PX_MASTER_KEY_BYTES];
    uint32_t timeout;
    uint32_t max_data;
    px_route route;
} px_backend_settings;

struct pusher_app {
    const px_allocator *allocator;
    px_arena texts; /* of the settings */
    px_backend_settings settings;
    px_connections *connections; /* NULL: nothing was asked yet */
    px_buffer body;              /* of the answer, unless the server made it */
    px_http_reply reply;         /* the server's; owns nothing when there is none */
    px_buffer previous;          /* the body of the answer before */
    char error[PX_BACKEND_ERROR_SIZE];
};

/* The two kinds of slices are the same thing under a public and an internal name. */
static inline px_slice px_given(pusher_string text) {
    return px_slice_of(text.ptr, text.len);
}

static inline pusher_string px_handed_out(px_slice text) {
    return (pusher_string){text.ptr, text.len};
}

/* pusher_app_new with another allocator. */
PX_MUST_CHECK int px_backend_new(const px_allocator *allocator, const pusher_app_options *options,
                                 pusher_app **app);

/* Reads the options (settings.c); texts are copied into `arena`. PX_ERR_ARGUMENT: `text` (of `size`
 * bytes, may be NULL with 0) holds a sentence. PX_ERR_NO_MEMORY, PX_ERR_LIMIT. */
PX_MUST_CHECK int px_backend_settings_read(px_backend_settings *settings, px_arena *arena,
                                           const pusher_app_options *options, char *text,
                                           size_t size);

/* ---- Answers (answer.c) ---- */

/* Puts aside the answer of the call before. Every call of an app begins with this. */
void px_answer_begin(pusher_app *app);

/* Sets the sentence. Always `result`. */
int px_answer_refuse(pusher_app *app, int result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same about a name that somebody chose: "NAME FAULT", with the name made harmless. */
int px_answer_refuse_name(pusher_app *app, px_slice name, const char *fault);

/* Fills in `answer` (may be NULL) and gives `result`, with a sentence for it if there is none yet. */
int px_answer_end(pusher_app *app, int result, int status, pusher_answer *answer);

/* The same for what only computes: the body is app->body, the status the one that an endpoint
 * answers with. */
int px_answer_made(pusher_app *app, int result, pusher_answer *answer);

#endif
