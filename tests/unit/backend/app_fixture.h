/* An app with the credentials of the protocol's test vectors, and what tests ask of its answers. */
#ifndef APP_FIXTURE_H
#define APP_FIXTURE_H

#include "backend/app.h"
#include "memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define VECTOR_KEY    "278d425bdf160c739803"
#define VECTOR_SECRET "7ad3773142a6692b25b8"
/* The bytes 0 to 31. */
#define VECTOR_MASTER_KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

/* The options of such an app, with the id "3", without TLS. */
pusher_app_options vector_options(void);

/* Such an app. */
pusher_app *vector_app(void);

void expect_text(pusher_string text, const char *expected);

/* The call succeeded, and answered this. */
void expect_body(int result, const pusher_answer *answer, const char *expected);

/* The call failed like this, and the sentence holds these words. */
void expect_failure(int result, const pusher_answer *answer, int expected, const char *words);

/* Calls `act` with an app (of vector_options) whose i-th allocation fails, for each i: it must
 * answer PX_ERR_NO_MEMORY until it succeeds, and leave nothing behind. */
void expect_no_memory(int (*act)(pusher_app *app));

#endif
