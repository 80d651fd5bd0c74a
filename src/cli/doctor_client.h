/* The library's own client with a single transport: what `pusher doctor` trusts in the end. */
#ifndef PX_CLI_DOCTOR_CLIENT_H
#define PX_CLI_DOCTOR_CLIENT_H

#include "cli/doctor.h"

typedef struct px_doctor_visit {
    const px_doctor *doctor;
    px_doctor_transport transport;
    pusher_client *client;
    pusher_pair parameters[PX_CLI_LIST_MAX];
    pusher_pair headers[PX_CLI_LIST_MAX];
    const char *channel;   /* NULL: none */
    uint64_t connected_ms; /* how long it took */
    bool connected;
    bool subscribed;
    bool refused;        /* the subscription was */
    bool gave_up;        /* it is no use to wait longer */
    int code;            /* the server's refusal; 0: none */
    char error[512];     /* a sentence about what went wrong last; empty: nothing */
    const char *awaited; /* data of the event that is waited for */
    bool received;
} px_doctor_visit;

/* Makes a client with this transport alone and connects; subscribes to `channel`, unless NULL.
 * Private channels are authorized at `endpoint`. Waits until that is done, failed, or takes longer
 * than a step may. True: it is done. */
bool px_doctor_visit_begin(px_doctor_visit *visit, px_doctor *doctor, px_doctor_transport transport,
                           const char *channel, const char *endpoint);

/* Waits for the event whose data is `data`. False: it did not come in time. */
bool px_doctor_visit_wait(px_doctor_visit *visit, const char *data);

/* After px_doctor_visit_begin, whatever it returned. */
void px_doctor_visit_end(px_doctor_visit *visit);

#endif
