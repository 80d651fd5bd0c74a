/* What the endpoints for development sign, and how: channels and users of one socket. */
#ifndef PX_SERVER_DEV_GRANT_H
#define PX_SERVER_DEV_GRANT_H

#include "base/arena.h"
#include "server/app.h"
#include "json/writer.h"

/* Who asks. */
typedef struct px_dev_person {
    px_arena *arena;
    const px_app_options *app;
    px_slice socket_id;
    px_slice id;        /* not empty */
    px_slice info;      /* JSON; empty: none */
    px_slice watchlist; /* a JSON array, or ids with commas between them; empty: none */
} px_dev_person;

/* NULL, or why this is no channel that can be authorized. */
const char *px_dev_channel_fault(const px_dev_person *person, px_slice channel);

/* Write the answer as an object: `auth`, for presence channels `channel_data`, for encrypted ones
 * `shared_secret`; for the user `auth` and `user_data`. The writer's errors, PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_dev_grant_channel(const px_dev_person *person, px_slice channel,
                                       px_json_writer *json);
PX_MUST_CHECK int px_dev_grant_user(const px_dev_person *person, px_json_writer *json);

#endif
