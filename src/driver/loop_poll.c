/* Waiting with poll: everywhere, and fast enough for hundreds of sockets. */
#include "driver/poller.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

enum { FIRST_CAPACITY = 8 };

struct px_poller {
    const px_allocator *allocator;
    struct pollfd *polled;
    px_watch **watches; /* the same places; watch->place is one more than its place */
    size_t count;
    size_t capacity;
    size_t next;
};

static int create(const px_allocator *allocator, px_poller **poller) {
    px_poller *made = px_alloc_zero(allocator, sizeof *made);
    if (!made)
        return PX_ERR_NO_MEMORY;
    made->allocator = allocator;
    *poller = made;
    return PX_OK;
}

static void destroy(px_poller *poller) {
    px_free(poller->allocator, poller->polled, poller->capacity * sizeof *poller->polled);
    px_free(poller->allocator, poller->watches, poller->capacity * sizeof *poller->watches);
    px_free(poller->allocator, poller, sizeof *poller);
}

static int grow(px_poller *poller) {
    size_t capacity = poller->capacity ? poller->capacity * 2 : FIRST_CAPACITY;
    struct pollfd *polled = px_alloc_zero(poller->allocator, capacity * sizeof *polled);
    px_watch **watches = px_alloc_zero(poller->allocator, capacity * sizeof *watches);
    if (!polled || !watches) {
        px_free(poller->allocator, polled, capacity * sizeof *polled);
        px_free(poller->allocator, watches, capacity * sizeof *watches);
        return PX_ERR_NO_MEMORY;
    }
    if (poller->count) {
        memcpy(polled, poller->polled, poller->count * sizeof *polled);
        memcpy(watches, poller->watches, poller->count * sizeof *watches);
    }
    px_free(poller->allocator, poller->polled, poller->capacity * sizeof *poller->polled);
    px_free(poller->allocator, poller->watches, poller->capacity * sizeof *poller->watches);
    poller->polled = polled;
    poller->watches = watches;
    poller->capacity = capacity;
    return PX_OK;
}

/* The last one takes the place. When it was not looked at yet in this turn, the next turn will. */
static void forget(px_poller *poller, px_watch *watch) {
    size_t place = watch->place - 1;
    size_t last = --poller->count;
    poller->polled[place] = poller->polled[last];
    poller->watches[place] = poller->watches[last];
    poller->watches[place]->place = place + 1;
    watch->place = 0;
    watch->wanted = 0;
}

static int set(px_poller *poller, px_watch *watch, unsigned wanted) {
    if (!wanted) {
        if (watch->place)
            forget(poller, watch);
        return PX_OK;
    }
    if (!watch->place) {
        if (poller->count == poller->capacity) {
            int result = grow(poller);
            if (result)
                return result;
        }
        poller->polled[poller->count] = (struct pollfd){.fd = watch->fd};
        poller->watches[poller->count] = watch;
        watch->place = ++poller->count;
    }
    watch->wanted = wanted;
    poller->polled[watch->place - 1].events =
        (short)((wanted & PX_READABLE ? POLLIN : 0) | (wanted & PX_WRITABLE ? POLLOUT : 0));
    return PX_OK;
}

static int wait(px_poller *poller, int timeout_ms) {
    poller->next = 0;
    if (poll(poller->polled, (nfds_t)poller->count, timeout_ms) >= 0)
        return PX_OK;
    poller->next = poller->count;
    return errno == EINTR ? PX_OK : PX_ERR_SYSTEM;
}

static px_watch *next(px_poller *poller, unsigned *events) {
    while (poller->next < poller->count) {
        struct pollfd *polled = &poller->polled[poller->next];
        px_watch *watch = poller->watches[poller->next++];
        unsigned found = 0;
        if (polled->revents & (POLLIN | POLLERR | POLLHUP | POLLNVAL))
            found |= PX_READABLE;
        if (polled->revents & (POLLOUT | POLLERR | POLLHUP | POLLNVAL))
            found |= PX_WRITABLE;
        polled->revents = 0;
        *events = found & watch->wanted;
        if (*events)
            return watch;
    }
    return NULL;
}

static bool more(px_poller *poller) {
    (void)poller; /* all of it fits */
    return false;
}

static int get_fd(const px_poller *poller) {
    (void)poller;
    return -1;
}

static const px_poller_type type = {"poll", create, destroy, set, wait, next, more, get_fd};
const px_poller_type *const px_poller_poll = &type;
