/* What the steps of `pusher doctor` share: the patient, what was found out so far, and how a step
 * says what it found. */
#ifndef PX_CLI_DOCTOR_H
#define PX_CLI_DOCTOR_H

#include "cli/doctor_report.h"
#include "cli/settings.h"
#include "driver/probe.h"

#include <pusher/pusher.h>

/* The ways to the server, in the order in which they are tried. */
typedef enum px_doctor_transport {
    PX_DOCTOR_WS,
    PX_DOCTOR_STREAMING,
    PX_DOCTOR_POLLING,
    PX_DOCTOR_SOCKJS,
    PX_DOCTOR_TRANSPORTS,
} px_doctor_transport;

/* As in pusher_options.enabled_transports. */
extern const char *const px_doctor_transport_names[PX_DOCTOR_TRANSPORTS];

enum { PX_DOCTOR_MAX_ADDRESSES = 16, PX_DOCTOR_ADDRESS_SIZE = 64 };

typedef struct px_doctor_options {
    const char *auth_endpoint; /* NULL: none was given */
    px_cli_list auth_parameters;
    px_cli_list auth_headers;
    uint32_t timeout; /* seconds that a step may wait */
    bool json;
} px_doctor_options;

typedef struct px_doctor {
    const px_cli_settings *settings;
    const px_doctor_options *options;

    /* What the steps found out. */
    char addresses[PX_DOCTOR_MAX_ADDRESSES][PX_DOCTOR_ADDRESS_SIZE];
    size_t address_count;
    bool looked; /* a connection was made as the library makes it; `facts` and `failure` are its */
    px_probe_facts facts;
    px_failure failure;
    bool works[PX_DOCTOR_TRANSPORTS];
    bool accepted; /* the server knows the key */
    int refusal;   /* what it said to the key instead; 0: nothing */
    char refusal_text[256];
    char socket_id[64]; /* of some connection; empty: there was none */
} px_doctor;

/* One step: looks, and says what it found in `result`. */
typedef void px_doctor_run_fn(px_doctor *doctor, px_doctor_result *result);

px_doctor_run_fn px_doctor_resolve;
px_doctor_run_fn px_doctor_connect;
px_doctor_run_fn px_doctor_proxy;
px_doctor_run_fn px_doctor_tls;
px_doctor_run_fn px_doctor_clock;
px_doctor_run_fn px_doctor_websocket;
px_doctor_run_fn px_doctor_streaming;
px_doctor_run_fn px_doctor_polling;
px_doctor_run_fn px_doctor_sockjs;
px_doctor_run_fn px_doctor_key;
px_doctor_run_fn px_doctor_auth;
px_doctor_run_fn px_doctor_event;

/* Connects once as the library does, unless that was done before: fills facts and failure. */
void px_doctor_look(px_doctor *doctor);

/* For px_probe_options. */
uint32_t px_doctor_timeout_ms(const px_doctor *doctor);

enum { PX_DOCTOR_URL_SIZE = 2048 };

/* "http://HOST:PORT" and a path that is formatted; with https:// under TLS. */
void px_doctor_url(const px_cli_settings *settings, const char *host, char url[PX_DOCTOR_URL_SIZE],
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The key, as it stands in a URL. False: it is too long. */
bool px_doctor_encoded_key(const px_cli_settings *settings, char *out, size_t size);

#endif
