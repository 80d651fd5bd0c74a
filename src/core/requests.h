/* The HTTP requests that are open, of all kinds: their ids, who owns them, and to whom an answer
 * goes. What is asked and what an answer means is said in the owners' files. */
#ifndef PX_CORE_REQUESTS_H
#define PX_CORE_REQUESTS_H

#include "core/channel_list.h"
#include "core/core.h"
#include "core/slots.h"

typedef struct px_request {
    px_id id;
    px_request_kind kind;
    uint32_t owner; /* RECEIVE, SEND, INFO: the transport's id */
    px_channel_list
        channels; /* CHANNEL_AUTHORIZATION: those that wait for the answer, one at least */
    bool batch;   /* it is in the layout for many channels */
    /* CHANNEL_AUTHORIZATION, USER_AUTHENTICATION: the application was asked and has not answered. All
     * wait equally long, so that the oldest is due first. */
    bool asked;
    uint64_t deadline;
    struct px_request *earlier;
    struct px_request *later;
} px_request;

/* What came of a request. */
typedef struct px_answer {
    int status; /* 0: none came, and `message` says why */
    px_slice body;
    int result; /* of the driver; 0: nothing went wrong */
    px_slice message;
} px_answer;

void px_requests_init(px_core *core);
void px_requests_free(px_core *core);

/* A request with an id and a place for its CANCEL. PX_ERR_NO_MEMORY, PX_ERR_LIMIT. */
PX_MUST_CHECK int px_request_new(px_core *core, px_request_kind kind, uint32_t owner,
                                 px_request **request);

/* NULL for 0 and for a dead id. */
px_request *px_request_find(const px_core *core, px_id id);

/* The request was answered, or it was never told to the owner of the engine. */
void px_request_end(px_core *core, px_request *request);

/* Nobody waits for the answer any more. */
void px_request_cancel(px_core *core, px_request *request);

/* What a script hands to its receiver, between the outer parentheses of callback(...); empty: it is no
 * such call. */
px_slice px_script_arguments(px_slice script);

#endif
