/* A stream of bytes to a host. libcurl connects it: names, happy eyeballs, TLS, proxies. A plain
 * connection is then taken out of libcurl, so that it costs no more than its socket; under TLS the
 * bytes keep going through libcurl. */
#ifndef PX_DRIVER_STREAM_H
#define PX_DRIVER_STREAM_H

#include "driver/easy.h"
#include "driver/knock.h"
#include "driver/multi.h"

#include <sys/types.h>

typedef struct px_stream px_stream;
struct px_stream {
    void (*connected)(px_stream *stream, CURLcode code);
    void (*ready)(px_stream *stream, unsigned events);
    px_multi *multi;
    px_loop *loop;
    px_transfer transfer; /* no easy handle: there is none, or the socket is ours */
    px_knock knock;       /* while connecting */
    px_watch watch;
    bool takeable;
    bool taken;
    char *error_text; /* of CURL_ERROR_SIZE, while connecting */
};

/* Both callbacks are called inside turns only: `connected` once, with the outcome of connecting,
 * `ready` with PX_READABLE and PX_WRITABLE as px_stream_want asked for them. */
void px_stream_init(px_stream *stream, px_multi *multi,
                    void (*connected)(px_stream *stream, CURLcode code),
                    void (*ready)(px_stream *stream, unsigned events));

/* Starts to connect to the host and port of an http:// or https:// URL (NUL-terminated).
 * PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_stream_open(px_stream *stream, const char *url, const px_route *route);

/* Inside `connected`: libcurl's words about a failure; may be empty. */
const char *px_stream_error_text(const px_stream *stream);

/* After `connected` with CURLE_OK: begins to watch for bytes. PX_ERR_SYSTEM,
 * PX_ERR_NO_MEMORY, PX_ERR_CLOSED. */
PX_MUST_CHECK int px_stream_start(px_stream *stream);

/* Chooses what `ready` is called for. PX_ERR_SYSTEM, PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_stream_want(px_stream *stream, unsigned events);

/* Reads or writes what goes without waiting. The number of bytes; 0: none now; PX_ERR_CLOSED: the
 * peer is gone. TLS may hold bytes while the socket is quiet: read until 0. A write that gave 0
 * must be repeated with the same bytes at the same address. */
ssize_t px_stream_read(px_stream *stream, char *bytes, size_t size);
ssize_t px_stream_write(px_stream *stream, const char *bytes, size_t len);

/* True when reading until 0 matters. */
bool px_stream_holds_bytes(const px_stream *stream);

/* Closes at once, in any state; no callback comes afterwards. */
void px_stream_close(px_stream *stream);

#endif
