/* libcurl's transfers on the loop: its sockets are watched and its timer is a deadline, so that
 * nothing of ours ever scans all transfers. libcurl does: it looks at the connections that it has for
 * each request. So a loop has many of these, and none has more than a few hundred users. */
#ifndef PX_DRIVER_MULTI_H
#define PX_DRIVER_MULTI_H

#include "driver/loop.h"

#include <curl/curl.h>

/* One easy handle under way; embedded in what it is for. */
typedef struct px_transfer px_transfer;
struct px_transfer {
    CURL *easy;
    /* The transfer ended, inside a turn. It still belongs to the multi until px_multi_remove. */
    void (*done)(px_transfer *transfer, CURLcode code);
    /* What px_multi_hear asked for. */
    void (*hear)(px_transfer *transfer);
    bool heard; /* to be told */
    px_transfer *next_heard;
    bool starved; /* one of its sockets can't be watched */
    px_transfer *next_starved;
};

enum { PX_MULTI_USERS = 256 };

/* Makes the first one, so that whoever has a loop can do without memory for it, and so that it does not
 * lie behind what many clients need only while they connect. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_multi_prepare(px_loop *loop);

/* Finds one with room for another user, whose transfers then all belong there: they share connections.
 * PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_multi_join(px_loop *loop, px_multi **multi);

/* The user has removed its transfers. Allowed inside of turns. */
void px_multi_leave(px_multi *multi);

px_loop *px_multi_loop(const px_multi *multi);

/* The loop's part: frees all. */
void px_multi_free_all(px_loop *loop);

/* Starts the transfer. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_multi_add(px_multi *multi, px_transfer *transfer);

/* For callbacks of libcurl's, inside of which it must not be asked to do anything: `hear` is called as soon as
 * it has returned, before anything else of the turn. */
void px_multi_hear(px_multi *multi, px_transfer *transfer);

/* Stops the transfer, in whatever state. Neither `hear` nor `done` is called afterwards. */
void px_multi_remove(px_multi *multi, px_transfer *transfer);

#endif
