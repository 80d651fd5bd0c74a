/* Files of a folder as answers: pusher.js below /js/, the demo pages below /demo/. A small file is
 * read at once; of a large one a piece at a time is in memory, and the next is read when the socket
 * has taken the last, so that neither size nor number of downloads holds up the loop for long. */
#ifndef PX_SERVER_HOST_FILES_H
#define PX_SERVER_HOST_FILES_H

#include "server/host.h"
#include "server/host_head.h"

typedef struct px_host_file px_host_file;

/* A folder below the option `web` and how it is served. */
typedef struct px_file_place {
    const char *folder;
    px_slice index;      /* what the folder itself stands for; empty: nothing */
    px_slice headers;    /* of each answer */
    bool has_versions;   /* its folders are versions; `current` is the one of this server */
    const char *missing; /* what is said when the folder is not there */
} px_file_place;

extern const px_file_place px_place_js;
extern const px_file_place px_place_demo;

/* The answer to a GET or HEAD of the file of that name. */
px_host_answer px_files_answer(px_server *server, const px_file_place *place,
                               const px_http_head *head, px_slice name);

/* PX_OK when the option `web` can be used; else PX_ERR_ARGUMENT with a sentence. */
PX_MUST_CHECK int px_files_check(const px_server_options *options, char *why, size_t size);

uint64_t px_file_size(const px_host_file *file);

/* NULL is fine. */
void px_file_close(px_host_file *file);

/* Sends the file behind a head that is queued already: the phase is PX_PHASE_FILE until the last
 * piece is queued. Takes the file over. */
void px_file_begin(px_host_connection *connection, px_host_file *file, bool keep_alive);

/* The socket has taken all that was queued: queues the next piece. */
void px_file_go_on(px_host_connection *connection);

/* The connection ends in PX_PHASE_FILE. */
void px_file_cut(px_host_connection *connection);

#endif
