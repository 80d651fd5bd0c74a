/* Client ingest: how many events per second one client takes in on one processor, from the socket
 * to a bound handler. The same sender, on the other processor, feeds libpusher, pusher-js under
 * Node, and a process that only reads the bytes. Each run gives all three a burst, one after the
 * other. */
#define _GNU_SOURCE /* memfd_create */
#include "events.h"
#include "harness.h"
#include "receivers.h"
#include "service.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK_SIZE = 1 << 20, RECEIVERS = 3 };

static const double BURST_SECONDS = 1.0, WARM_UP_SECONDS = 0.5;

typedef struct receiver {
    const char *name;
    pid_t process;
    service_peer peer;
    uint64_t events; /* sent so far */
    bool counts;
    bench_series rates;     /* events per second */
    bench_series cpu_rates; /* events per second of processor time that the receiver used */
} receiver;

enum { RECV, LIBPUSHER, PUSHER_JS };

static int file_of(px_slice bytes) {
    int file = memfd_create("frames", MFD_CLOEXEC);
    if (file < 0 || write(file, bytes.ptr, bytes.len) != (ssize_t)bytes.len)
        bench_fail("the frames can't be kept: %s", strerror(errno));
    return file;
}

static void make_load(size_t payload_size, px_buffer *bytes, service_load *load) {
    px_buffer_init(bytes, &bench_allocator, 2 * BLOCK_SIZE);
    unsigned number = 0;
    while (bytes->len < BLOCK_SIZE)
        events_append_frame(bytes, EVENTS_NAME, payload_size, number++);
    load->block = bytes->len;
    load->block_events = number;
    load->file = file_of(px_buffer_slice(bytes));
    px_buffer_clear(bytes);
    events_append_frame(bytes, EVENTS_MARK, payload_size, number);
    load->mark = px_buffer_slice(bytes);
}

static void show_event(const bench *b, size_t payload_size) {
    px_buffer message;
    px_buffer_init(&message, &bench_allocator, BLOCK_SIZE);
    events_append_message(&message, EVENTS_NAME, payload_size, 1);
    bool cut = message.len > 400;
    bench_note(b, "  %zu bytes of data, a message of %zu bytes: %.*s%s", payload_size, message.len,
               (int)(cut ? 400 : message.len), message.data, cut ? "..." : "");
    px_buffer_free(&message);
}

static void start_receivers(receiver receivers[RECEIVERS], const service *s, px_slice mark) {
    for (int i = 0; i < RECEIVERS; i++) {
        static const char *const NAMES[] = {"recv alone", "libpusher", "pusher-js"};
        receivers[i] = (receiver){.name = NAMES[i], .counts = i != RECV};
        receivers[i].process = i == RECV        ? receivers_start_recv(s->port, mark)
                               : i == LIBPUSHER ? receivers_start_libpusher(s->port)
                                                : receivers_start_node(s->port, BENCH_NODE_SCRIPT);
        receivers[i].peer = service_accept(s);
    }
}

/* Seconds of processor time that a process has used. */
static double cpu_seconds(pid_t process) {
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &used) != 0)
        bench_fail("the processor time of a receiver can't be read");
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static void run_burst(receiver *r, const service_load *load, double seconds) {
    double cpu_before = cpu_seconds(r->process);
    service_burst burst = service_send(&r->peer, load, seconds);
    double cpu = cpu_seconds(r->process) - cpu_before;
    r->events += burst.sent;
    if (r->counts && burst.received != r->events)
        bench_fail("%s got %llu of %llu events", r->name, (unsigned long long)burst.received,
                   (unsigned long long)r->events);
    bench_add(&r->rates, (double)burst.sent / burst.seconds);
    bench_add(&r->cpu_rates, (double)burst.sent / cpu);
}

static void report(bench *b, size_t payload_size, const receiver receivers[RECEIVERS]) {
    const receiver *ours = &receivers[LIBPUSHER], *js = &receivers[PUSHER_JS];
    char what[32];
    snprintf(what, sizeof(what), "%zu bytes", payload_size);
    for (int i = 0; i < RECEIVERS; i++)
        bench_row(b, what, receivers[i].name, &receivers[i].rates, "events/s");
    bench_ratio(b, what, "libpusher / pusher-js", &ours->rates, &js->rates);
    bench_ratio(b, what, "libpusher / recv alone", &ours->rates, &receivers[RECV].rates);
    for (int i = 0; i < RECEIVERS; i++)
        bench_row(b, what, receivers[i].name, &receivers[i].cpu_rates, "events/s of CPU");
    bench_ratio(b, what, "libpusher / pusher-js", &ours->cpu_rates, &js->cpu_rates);
}

static void measure(bench *b, const service *s, size_t payload_size) {
    receiver receivers[RECEIVERS];
    px_buffer bytes;
    service_load load;
    make_load(payload_size, &bytes, &load);
    start_receivers(receivers, s, load.mark);
    for (int i = 0; i < RECEIVERS; i++) {
        run_burst(&receivers[i], &load, WARM_UP_SECONDS);
        receivers[i].rates.count = receivers[i].cpu_rates.count = 0;
    }
    for (size_t run = 0; run < b->runs; run++)
        for (int i = 0; i < RECEIVERS; i++)
            run_burst(&receivers[i], &load, BURST_SECONDS);
    report(b, payload_size, receivers);
    for (int i = 0; i < RECEIVERS; i++) {
        receivers_stop(receivers[i].process);
        service_end(&receivers[i].peer);
    }
    close(load.file);
    px_buffer_free(&bytes);
}

int main(int argc, char **argv) {
    static const size_t PAYLOADS[] = {32, 256, 4096};
    enum { COUNT = sizeof(PAYLOADS) / sizeof(PAYLOADS[0]) };
    bench b = bench_start("client_ingest", argc, argv);
    bench_pin(1);
    bench_note(&b, "client_ingest: events/s through one bound handler, receiver on one processor. "
                   "pusher-js parses\nthe data, libpusher gives its text. The messages:");
    for (size_t i = 0; i < COUNT; i++)
        show_event(&b, PAYLOADS[i]);
    service s = service_listen();
    for (size_t i = 0; i < COUNT; i++)
        measure(&b, &s, PAYLOADS[i]);
    return 0;
}
