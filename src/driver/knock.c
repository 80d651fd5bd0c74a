#include "driver/knock.h"

#include <sys/socket.h>
#include <sys/stat.h>

static bool is_open(const px_knock_socket *socket) {
    struct stat state;
    return socket->fd != CURL_SOCKET_BAD && fstat(socket->fd, &state) == 0 &&
           state.st_ino == socket->inode;
}

static bool is_connected(curl_socket_t fd) {
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;
    return getpeername(fd, (struct sockaddr *)&peer, &len) == 0;
}

/* Some socket waits for an answer to its first packet, and none has got one. */
static bool nobody_answers(const px_knock *knock) {
    bool waits = false;
    for (size_t i = 0; i < PX_KNOCK_SOCKETS; i++) {
        if (!is_open(&knock->sockets[i]))
            continue;
        if (is_connected(knock->sockets[i].fd))
            return false; /* what takes its time is TLS or a proxy */
        waits = true;
    }
    return waits;
}

static void on_deadline(px_deadline *deadline) {
    px_knock *knock = (px_knock *)((char *)deadline - offsetof(px_knock, deadline));
    px_transfer *transfer = knock->transfer;
    if (!nobody_answers(knock))
        return;
    px_multi_remove(knock->multi, transfer);
    if (px_multi_add(knock->multi, transfer))
        transfer->done(transfer, CURLE_OUT_OF_MEMORY);
}

static void note_socket(px_knock *knock, curl_socket_t fd) {
    struct stat state;
    if (!knock->multi || fstat(fd, &state))
        return;
    knock->sockets[knock->opened++ % PX_KNOCK_SOCKETS] = (px_knock_socket){fd, state.st_ino};
    px_loop *loop = px_multi_loop(knock->multi);
    if (knock->deadline.place == 0) /* not armed */
        px_loop_arm(loop, &knock->deadline, px_loop_now(loop) + PX_KNOCK_MS);
}

static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)purpose;
    curl_socket_t fd = socket(address->family, address->socktype, address->protocol);
    if (fd != CURL_SOCKET_BAD)
        note_socket(context, fd);
    return fd;
}

int px_knock_start(px_knock *knock, px_multi *multi, px_transfer *transfer) {
    *knock = (px_knock){.multi = multi, .transfer = transfer};
    for (size_t i = 0; i < PX_KNOCK_SOCKETS; i++)
        knock->sockets[i].fd = CURL_SOCKET_BAD;
    if (curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETFUNCTION, on_open) ||
        curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETDATA, knock) ||
        px_loop_join(px_multi_loop(multi), &knock->deadline, on_deadline)) {
        knock->multi = NULL;
        return PX_ERR_NO_MEMORY;
    }
    return PX_OK;
}

void px_knock_stop(px_knock *knock) {
    if (!knock->multi)
        return;
    px_loop_leave(px_multi_loop(knock->multi), &knock->deadline);
    knock->multi = NULL;
}
