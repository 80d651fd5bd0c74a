#include "driver/knock.h"

#include <sys/socket.h>

static bool is_connected(curl_socket_t fd) {
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;
    return getpeername(fd, (struct sockaddr *)&peer, &len) == 0;
}

typedef enum px_knock_verdict { NOBODY_ASKED, NO_ANSWER, CONNECTED } px_knock_verdict;

static px_knock_verdict look(const px_knock *knock) {
    px_knock_verdict verdict = NOBODY_ASKED; /* the name is being resolved */
    for (size_t i = 0; i < PX_KNOCK_SOCKETS; i++) {
        if (knock->sockets[i] == CURL_SOCKET_BAD)
            continue;
        if (is_connected(knock->sockets[i]))
            return CONNECTED;
        verdict = NO_ANSWER;
    }
    return verdict;
}

static void arm(px_knock *knock) {
    px_loop_arm(knock->loop, &knock->deadline, px_loop_now(knock->loop) + PX_KNOCK_MS);
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
    px_multi *multi = px_loop_multi(knock->loop);
    px_multi_remove(multi, transfer);
    if (px_multi_add(multi, transfer))
        transfer->done(transfer, CURLE_OUT_OF_MEMORY);
}

static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)purpose;
    px_knock *knock = context;
    curl_socket_t fd = socket(address->family, address->socktype, address->protocol);
    for (size_t i = 0; fd != CURL_SOCKET_BAD && i < PX_KNOCK_SOCKETS; i++) {
        if (knock->sockets[i] == CURL_SOCKET_BAD) {
            knock->sockets[i] = fd;
            break;
        }
    }
    return fd;
}

int px_knock_start(px_knock *knock, px_loop *loop, px_transfer *transfer) {
    *knock = (px_knock){.loop = loop, .transfer = transfer};
    for (size_t i = 0; i < PX_KNOCK_SOCKETS; i++)
        knock->sockets[i] = CURL_SOCKET_BAD;
    if (curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETFUNCTION, on_open) ||
        curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETDATA, knock) ||
        px_loop_join(loop, &knock->deadline, on_deadline)) {
        knock->loop = NULL;
        return PX_ERR_NO_MEMORY;
    }
    arm(knock);
    return PX_OK;
}

void px_knock_closed(px_knock *knock, curl_socket_t fd) {
    for (size_t i = 0; i < PX_KNOCK_SOCKETS; i++)
        if (knock->sockets[i] == fd)
            knock->sockets[i] = CURL_SOCKET_BAD;
}

void px_knock_stop(px_knock *knock) {
    if (!knock->loop)
        return;
    px_loop_leave(knock->loop, &knock->deadline);
    knock->loop = NULL;
}
