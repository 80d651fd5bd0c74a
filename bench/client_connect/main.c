/* Client connect: how long a client takes, from its making on, until it is connected and subscribed to a hundred
 * channels of a local `pusher serve`, public ones and private ones that an endpoint of the same server
 * authorizes. Each run is a process of its own, which has loaded its library when the clock starts. */
#define _DEFAULT_SOURCE
#include "harness.h"
#include "process.h"

#include <pusher/pusher.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHANNELS = 100 };

typedef struct kind {
    const char *what;
    const char *prefix; /* of the channels' names */
} kind;

static const kind KINDS[] = {{"100 public channels", "news-"},
                             {"100 private channels", "private-news-"}};

/* ---- libpusher ---- */

typedef struct measurement {
    uint64_t start;
    double cpu_start;
    double connected; /* milliseconds since */
    size_t left;
} measurement;

static double cpu_ms(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

static double since(const measurement *this) {
    return (double)(bench_now_ns() - this->start) / 1e6;
}

static void on_connected(const pusher_event *event, void *context) {
    measurement *this = context;
    (void)event;
    this->connected = since(this);
}

static void on_subscribed(const pusher_event *event, void *context) {
    measurement *this = context;
    if (--this->left)
        return;
    printf("%.4f %.4f %.4f\n", this->connected, since(this), cpu_ms() - this->cpu_start);
    pusher_quit(event->client);
}

static void subscribe_all(pusher_client *client, const char *prefix, measurement *this) {
    for (size_t i = 0; i < this->left; i++) {
        char name[64];
        pusher_channel *channel;
        snprintf(name, sizeof(name), "%s%zu", prefix, i);
        if (pusher_subscribe(client, pusher_str(name), &channel) ||
            pusher_channel_bind(channel, pusher_str("pusher:subscription_succeeded"), on_subscribed,
                                this, NULL))
            bench_fail("no channel can be made");
    }
}

static int run_libpusher(uint16_t port, const char *prefix, const char *endpoint) {
    pusher_string ws = pusher_str("ws");
    pusher_options options = PUSHER_OPTIONS_INIT;
    options.host = pusher_str("127.0.0.1");
    options.port = port;
    options.plain = true;
    options.enabled_transports = &ws;
    options.enabled_transport_count = 1;
    options.no_transport_cache = true;
    options.auth_endpoint = pusher_str(endpoint);
    measurement this = {.start = bench_now_ns(), .cpu_start = cpu_ms(), .left = CHANNELS};
    pusher_client *client;
    if (pusher_client_new(pusher_str(PROCESS_APP_KEY), &options, &client) ||
        pusher_connection_bind(client, pusher_str("connected"), on_connected, &this, NULL))
        bench_fail("the client can't be made");
    subscribe_all(client, prefix, &this);
    pusher_connect(client);
    int result = pusher_run(client);
    pusher_client_free(client);
    return result || this.left;
}

/* ---- Processes ---- */

/* Milliseconds. */
typedef struct outcome {
    double connected;
    double subscribed;
    double cpu;
} outcome;

static void become(const char *library, uint16_t port, const char *prefix) {
    char endpoint[64], port_text[8], count[8];
    snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%u/pusher/auth", (unsigned)port);
    snprintf(port_text, sizeof(port_text), "%u", (unsigned)port);
    snprintf(count, sizeof(count), "%d", CHANNELS);
    bench_pin(1);
    if (!library) {
        int result = run_libpusher(port, prefix, endpoint);
        fflush(stdout);
        _exit(result);
    }
    execlp("node", "node", BENCH_NODE_SCRIPT, library, port_text, endpoint, prefix, count,
           (char *)NULL);
    bench_fail("node: %s", strerror(errno));
}

/* `library` NULL: libpusher. */
static outcome run_in_child(const char *library, uint16_t port, const char *prefix) {
    int ends[2];
    outcome found;
    pid_t child = pipe(ends) == 0 ? fork() : -1;
    if (child < 0)
        bench_fail("fork: %s", strerror(errno));
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        become(library, port, prefix);
    }
    close(ends[1]);
    FILE *answer = fdopen(ends[0], "r");
    if (!answer ||
        fscanf(answer, "%lf %lf %lf", &found.connected, &found.subscribed, &found.cpu) != 3)
        bench_fail("%s did not subscribe to everything", library ? library : "libpusher");
    fclose(answer);
    waitpid(child, NULL, 0);
    return found;
}

/* ---- The report ---- */

enum { LIBPUSHER, PUSHER_JS, SUBJECTS };

typedef struct subject {
    const char *name;
    const char *library;
    bench_series connected, subscribed, cpu;
} subject;

static void report_series(bench *b, const char *what, const char *unit, const bench_series *ours,
                          const bench_series *theirs) {
    bench_row(b, what, "libpusher", ours, unit);
    bench_row(b, what, "pusher-js", theirs, unit);
    bench_ratio(b, what, "libpusher / pusher-js", ours, theirs);
}

static void measure_kind(bench *b, const kind *k, uint16_t port) {
    subject subjects[SUBJECTS] = {{.name = "libpusher"},
                                  {.name = "pusher-js", .library = "pusher-js"}};
    char what[64];
    for (size_t run = 0; run < b->runs; run++) {
        for (size_t i = 0; i < SUBJECTS; i++) {
            outcome found = run_in_child(subjects[i].library, port, k->prefix);
            bench_add(&subjects[i].connected, found.connected);
            bench_add(&subjects[i].subscribed, found.subscribed);
            bench_add(&subjects[i].cpu, found.cpu);
        }
    }
    const subject *ours = &subjects[LIBPUSHER], *theirs = &subjects[PUSHER_JS];
    if (k == KINDS)
        report_series(b, "connect", "ms", &ours->connected, &theirs->connected);
    report_series(b, k->what, "ms", &ours->subscribed, &theirs->subscribed);
    snprintf(what, sizeof(what), "%s, CPU", k->what);
    report_series(b, what, "ms of CPU", &ours->cpu, &theirs->cpu);
}

int main(int argc, char **argv) {
    bench b = bench_start("client_connect", argc, argv);
    bench_note(
        &b,
        "client_connect: milliseconds from the making of a client until it is connected, and until "
        "it is\nsubscribed to %d channels of a local server. pusher-js under Node.",
        CHANNELS);
    process server = process_start_pusher_for_development();
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
        measure_kind(&b, &KINDS[i], server.port);
    process_stop(&server);
    return 0;
}
