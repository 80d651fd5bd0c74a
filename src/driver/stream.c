#include "driver/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The smallest that libcurl has: bytes do not go through it. */
enum { CURL_BUFFER = 1024 };

static px_stream *stream_of(px_transfer *transfer) {
    return (px_stream *)((char *)transfer - offsetof(px_stream, transfer));
}

/* There is TLS somewhere on the way, if only to a proxy: the socket does not carry our bytes. */
static CURLcode on_tls(CURL *easy, void *tls_context, void *context) {
    (void)easy;
    (void)tls_context;
    px_stream *stream = context;
    stream->takeable = false;
    return CURLE_OK;
}

static int on_close_socket(void *context, curl_socket_t fd) {
    const px_stream *stream = context;
    if (stream->taken && stream->watch.fd == fd)
        return 0;
    return close(fd);
}

static void on_done(px_transfer *transfer, CURLcode code) {
    px_stream *stream = stream_of(transfer);
    px_knock_stop(&stream->knock);
    stream->connected(stream, code);
}

static void on_ready(px_watch *watch, unsigned events) {
    px_stream *stream = (px_stream *)((char *)watch - offsetof(px_stream, watch));
    stream->ready(stream, events);
}

static CURLcode set_options(px_stream *stream, const char *url) {
    CURL *easy = stream->transfer.easy;
    stream->takeable = strncmp(url, "http:", 5) == 0 &&
                       curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls) == CURLE_OK &&
                       curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, stream) == CURLE_OK;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    if (!code)
        code = curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    if (!code)
        code = curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
    if (!code)
        code = curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)CURL_BUFFER);
    if (!code)
        code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
    if (!code)
        code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, stream);
    return code;
}

static void drop_easy(px_stream *stream) {
    px_knock_stop(&stream->knock);
    if (stream->transfer.easy) {
        px_multi_remove(stream->multi, &stream->transfer);
        curl_easy_cleanup(stream->transfer.easy);
        stream->transfer.easy = NULL;
    }
    px_free(px_loop_allocator(stream->loop), stream->error_text, CURL_ERROR_SIZE);
    stream->error_text = NULL;
}

void px_stream_init(px_stream *stream, px_multi *multi,
                    void (*connected)(px_stream *stream, CURLcode code),
                    void (*ready)(px_stream *stream, unsigned events)) {
    *stream = (px_stream){.connected = connected,
                          .ready = ready,
                          .multi = multi,
                          .loop = px_multi_loop(multi),
                          .transfer = {.done = on_done},
                          .watch = {.fd = -1, .ready = on_ready}};
}

int px_stream_open(px_stream *stream, const char *url, const px_route *route) {
    px_loop *loop = stream->loop;
    stream->error_text = px_alloc(px_loop_allocator(loop), CURL_ERROR_SIZE);
    if (!stream->error_text)
        return PX_ERR_NO_MEMORY;
    stream->transfer.easy = px_easy_new(url, route, stream->error_text);
    if (!stream->transfer.easy || set_options(stream, url) ||
        px_knock_start(&stream->knock, stream->multi, &stream->transfer) ||
        px_multi_add(stream->multi, &stream->transfer)) {
        drop_easy(stream);
        return PX_ERR_NO_MEMORY;
    }
    return PX_OK;
}

const char *px_stream_error_text(const px_stream *stream) {
    return stream->error_text ? stream->error_text : "";
}

int px_stream_start(px_stream *stream) {
    curl_socket_t fd = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(stream->transfer.easy, CURLINFO_ACTIVESOCKET, &fd) ||
        fd == CURL_SOCKET_BAD)
        return PX_ERR_CLOSED;
    stream->watch.fd = fd;
    fcntl(fd, F_SETFD, FD_CLOEXEC); /* programs that the application starts have no part in it */
    if (stream->takeable) {
        stream->taken = true;
        drop_easy(stream);
    }
    return px_stream_want(stream, PX_READABLE);
}

int px_stream_want(px_stream *stream, unsigned events) {
    return px_loop_watch(stream->loop, &stream->watch, events);
}

bool px_stream_holds_bytes(const px_stream *stream) {
    return !stream->taken;
}

/* The result of a system call on our own socket. */
static ssize_t outcome(ssize_t count) {
    if (count >= 0)
        return count;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : PX_ERR_CLOSED;
}

ssize_t px_stream_read(px_stream *stream, char *bytes, size_t size) {
    if (stream->taken) {
        ssize_t count = recv(stream->watch.fd, bytes, size, 0);
        return count == 0 ? PX_ERR_CLOSED : outcome(count);
    }
    size_t count = 0;
    CURLcode code = curl_easy_recv(stream->transfer.easy, bytes, size, &count);
    if (code == CURLE_AGAIN)
        return 0;
    return code || count == 0 ? PX_ERR_CLOSED : (ssize_t)count;
}

ssize_t px_stream_write(px_stream *stream, const char *bytes, size_t len) {
    if (stream->taken)
        return outcome(send(stream->watch.fd, bytes, len, MSG_NOSIGNAL));
    size_t count = 0;
    CURLcode code = curl_easy_send(stream->transfer.easy, bytes, len, &count);
    if (code == CURLE_AGAIN)
        return 0;
    return code ? PX_ERR_CLOSED : (ssize_t)count;
}

void px_stream_close(px_stream *stream) {
    if (stream->watch.fd >= 0)
        (void)!px_loop_watch(stream->loop, &stream->watch, 0); /* forgetting never fails */
    drop_easy(stream);
    if (stream->taken)
        close(stream->watch.fd);
    stream->watch.fd = -1;
    stream->taken = false;
}
