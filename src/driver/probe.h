/* One connection, looked at closely: for programs that diagnose, never for the library's own loop.
 *
 * It is made as the library makes its own (names, proxies, TLS), but it blocks, and it keeps what
 * the library has no use for: which proxy was taken and why, what TLS agreed on, who signed the
 * certificate, how long each part took. */
#ifndef PX_DRIVER_PROBE_H
#define PX_DRIVER_PROBE_H

#include "core/core.h"
#include "driver/easy.h"
#include "driver/failure.h"

#include <sys/types.h>

/* Why a TLS peer was not trusted. */
typedef enum px_probe_trust {
    PX_PROBE_TRUSTED,           /* or there was no TLS */
    PX_PROBE_UNKNOWN_AUTHORITY, /* nobody whom this machine knows has signed it */
    PX_PROBE_SELF_SIGNED,
    PX_PROBE_EXPIRED,
    PX_PROBE_NOT_YET_VALID,
    PX_PROBE_OTHER_HOST, /* the certificate is for other names */
    PX_PROBE_OTHER_KEY,  /* not the pinned one */
    PX_PROBE_NO_TLS,     /* the handshake itself failed: perhaps the port speaks none */
    PX_PROBE_OTHER,      /* failure.text says */
} px_probe_trust;

/* Texts are NUL-terminated, cut where they are too long, and empty where nothing is known. */
typedef struct px_probe_facts {
    char address[64];        /* that was connected to: of the proxy, where there is one */
    char proxy[256];         /* its URL, without user name and password */
    char proxy_variable[32]; /* of the environment, that named it; empty: the route did */
    int proxy_status;        /* of its answer to CONNECT; 0: none */
    int system_error;        /* errno of a failed connect; 0: none */
    char detail[256];        /* libcurl's words for what went wrong, without host and advice */
    uint64_t resolve_us;     /* microseconds from the start until ... */
    uint64_t connect_us;
    uint64_t tls_us;
    uint64_t first_byte_us;
    char tls[96]; /* "TLSv1.3 / TLS_AES_256_GCM_SHA384" */
    char subject[256];
    char issuer[256];
    char names[256];     /* that it is for: "DNS:example.com, IP Address:10.0.0.1" */
    int64_t valid_until; /* seconds since 1970; -1: not known */
    px_probe_trust trust;
    int status;       /* of HTTP; 0: no answer came */
    char server[128]; /* headers */
    char via[128];
    int64_t date; /* the Date header, in seconds since 1970; -1: none */
} px_probe_facts;

typedef struct px_probe_options {
    const px_route *route; /* NULL: proxies as the environment has them */
    bool direct;           /* past all proxies */
    uint32_t timeout_ms;   /* of connecting, or of the whole request */
    /* For px_probe_request. */
    px_slice method; /* empty: GET */
    const px_header *headers;
    size_t header_count;
    px_slice body;
    /* Gets each piece of the body as it comes; false ends the request, which then has succeeded. */
    bool (*piece)(void *context, px_slice piece);
    void *context;
} px_probe_options;

typedef struct px_probe {
    px_probe_facts facts;
    px_failure failure; /* what went wrong; result 0: nothing */
    /* Private. */
    CURL *easy;
    struct curl_slist *headers;
    const px_probe_options *options;
    px_route route;
    bool tunnelled;
    bool enough;
    char error_text[CURL_ERROR_SIZE];
} px_probe;

/* Connects to the host and port of an http:// or https:// URL (NUL-terminated), TLS included.
 * PX_OK, or as px_http_call; probe->facts and probe->failure tell in both cases. */
PX_MUST_CHECK int px_probe_connect(px_probe *probe, const char *url,
                                   const px_probe_options *options);

/* After px_probe_connect: writes all, or waits for some bytes, until px_clock_ms is `deadline`.
 * PX_ERR_TIMEOUT, PX_ERR_CLOSED. The number of bytes received is at least 1. */
PX_MUST_CHECK int px_probe_send(px_probe *probe, px_slice bytes, uint64_t deadline);
PX_MUST_CHECK int px_probe_receive(px_probe *probe, char *bytes, size_t size, uint64_t deadline,
                                   size_t *count);

/* Makes one request and tells of the body's pieces. PX_OK: an answer came, of any status, as far as
 * it was wanted. PX_ERR_TIMEOUT: it was not complete in time; the facts say what came. */
PX_MUST_CHECK int px_probe_request(px_probe *probe, const char *url,
                                   const px_probe_options *options);

/* After each of px_probe_connect and px_probe_request, whatever they returned. */
void px_probe_close(px_probe *probe);

#endif
