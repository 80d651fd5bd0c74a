/* What `pusher doctor` makes of codes: plain words, and what to do next. */
#ifndef PX_CLI_DOCTOR_WORDS_H
#define PX_CLI_DOCTOR_WORDS_H

#include "driver/probe.h"

/* Never NULL; empty where there is nothing to say. */
typedef struct px_doctor_words {
    const char *what;
    const char *advice;
} px_doctor_words;

/* Advice where a stream does not come through piece by piece. */
#define PX_DOCTOR_STOP_BUFFERING                                                                   \
    "something on the way holds answers back until they are whole or long: nginx needs "           \
    "proxy_buffering off for /pusher/ (or must heed X-Accel-Buffering: no); clients go on to "     \
    "xhr_polling"

/* A server's refusal of the key, by the protocol's code (4001, ...). */
px_doctor_words px_doctor_words_of_code(int code);

/* Why a certificate was not trusted. */
px_doctor_words px_doctor_words_of_trust(px_probe_trust trust);

/* An answer to a WebSocket upgrade other than 101. */
px_doctor_words px_doctor_words_of_upgrade(int status);

/* An answer of an HTTP transport other than 200. */
px_doctor_words px_doctor_words_of_fallback(int status);

/* True when such an answer means that there is no such transport, rather than that it is broken. */
bool px_doctor_is_not_offered(int status);

/* An answer of an authorization endpoint other than 200. */
px_doctor_words px_doctor_words_of_endpoint(int status);

/* An answer of the HTTP API to a publication other than 200. */
px_doctor_words px_doctor_words_of_api(int status);

/* A connect that the system refused with this errno; 0: it waited in vain. */
px_doctor_words px_doctor_words_of_connect(int system_error);

#endif
