/* Waiting with Linux's epoll. */
#include "driver/poller.h"

#if defined(__linux__) && !defined(PX_NO_EPOLL)

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { BATCH = 128 };

struct px_poller {
    const px_allocator *allocator;
    int fd;
    int next;
    int count;
    size_t watched;
    size_t seen; /* since `wait` began */
    struct epoll_event batch[BATCH];
};

static int create(const px_allocator *allocator, px_poller **poller) {
    px_poller *made = px_alloc_zero(allocator, sizeof *made);
    if (!made)
        return PX_ERR_NO_MEMORY;
    made->allocator = allocator;
    made->fd = epoll_create1(EPOLL_CLOEXEC);
    if (made->fd < 0) {
        px_free(allocator, made, sizeof *made);
        return PX_ERR_SYSTEM;
    }
    *poller = made;
    return PX_OK;
}

static void destroy(px_poller *poller) {
    close(poller->fd);
    px_free(poller->allocator, poller, sizeof *poller);
}

static void forget(px_poller *poller, px_watch *watch) {
    struct epoll_event unused = {0};
    /* The owner may have closed the descriptor already: then epoll has forgotten it by itself. */
    epoll_ctl(poller->fd, EPOLL_CTL_DEL, watch->fd, &unused);
    for (int i = poller->next; i < poller->count; i++) {
        if (poller->batch[i].data.ptr == watch)
            poller->batch[i].data.ptr = NULL;
    }
    watch->wanted = 0;
    poller->watched--;
}

static int set(px_poller *poller, px_watch *watch, unsigned wanted) {
    if (wanted == watch->wanted)
        return PX_OK;
    if (!wanted) {
        forget(poller, watch);
        return PX_OK;
    }
    struct epoll_event event = {0};
    event.events = (wanted & PX_READABLE ? (uint32_t)EPOLLIN : 0) |
                   (wanted & PX_WRITABLE ? (uint32_t)EPOLLOUT : 0);
    event.data.ptr = watch;
    if (epoll_ctl(poller->fd, watch->wanted ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, watch->fd, &event))
        return errno == ENOMEM ? PX_ERR_NO_MEMORY : PX_ERR_SYSTEM;
    if (!watch->wanted)
        poller->watched++;
    watch->wanted = wanted;
    return PX_OK;
}

static int wait(px_poller *poller, int timeout_ms) {
    poller->next = 0;
    poller->seen = 0;
    poller->count = epoll_wait(poller->fd, poller->batch, BATCH, timeout_ms);
    if (poller->count >= 0)
        return PX_OK;
    poller->count = 0;
    return errno == EINTR ? PX_OK : PX_ERR_SYSTEM;
}

/* epoll tells what is ready in turn, so that after as many as there are nobody was left out. */
static bool more(px_poller *poller) {
    poller->seen += (size_t)poller->count;
    if (poller->count < BATCH || poller->seen >= poller->watched)
        return false;
    size_t seen = poller->seen;
    int result = wait(poller, 0);
    poller->seen = seen;
    return !result && poller->count > 0;
}

static px_watch *next(px_poller *poller, unsigned *events) {
    while (poller->next < poller->count) {
        const struct epoll_event *event = &poller->batch[poller->next++];
        px_watch *watch = event->data.ptr;
        if (!watch)
            continue;
        unsigned found = 0;
        if (event->events & (EPOLLIN | EPOLLERR | EPOLLHUP))
            found |= PX_READABLE;
        if (event->events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
            found |= PX_WRITABLE;
        *events = found & watch->wanted;
        if (*events)
            return watch;
    }
    return NULL;
}

static int get_fd(const px_poller *poller) {
    return poller->fd;
}

static const px_poller_type type = {"epoll", create, destroy, set, wait, next, more, get_fd};
const px_poller_type *const px_poller_epoll = &type;

#else

const px_poller_type *const px_poller_epoll = NULL;

#endif
