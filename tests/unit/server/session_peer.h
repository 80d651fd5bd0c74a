/* Peers that use the HTTP transports: requests to paths below /pusher, and streams of frames. */
#ifndef TEST_SESSION_PEER_H
#define TEST_SESSION_PEER_H

#include "host_peer.h"

/* Sends a request on a connection that stays open, and reads the answer: the status. `path` is what
 * stands behind /pusher; `body` NULL: none. The answer is in peer->bytes. */
int peer_ask(test_peer *peer, const char *method, const char *path, const char *headers,
             const char *body);

/* The same without waiting for the answer. */
void peer_begin(test_peer *peer, const char *method, const char *path, const char *headers,
                const char *body);

/* The same on a connection of its own; the answer's body must contain `part`. */
void ask(int port, const char *method, const char *path, const char *body, int status,
         const char *part);

/* POSTs, to /app/app-key/1/SESSION/END. */
void app_post(int port, const char *session, const char *end, const char *body, int status,
              const char *part);

/* Publishes one event over a connection that stays open. */
void peer_publish_on(test_peer *peer, const char *channel, const char *event, const char *data);

/* A subscription to a public channel, as the body of an xhr_send. */
#define SUBSCRIBE(channel)                                                                         \
    "[\"{\\\"event\\\":\\\"pusher:subscribe\\\",\\\"data\\\":{\\\"channel\\\":\\\"" channel        \
    "\\\"}}\"]"

/* A streaming answer while it is read. */
typedef struct test_stream {
    test_peer peer;
    bool has_head;
    bool is_chunked;
    bool is_complete; /* its last chunk was read */
    size_t units;     /* characters of the body so far */
    size_t len;       /* bytes of the body that are here */
    size_t used;      /* of these, those of lines that were returned */
    char *body;
} test_stream;

/* Opens a stream, of HTTP/1.1 unless `version` says otherwise. */
test_stream stream_open(int port, const char *method, const char *path, const char *version);

/* Opens one of an app's session. The prelude was read. */
test_stream stream_of_session(int port, const char *session);

/* The next line, without its newline; NULL at the end of the answer. */
const char *stream_line(test_stream *stream);

/* The next line, which must contain `part`. */
void stream_expect(test_stream *stream, const char *part);

/* Nothing more must come, but for the end of the answer. */
void stream_expect_end(test_stream *stream);

/* Has something arrived within so many milliseconds? */
bool stream_is_quiet(test_stream *stream, int ms);

void stream_close(test_stream *stream);

#endif
