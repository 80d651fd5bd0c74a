/* A timer that never fires: Linux cancels it when the wall clock jumps against the clock that stands
 * still in a sleep, which it does when the machine wakes. It may also have been set. */
#include "driver/wake_source.h"

#if defined(__linux__) && !defined(PX_NO_NETLINK)

#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { MIN_SLEEP_MS = 1000 };

struct px_wake_source {
    px_loop *loop;
    px_watch watch;
    void (*woke)(void *context);
    void *context;
    int64_t slept; /* milliseconds since the machine was started */
};

static int64_t read_clock(clockid_t clock) {
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t time_slept(void) {
    return read_clock(CLOCK_BOOTTIME) - read_clock(CLOCK_MONOTONIC);
}

static int arm(int fd) {
    const struct itimerspec never = {.it_value.tv_sec = (time_t)(INT64_MAX / 4000000000)};
    return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL);
}

static void on_ready(px_watch *watch, unsigned events) {
    (void)events;
    px_wake_source *source =
        (px_wake_source *)(void *)((char *)watch - offsetof(px_wake_source, watch));
    uint64_t count;
    (void)!read(watch->fd, &count, sizeof count); /* fails: it was cancelled */
    if (arm(watch->fd))
        (void)!px_loop_watch(source->loop, watch, 0); /* forgetting never fails */
    int64_t slept = time_slept();
    bool woke = slept - source->slept >= MIN_SLEEP_MS;
    source->slept = slept;
    if (woke)
        source->woke(source->context);
}

int px_wake_source_open(px_loop *loop, void (*woke)(void *context), void *context,
                        px_wake_source **source) {
    const px_allocator *allocator = px_loop_allocator(loop);
    px_wake_source *made = px_alloc_zero(allocator, sizeof *made);
    if (!made)
        return PX_ERR_NO_MEMORY;
    *made = (px_wake_source){.loop = loop, .woke = woke, .context = context, .slept = time_slept()};
    int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    made->watch = (px_watch){.fd = fd, .ready = on_ready};
    int result = fd < 0 || arm(fd) ? PX_ERR_SYSTEM : px_loop_watch(loop, &made->watch, PX_READABLE);
    if (result) {
        if (fd >= 0)
            close(fd);
        px_free(allocator, made, sizeof *made);
        return result;
    }
    *source = made;
    return PX_OK;
}

void px_wake_source_close(px_wake_source *source) {
    if (!source)
        return;
    (void)!px_loop_watch(source->loop, &source->watch, 0); /* forgetting never fails */
    close(source->watch.fd);
    px_free(px_loop_allocator(source->loop), source, sizeof *source);
}

#endif
