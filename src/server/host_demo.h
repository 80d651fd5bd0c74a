/* What the demo pages at /demo/ ask of the server beside their files. Of an application's own server
 * they would ask for authorization and have it publish; here the server does both itself, for the app
 * with the credentials that everybody knows, and for this machine alone. */
#ifndef PX_SERVER_HOST_DEMO_H
#define PX_SERVER_HOST_DEMO_H

#include "server/host.h"
#include "server/host_head.h"

/* One request. */
typedef struct px_demo_call {
    px_server *server;
    const px_http_head *head;
    px_slice body;
    bool is_local; /* the client is on this machine */
} px_demo_call;

/* A script with the settings of the pages: which app, and what they may ask for. */
px_host_answer px_demo_settings(const px_demo_call *call);

/* As /pusher/auth of dev_auth. */
px_host_answer px_demo_authorize(const px_demo_call *call);

/* Publishes an event: the body is that of POST /apps/ID/events. */
px_host_answer px_demo_publish(const px_demo_call *call);

#endif
