/* Client ingest: how many events per second one client takes in on one processor, from the socket
 * to a bound handler. The same sender, on the other processor, feeds libpusher, pusher-js under
 * Node, and a process that only reads the bytes. */
#include "measure.h"

#include <stdio.h>

enum { RECV, LIBPUSHER, PUSHER_JS, RECEIVERS };

static void report(bench *b, size_t payload_size, const measure_receiver receivers[RECEIVERS]) {
    const measure_receiver *ours = &receivers[LIBPUSHER], *js = &receivers[PUSHER_JS];
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

int main(int argc, char **argv) {
    static measure_receiver receivers[RECEIVERS] = {
        [RECV] = {.name = "recv alone", .start = receivers_start_recv},
        [LIBPUSHER] = {.name = "libpusher", .start = receivers_start_libpusher, .counts = true},
        [PUSHER_JS] = {.name = "pusher-js", .start = receivers_start_pusher_js, .counts = true},
    };
    static const events KINDS[] = {
        {"orders", 32, NULL, NULL}, {"orders", 256, NULL, NULL}, {"orders", 4096, NULL, NULL}};
    enum { COUNT = sizeof(KINDS) / sizeof(KINDS[0]) };
    bench b = bench_start("client_ingest", argc, argv);
    bench_pin(1);
    bench_note(&b, "client_ingest: events/s through one bound handler, receiver on one processor. "
                   "pusher-js parses\nthe data, libpusher gives its text. The messages:");
    for (size_t i = 0; i < COUNT; i++)
        measure_show(&b, &KINDS[i]);
    service s = service_listen();
    for (size_t i = 0; i < COUNT; i++) {
        measure(&b, &s, &KINDS[i], receivers, RECEIVERS);
        report(&b, KINDS[i].payload_size, receivers);
    }
    return 0;
}
