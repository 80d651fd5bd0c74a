#include "driver/multi.h"

struct px_multi {
    px_loop *loop;
    CURLM *curl;
    px_deadline timer;
    px_transfer *heard; /* in the order of what came; the end of the list is at heard_end */
    px_transfer **heard_end;
    px_transfer *starved; /* to be told that they failed */
    px_multi *next;       /* of the loop; the oldest comes last */
    size_t users;
    px_garbage garbage;
};

/* A socket of libcurl's. */
typedef struct px_curl_socket {
    px_watch watch;
    px_multi *multi;
} px_curl_socket;

static px_transfer *transfer_of(CURL *easy) {
    char *transfer = NULL; /* so libcurl wants it */
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    return (px_transfer *)(void *)transfer;
}

/* libcurl would take a failing callback for the end of all transfers: so it never hears of it. */
static void starve(px_multi *multi, px_transfer *transfer) {
    if (!transfer || transfer->starved)
        return;
    transfer->starved = true;
    transfer->next_starved = multi->starved;
    multi->starved = transfer;
}

static void feed(px_multi *multi, px_transfer *transfer) {
    for (px_transfer **link = &multi->starved; *link; link = &(*link)->next_starved) {
        if (*link == transfer) {
            *link = transfer->next_starved;
            transfer->starved = false;
            return;
        }
    }
}

void px_multi_hear(px_multi *multi, px_transfer *transfer) {
    if (transfer->heard)
        return;
    transfer->heard = true;
    transfer->next_heard = NULL;
    *multi->heard_end = transfer;
    multi->heard_end = &transfer->next_heard;
}

static void forget_heard(px_multi *multi, px_transfer *transfer) {
    if (!transfer->heard)
        return;
    px_transfer **link = &multi->heard;
    while (*link != transfer)
        link = &(*link)->next_heard;
    *link = transfer->next_heard;
    if (!*link)
        multi->heard_end = link;
    transfer->heard = false;
}

static void report_heard(px_multi *multi) {
    while (multi->heard) {
        px_transfer *transfer = multi->heard;
        forget_heard(multi, transfer);
        transfer->hear(transfer);
    }
}

static void report_starved(px_multi *multi) {
    while (multi->starved) {
        px_transfer *transfer = multi->starved;
        feed(multi, transfer);
        transfer->done(transfer, CURLE_OUT_OF_MEMORY);
    }
}

static void report(px_multi *multi) {
    int left;
    report_heard(multi);
    for (CURLMsg *message; (message = curl_multi_info_read(multi->curl, &left)) != NULL;) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result;
        px_transfer *transfer = transfer_of(message->easy_handle);
        feed(multi, transfer);
        transfer->done(transfer, code);
    }
    report_starved(multi);
}

static void act(px_multi *multi, curl_socket_t fd, int events) {
    int running;
    curl_multi_socket_action(multi->curl, fd, events, &running);
    report(multi);
}

static void on_ready(px_watch *watch, unsigned events) {
    px_curl_socket *socket = (px_curl_socket *)watch;
    act(socket->multi, watch->fd,
        (events & PX_READABLE ? CURL_CSELECT_IN : 0) |
            (events & PX_WRITABLE ? CURL_CSELECT_OUT : 0));
}

static void on_timer(px_deadline *deadline) {
    px_multi *multi = (px_multi *)((char *)deadline - offsetof(px_multi, timer));
    act(multi, CURL_SOCKET_TIMEOUT, 0);
}

static int set_timer(CURLM *curl, long timeout_ms, void *context) {
    (void)curl;
    px_multi *multi = context;
    px_loop_arm(multi->loop, &multi->timer,
                timeout_ms < 0 ? UINT64_MAX : px_loop_now(multi->loop) + (uint64_t)timeout_ms);
    return 0;
}

static void forget_socket(px_multi *multi, px_curl_socket *socket) {
    (void)!px_loop_watch(multi->loop, &socket->watch, 0); /* forgetting never fails */
    px_free(px_loop_allocator(multi->loop), socket, sizeof *socket);
}

static px_curl_socket *new_socket(px_multi *multi, curl_socket_t fd) {
    px_curl_socket *socket = px_alloc_zero(px_loop_allocator(multi->loop), sizeof *socket);
    if (!socket)
        return NULL;
    *socket = (px_curl_socket){.watch = {.fd = fd, .ready = on_ready}, .multi = multi};
    curl_multi_assign(multi->curl, fd, socket);
    return socket;
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *known) {
    px_multi *multi = context;
    px_curl_socket *socket = known;
    if (what == CURL_POLL_REMOVE) {
        if (socket)
            forget_socket(multi, socket);
        return 0;
    }
    unsigned wanted =
        (what & CURL_POLL_IN ? PX_READABLE : 0u) | (what & CURL_POLL_OUT ? PX_WRITABLE : 0u);
    if (!socket)
        socket = new_socket(multi, fd);
    if (!socket || px_loop_watch(multi->loop, &socket->watch, wanted))
        starve(multi, transfer_of(easy));
    return 0;
}

/* ---- Life ---- */

static void free_multi(px_multi *multi) {
    curl_multi_cleanup(multi->curl);
    px_loop_leave(multi->loop, &multi->timer);
    px_free(px_loop_allocator(multi->loop), multi, sizeof *multi);
}

static void destroy(px_garbage *garbage) {
    free_multi((px_multi *)(void *)((char *)garbage - offsetof(px_multi, garbage)));
}

static int new_multi(px_loop *loop, px_multi **multi) {
    px_multi *made = px_alloc_zero(px_loop_allocator(loop), sizeof *made);
    if (!made)
        return PX_ERR_NO_MEMORY;
    made->loop = loop;
    made->heard_end = &made->heard;
    int result = px_loop_join(loop, &made->timer, on_timer);
    if (result) {
        px_free(px_loop_allocator(loop), made, sizeof *made);
        return result;
    }
    made->curl = curl_multi_init();
    if (!made->curl || curl_multi_setopt(made->curl, CURLMOPT_SOCKETFUNCTION, set_socket) ||
        curl_multi_setopt(made->curl, CURLMOPT_SOCKETDATA, made) ||
        curl_multi_setopt(made->curl, CURLMOPT_TIMERFUNCTION, set_timer) ||
        curl_multi_setopt(made->curl, CURLMOPT_TIMERDATA, made)) {
        free_multi(made);
        return PX_ERR_NO_MEMORY;
    }
    *multi = made;
    return PX_OK;
}

static int add_multi(px_loop *loop) {
    px_multi *made;
    int result = new_multi(loop, &made);
    if (result)
        return result;
    px_multi **first = px_loop_multis(loop);
    made->next = *first;
    *first = made;
    return PX_OK;
}

int px_multi_prepare(px_loop *loop) {
    return add_multi(loop);
}

int px_multi_join(px_loop *loop, px_multi **multi) {
    px_multi *found = *px_loop_multis(loop);
    while (found && found->users == PX_MULTI_USERS)
        found = found->next;
    if (!found) {
        int result = add_multi(loop);
        if (result)
            return result;
        found = *px_loop_multis(loop);
    }
    found->users++;
    *multi = found;
    return PX_OK;
}

/* The oldest stays, with the names and authorities that libcurl remembers there. */
void px_multi_leave(px_multi *multi) {
    multi->users--;
    if (multi->users || !multi->next)
        return;
    px_multi **link = px_loop_multis(multi->loop);
    while (*link != multi)
        link = &(*link)->next;
    *link = multi->next;
    px_loop_discard(multi->loop, &multi->garbage, destroy);
}

px_loop *px_multi_loop(const px_multi *multi) {
    return multi->loop;
}

void px_multi_free_all(px_loop *loop) {
    px_multi **first = px_loop_multis(loop);
    while (*first) {
        px_multi *multi = *first;
        *first = multi->next;
        free_multi(multi);
    }
}

/* ---- Transfers ---- */

int px_multi_add(px_multi *multi, px_transfer *transfer) {
    if (curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer) ||
        curl_multi_add_handle(multi->curl, transfer->easy))
        return PX_ERR_NO_MEMORY;
    return PX_OK;
}

void px_multi_remove(px_multi *multi, px_transfer *transfer) {
    feed(multi, transfer);
    forget_heard(multi, transfer);
    curl_multi_remove_handle(multi->curl, transfer->easy);
}
