/* Linux tells of its network through a netlink socket. */
#include "driver/network_watch.h"

#if defined(__linux__) && !defined(PX_NO_NETLINK)

#include "driver/netlink_filter.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READS_IN_A_TURN = 16 };

struct px_network_source {
    px_loop *loop;
    px_watch watch;
    void (*sign)(void *context);
    void *context;
    px_netlink_filter filter;
};

/* Reads one datagram. False: there is none now. */
static bool read_one(px_network_source *source, bool *matters) {
    char *bytes = px_loop_scratch(source->loop);
    struct sockaddr_nl sender;
    socklen_t size = sizeof sender;
    ssize_t len = recvfrom(source->watch.fd, bytes, PX_LOOP_SCRATCH, MSG_TRUNC,
                           (struct sockaddr *)&sender, &size);
    if (len < 0) {
        if (errno != ENOBUFS)
            return false;
        *matters = true; /* there was more than the kernel could keep for us */
        return true;
    }
    if (sender.nl_pid != 0) /* only the kernel may tell us */
        return true;
    if (len > PX_LOOP_SCRATCH)
        *matters = true;
    else if (px_netlink_filter_take(&source->filter, px_slice_of(bytes, (size_t)len)))
        *matters = true;
    return true;
}

static void on_ready(px_watch *watch, unsigned events) {
    (void)events;
    px_network_source *source =
        (px_network_source *)(void *)((char *)watch - offsetof(px_network_source, watch));
    bool matters = false;
    for (int i = 0; i < READS_IN_A_TURN && read_one(source, &matters); i++)
        continue;
    if (matters)
        source->sign(source->context);
}

static int open_socket(int *fd) {
    struct sockaddr_nl address = {.nl_family = AF_NETLINK,
                                  .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
                                               RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
                                               RTMGRP_IPV6_ROUTE};
    *fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (*fd < 0)
        return PX_ERR_SYSTEM;
    if (bind(*fd, (struct sockaddr *)&address, sizeof address)) {
        close(*fd);
        return PX_ERR_SYSTEM;
    }
    return PX_OK;
}

int px_network_source_open(px_loop *loop, void (*sign)(void *context), void *context,
                           px_network_source **source) {
    const px_allocator *allocator = px_loop_allocator(loop);
    px_network_source *made = px_alloc_zero(allocator, sizeof *made);
    if (!made)
        return PX_ERR_NO_MEMORY;
    made->loop = loop;
    made->sign = sign;
    made->context = context;
    made->watch.ready = on_ready;
    int result = open_socket(&made->watch.fd);
    if (!result) {
        result = px_loop_watch(loop, &made->watch, PX_READABLE);
        if (result)
            close(made->watch.fd);
    }
    if (result) {
        px_free(allocator, made, sizeof *made);
        return result;
    }
    *source = made;
    return PX_OK;
}

void px_network_source_close(px_network_source *source) {
    (void)!px_loop_watch(source->loop, &source->watch, 0); /* forgetting never fails */
    close(source->watch.fd);
    px_free(px_loop_allocator(source->loop), source, sizeof *source);
}

#endif
