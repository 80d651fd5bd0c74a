/* libcurl's transfers on the loop: its sockets are watched and its timer is a deadline, so that
 * nothing ever scans all transfers. */
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
    bool starved; /* one of its sockets can't be watched */
    px_transfer *next_starved;
};

/* PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_multi_new(px_loop *loop, px_multi **multi);
void px_multi_free(px_multi *multi);

/* Starts the transfer. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_multi_add(px_multi *multi, px_transfer *transfer);

/* Stops the transfer, in whatever state. `done` is not called afterwards. */
void px_multi_remove(px_multi *multi, px_transfer *transfer);

#endif
