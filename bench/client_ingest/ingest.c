/* Client ingest: how many events per second one client takes in on one processor, from the socket
 * to its handlers. The same sender, on the other processor, feeds libpusher, pusher-js under Node, and
 * a process that only reads the bytes. */
#include "measure.h"

#include <stdio.h>

enum { RECV, LIBPUSHER, PUSHER_JS, RECEIVERS };

static void title(const events *kind, char out[64]) {
    char handlers[32] = "nobody bound";
    if (kind->handlers)
        snprintf(handlers, sizeof(handlers), "%zu handler%s", kind->handlers,
                 kind->handlers > 1 ? "s" : "");
    snprintf(out, 64, "%zu bytes, %zu channel%s, %s", kind->payload_size, kind->channels,
             kind->channels > 1 ? "s" : "", handlers);
}

static void report(bench *b, const events *kind, const measure_receiver receivers[RECEIVERS]) {
    const measure_receiver *ours = &receivers[LIBPUSHER], *js = &receivers[PUSHER_JS];
    const measure_receiver *floor = &receivers[RECV];
    char what[64], what_else[80];
    title(kind, what);
    for (int i = 0; i < RECEIVERS; i++)
        bench_row(b, what, receivers[i].name, &receivers[i].rates, "events/s");
    for (int i = 0; i < RECEIVERS; i++)
        bench_row(b, what, receivers[i].name, &receivers[i].cpu_rates, "events/s of CPU");
    bench_ratio(b, what, "libpusher / pusher-js", &ours->rates, &js->rates);
    bench_ratio(b, what, "libpusher / pusher-js, CPU", &ours->cpu_rates, &js->cpu_rates);
    /* As many bytes are in each event: this is the ratio of bytes/s, too. */
    bench_ratio(b, what, "libpusher / recv alone", &ours->rates, &floor->rates);
    bench_ratio(b, what, "libpusher / recv alone, CPU", &ours->cpu_rates, &floor->cpu_rates);
    snprintf(what_else, sizeof(what_else), "allocations, %s", what);
    bench_row(b, what_else, "libpusher", &ours->allocations, "allocations/event");
}

/* For each size: one channel and many, one handler and many, and events that nobody is bound to. */
static size_t list_kinds(events out[]) {
    static const size_t SIZES[] = {32, 256, 4096};
    static const struct {
        size_t channels, handlers;
    } SHAPES[] = {{1, 1}, {1, 100}, {1000, 1}, {1000, 100}, {1, 0}};
    size_t count = 0;
    for (size_t i = 0; i < sizeof(SIZES) / sizeof(SIZES[0]); i++)
        for (size_t j = 0; j < sizeof(SHAPES) / sizeof(SHAPES[0]); j++)
            out[count++] = (events){.channel = "orders",
                                    .channels = SHAPES[j].channels,
                                    .handlers = SHAPES[j].handlers,
                                    .payload_size = SIZES[i]};
    return count;
}

int main(int argc, char **argv) {
    static measure_receiver receivers[RECEIVERS] = {
        [RECV] = {.name = "recv alone", .start = receivers_start_recv},
        [LIBPUSHER] = {.name = "libpusher", .start = receivers_start_libpusher, .counts = true},
        [PUSHER_JS] = {.name = "pusher-js", .start = receivers_start_pusher_js, .counts = true},
    };
    events kinds[32];
    size_t count = list_kinds(kinds);
    bench b = bench_start("client_ingest", argc, argv);
    bench_pin(1);
    bench_note(&b,
               "client_ingest: events/s to the handlers on each channel, receiver on one "
               "processor. pusher-js parses\nthe data, libpusher gives its text. The messages:");
    for (size_t i = 0; i < count; i++)
        if (kinds[i].channels == 1 && kinds[i].handlers == 1)
            measure_show(&b, &kinds[i]);
    service s = service_listen();
    for (size_t i = 0; i < count; i++) {
        measure(&b, &s, &kinds[i], receivers, RECEIVERS);
        report(&b, &kinds[i], receivers);
    }
    return 0;
}
