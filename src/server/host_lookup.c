/* Each lookup has a resolver of its own (evdns_base): it reads /etc/resolv.conf and /etc/hosts as they
 * are now, asks from a port of its own, and no question waits behind another. They are rare, for
 * connections are kept. */
#include "server/host_lookup.h"

#include <event2/dns.h>
#include <event2/event.h>
#include <netdb.h>
#include <stdio.h>

#include "server/heap.h"

enum { MAX_HOST = 256, MAX_TURNS = 16 };

struct px_lookup {
    px_lookup *next;
    px_lookup **link;
    struct evdns_base *resolver; /* NULL: none was needed */
    struct evdns_getaddrinfo_request *request;
    struct event *ready; /* made active when the answer is there */
    struct evutil_addrinfo *addresses;
    const char *why;
    px_lookup_done *done; /* NULL: cancelled */
    void *context;
};

/* libevent does not want its resolver freed from inside of its own calls: it is, later. */
static void end(px_lookup *lookup) {
    if (lookup->resolver)
        evdns_base_free(lookup->resolver, 0);
    if (lookup->addresses)
        evutil_freeaddrinfo(lookup->addresses);
    if (lookup->ready)
        event_free(lookup->ready);
    *lookup->link = lookup->next;
    if (lookup->next)
        lookup->next->link = lookup->link;
    px_free(&px_heap, lookup, sizeof *lookup);
}

static void on_ready(evutil_socket_t fd, short what, void *context) {
    px_lookup *lookup = context;
    struct evutil_addrinfo *addresses = lookup->addresses;
    px_lookup_done *done = lookup->done;
    void *done_context = lookup->context;
    const char *why = lookup->why;
    (void)fd;
    (void)what;
    if (done)
        lookup->addresses = NULL;
    end(lookup);
    if (done)
        done(done_context, addresses, why);
}

static void on_answer(int error, struct evutil_addrinfo *addresses, void *context) {
    px_lookup *lookup = context;
    lookup->request = NULL;
    lookup->addresses = addresses;
    if (error || !addresses)
        lookup->why = error == EVUTIL_EAI_NONAME || error == EVUTIL_EAI_NODATA
                          ? "the host's name is not known"
                          : "the host's name can't be looked up";
    event_active(lookup->ready, EV_TIMEOUT, 0);
}

/* An address needs nobody to ask. */
static bool is_address(px_lookup *lookup, const char *host, const char *port) {
    const struct addrinfo hints = {.ai_family = AF_UNSPEC,
                                   .ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, port, &hints, &found) != 0)
        return false;
    on_answer(0, found, lookup);
    return true;
}

static void ask(px_lookup *lookup, struct event_base *base, const char *host, const char *port) {
    const struct evutil_addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_TCP};
    lookup->resolver = evdns_base_new(base, EVDNS_BASE_INITIALIZE_NAMESERVERS);
    if (!lookup->resolver) {
        on_answer(EVUTIL_EAI_FAIL, NULL, lookup);
        return;
    }
    /* Some servers do not take a name in mixed case for the same name. */
    evdns_base_set_option(lookup->resolver, "randomize-case:", "0");
    struct evdns_getaddrinfo_request *request =
        evdns_getaddrinfo(lookup->resolver, host, port, &hints, on_answer, lookup);
    if (!lookup->addresses && !lookup->why)
        lookup->request = request;
}

int px_lookup_begin(px_lookups *lookups, struct event_base *base, px_slice host, uint16_t port,
                    px_lookup_done *done, void *context, px_lookup **lookup) {
    char name[MAX_HOST];
    char service[8];
    if (host.len >= sizeof name)
        return PX_ERR_LIMIT;
    memcpy(name, host.ptr, host.len);
    name[host.len] = '\0';
    snprintf(service, sizeof service, "%u", (unsigned)port);
    px_lookup *made = px_alloc_zero(&px_heap, sizeof *made);
    if (!made)
        return PX_ERR_NO_MEMORY;
    *made = (px_lookup){
        .next = lookups->first, .link = &lookups->first, .done = done, .context = context};
    if (made->next)
        made->next->link = &made->next;
    lookups->first = made;
    made->ready = event_new(base, -1, 0, on_ready, made);
    if (!made->ready) {
        end(made);
        return PX_ERR_NO_MEMORY;
    }
    if (!is_address(made, name, service))
        ask(made, base, name, service);
    *lookup = made;
    return PX_OK;
}

void px_lookup_cancel(px_lookup *lookup) {
    lookup->done = NULL;
    if (lookup->request)
        evdns_getaddrinfo_cancel(lookup->request);
}

void px_lookups_end(px_lookups *lookups, struct event_base *base) {
    for (int turn = 0; lookups->first && turn < MAX_TURNS; turn++)
        event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}
