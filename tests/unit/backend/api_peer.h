/* A scripted HTTP API: it answers each request of an app with what the test wants, and keeps them. */
#ifndef API_PEER_H
#define API_PEER_H

#include "app_fixture.h"
#include "peer.h"

enum { API_MAX_REQUESTS = 8, API_REQUEST_SIZE = 65536 };

typedef struct api_peer {
    test_peer *peer;
    pusher_app *app;
    const char *status; /* "200 OK" */
    const char *body;
    bool closes;    /* each connection after one answer */
    int count;      /* requests so far */
    int connection; /* that carried the last one, from 0 */
    char requests[API_MAX_REQUESTS][API_REQUEST_SIZE];
} api_peer;

/* Starts it, with an app of vector_options that talks to it. `options` NULL: no others. */
api_peer *api_peer_start(const char *status, const char *body, const pusher_app_options *options);
void api_peer_stop(api_peer *api);

/* The last request begins with "METHOD PATH?" and has this body. */
void expect_request(const api_peer *api, const char *line, const char *body);

#endif
