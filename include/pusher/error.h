/* Result codes of libpusher. */
#ifndef PUSHER_ERROR_H
#define PUSHER_ERROR_H

/* X(name, number, text): the one list that gives codes, names and texts. */
#define PUSHER_RESULTS(X)                                                                          \
    X(PUSHER_OK, 0, "done")                                                                        \
    X(PUSHER_ERR_NO_MEMORY, -1, "out of memory; nothing was changed")                              \
    X(PUSHER_ERR_LIMIT, -2, "a limit would be exceeded; nothing was changed")                      \
    X(PUSHER_ERR_ARGUMENT, -3, "an argument is not what the function documents")                   \
    X(PUSHER_ERR_STATE, -4, "not possible in the present state")                                   \
    X(PUSHER_ERR_NOT_FOUND, -5, "nothing has that name")                                           \
    X(PUSHER_ERR_SYNTAX, -6, "the text is not what its grammar allows")                            \
    X(PUSHER_ERR_SYSTEM, -20, "the operating system refused a call")                               \
    X(PUSHER_ERR_RESOLVE, -21, "the host name could not be resolved")                              \
    X(PUSHER_ERR_CONNECT, -22, "the host could not be reached")                                    \
    X(PUSHER_ERR_TLS, -23, "the TLS connection failed or its certificate was not accepted")        \
    X(PUSHER_ERR_PROXY, -24, "the proxy refused or failed")                                        \
    X(PUSHER_ERR_HANDSHAKE, -25,                                                                   \
      "the server did not accept the WebSocket upgrade or the HTTP session")                       \
    X(PUSHER_ERR_CLOSED, -26, "the connection was cut")                                            \
    X(PUSHER_ERR_TIMEOUT, -27, "no answer came in time")                                           \
    X(PUSHER_ERR_PROTOCOL, -28, "the peer broke the WebSocket or HTTP protocol")                   \
    X(PUSHER_ERR_REFUSED, -29, "refused: by the server, or for its signature")

enum {
#define PUSHER_RESULT(name, number, text) name = number,
    PUSHER_RESULTS(PUSHER_RESULT)
#undef PUSHER_RESULT
};

#endif
