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

typedef enum px_knock_verdict { NOBODY_ASKED, NO_ANSWER, CONNECTED } px_knock_verdict;

static px_knock_verdict look(const px_knock *knock) {
    px_knock_verdict verdict = NOBODY_ASKED; /* the name is being resolved */
    for (size_t i = 0; i < PX_KNOCK_SOCKETS; i++) {
        if (!is_open(&knock->sockets[i]))
            continue;
        if (is_connected(knock->sockets[i].fd))
            return CONNECTED;
        verdict = NO_ANSWER;
    }
    return verdict;
}

static void arm(px_knock *knock) {
    px_loop *loop = px_multi_loop(knock->multi);
    px_loop_arm(loop, &knock->deadline, px_loop_now(loop) + PX_KNOCK_MS);
}

static void on_deadline(px_deadline *deadline) {
    px_knock *knock = (px_knock *)((char *)deadline - offsetof(px_knock, deadline));
    px_transfer *transfer = knock->transfer;
    px_knock_verdict verdict = look(knock);
    if (verdict == CONNECTED)
        return; /* what takes its time now is TLS or a proxy: it is repeated by nobody */
    arm(knock);
    if (verdict == NOBODY_ASKED)
        return;
    px_multi_remove(knock->multi, transfer);
    if (px_multi_add(knock->multi, transfer))
        transfer->done(transfer, CURLE_OUT_OF_MEMORY);
}

static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)purpose;
    px_knock *knock = context;
    curl_socket_t fd = socket(address->family, address->socktype, address->protocol);
    struct stat state;
    if (fd != CURL_SOCKET_BAD && fstat(fd, &state) == 0)
        knock->sockets[knock->opened++ % PX_KNOCK_SOCKETS] = (px_knock_socket){fd, state.st_ino};
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
    arm(knock);
    return PX_OK;
}

void px_knock_stop(px_knock *knock) {
    if (!knock->multi)
        return;
    px_loop_leave(px_multi_loop(knock->multi), &knock->deadline);
    knock->multi = NULL;
}
