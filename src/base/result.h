/* Result codes that every layer below the public API shares. The numbers equal PUSHER_ERR_* of
 * include/pusher/error.h (src/client checks that at compile time), so that a code travels
 * unchanged from the depth to the application. */
#ifndef PX_BASE_RESULT_H
#define PX_BASE_RESULT_H

typedef enum px_result {
    PX_OK = 0,
    PX_ERR_NO_MEMORY = -1, /* the allocator returned NULL; the call changed nothing */
    PX_ERR_LIMIT = -2,     /* a documented maximum would be exceeded; the call changed nothing */
    PX_ERR_ARGUMENT = -3,  /* an argument is outside of what the function documents */
    PX_ERR_STATE = -4,     /* the object is not in a state in which this call means anything */
    PX_ERR_NOT_FOUND = -5, /* nothing has that name or id */
    PX_ERR_SYNTAX = -6,    /* the text is not what its grammar allows */
    PX_ERR_HANDSHAKE =
        -25,              /* the server did not accept the WebSocket upgrade, or the HTTP session */
    PX_ERR_TIMEOUT = -27, /* no answer came in time */
} px_result;

/* The caller must look at the result. */
#define PX_MUST_CHECK __attribute__((warn_unused_result))

#endif
