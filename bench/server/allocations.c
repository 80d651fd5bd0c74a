/* Server allocations: how often `pusher serve` asks the C library for memory when it is
 * published to, counted inside of it. */
#define _GNU_SOURCE /* memfd_create */
#include "allocation_counter.h"
#include "contest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SUBSCRIBERS = 1000, OUTSTANDING = 8, REQUESTS = 400, WARM_UP_REQUESTS = 200 };

/* In memory that the servers inherit, and count in. */
static volatile uint64_t *share_counter(char variable[64]) {
    int fd = memfd_create("allocations", 0);
    void *page = MAP_FAILED;
    if (fd >= 0 && ftruncate(fd, ALLOCATION_COUNTER_SIZE) == 0)
        page = mmap(NULL, ALLOCATION_COUNTER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED)
        bench_fail("no memory can be shared: %s", strerror(errno));
    snprintf(variable, 64, ALLOCATION_COUNTER_FD "=%d", fd);
    return page;
}

/* Allocations for each publish. */
static double measure(const peer *p, volatile uint64_t *counter, size_t subscribers_count) {
    contest c;
    contest_start(&c, p, subscribers_count, false);
    contest_requests(&c, OUTSTANDING, WARM_UP_REQUESTS, contest_write_headline);
    uint64_t before = *counter;
    contest_requests(&c, OUTSTANDING, REQUESTS, contest_write_headline);
    uint64_t count = *counter - before;
    contest_end(&c);
    return (double)count / REQUESTS;
}

int main(int argc, char **argv) {
    bench b = bench_start("server_allocations", argc, argv);
    char variable[64];
    volatile uint64_t *counter = share_counter(variable);
    peer counted = PEER_PUSHER;
    counted.command.environment[0] = "LD_PRELOAD=" BENCH_ALLOCATION_COUNTER;
    counted.command.environment[1] = variable;
    process_raise_descriptor_limit();
    bench_pin(1);
    bench_note(&b,
               "server_allocations: calls of malloc, calloc and realloc in `pusher serve`, of %d "
               "publishes, %d under way.\n",
               REQUESTS, OUTSTANDING);
    bench_series alone = {0}, many = {0}, each = {0};
    for (size_t run = 0; run < b.runs; run++) {
        bench_add(&alone, measure(&counted, counter, 0));
        bench_add(&many, measure(&counted, counter, SUBSCRIBERS));
        bench_add(&each, (many.values[run] - alone.values[run]) / SUBSCRIBERS);
    }
    if (*counter == 0)
        bench_fail("the counter does not count");
    bench_row(&b, "a publish without subscribers", counted.name, &alone, "allocations");
    bench_row(&b, "a publish to 1,000 subscribers", counted.name, &many, "allocations");
    bench_row(&b, "a delivery", counted.name, &each, "allocations");
    return 0;
}
