#define _GNU_SOURCE /* memfd_create */
#include "measure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK_SIZE = 1 << 20 };

static const double BURST_SECONDS = 0.25, WARM_UP_SECONDS = 0.15;

static int file_of(px_slice bytes) {
    int file = memfd_create("frames", MFD_CLOEXEC);
    if (file < 0 || write(file, bytes.ptr, bytes.len) != (ssize_t)bytes.len)
        bench_fail("the frames can't be kept: %s", strerror(errno));
    return file;
}

/* A block has as many events for each channel. */
static void make_load(const events *kind, px_buffer *bytes, service_load *load) {
    px_buffer_init(bytes, &bench_allocator,
                   2 * BLOCK_SIZE + kind->channels * 2 * kind->payload_size);
    unsigned number = 0;
    while (bytes->len < BLOCK_SIZE || number % kind->channels)
        events_append_frame(bytes, kind, number++);
    load->block = bytes->len;
    load->block_events = number;
    load->file = file_of(px_buffer_slice(bytes));
    px_buffer_clear(bytes);
    events_append_mark(bytes);
    load->mark = px_buffer_slice(bytes);
    load->count = receivers_allocations;
}

void measure_show(const bench *b, const events *kind) {
    px_buffer message;
    px_buffer_init(&message, &bench_allocator, BLOCK_SIZE);
    events_append_message(&message, kind, 1);
    bool cut = message.len > 400;
    bench_note(b, "  %zu bytes of data, a message of %zu bytes: %.*s%s", kind->payload_size,
               message.len, (int)(cut ? 400 : message.len), message.data, cut ? "..." : "");
    px_buffer_free(&message);
}

/* Seconds of processor time that a process has used. */
static double cpu_seconds(pid_t process) {
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &used) != 0)
        bench_fail("the processor time of a receiver can't be read");
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static void run_burst(measure_receiver *r, const events *kind, const service_load *load,
                      double seconds) {
    double cpu_before = cpu_seconds(r->process);
    service_burst burst = service_send(&r->peer, load, seconds);
    double cpu = cpu_seconds(r->process) - cpu_before;
    r->calls += burst.sent * kind->handlers + 1;
    if (r->counts && burst.received != r->calls)
        bench_fail("%s made %llu of %llu calls", r->name, (unsigned long long)burst.received,
                   (unsigned long long)r->calls);
    bench_add(&r->rates, (double)burst.sent / burst.seconds);
    bench_add(&r->cpu_rates, (double)burst.sent / cpu);
    if (burst.was_counted)
        bench_add(&r->allocations, (double)burst.counted / ((double)burst.sent * 3 / 4));
}

static void start(measure_receiver *r, const service *s, const events *kind,
                  const service_load *load) {
    r->calls = 0;
    r->process = r->start(s->port, kind, load->mark);
    r->peer = service_accept(s, kind);
    run_burst(r, kind, load, WARM_UP_SECONDS);
    r->rates.count = r->cpu_rates.count = r->allocations.count = 0;
}

void measure(const bench *b, const service *s, const events *kind, measure_receiver *receivers,
             size_t count) {
    px_buffer bytes;
    service_load load;
    make_load(kind, &bytes, &load);
    for (size_t i = 0; i < count; i++)
        start(&receivers[i], s, kind, &load);
    for (size_t run = 0; run < b->runs; run++)
        for (size_t i = 0; i < count; i++)
            run_burst(&receivers[i], kind, &load, BURST_SECONDS);
    for (size_t i = 0; i < count; i++) {
        receivers_stop(receivers[i].process);
        service_end(&receivers[i].peer);
    }
    close(load.file);
    px_buffer_free(&bytes);
}
