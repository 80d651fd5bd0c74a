#include "peer.h"

#include "harness.h"
#include "server/host_uring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_KNOWN = 16 };

const peer PEER_PUSHER = {
    .name = "pusher serve",
    .wire = WIRE_CHANNELS,
    .command.arguments = {BENCH_PUSHER, "serve", "--listen", "127.0.0.1:@"},
};

const peer PEER_PUSHER_HTTP = {
    .name = "pusher serve, HTTP",
    .wire = WIRE_STREAM,
    .command.arguments = {BENCH_PUSHER, "serve", "--listen", "127.0.0.1:@"},
};

const peer PEER_SOKETI = {
    .name = "soketi",
    .wire = WIRE_CHANNELS,
    .file = BENCH_SOKETI "/node_modules/@soketi/soketi/bin/server.js",
    .command = {.arguments = {"node", BENCH_SOKETI "/node_modules/@soketi/soketi/bin/server.js",
                              "start"},
                .environment = {"AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE=1",
                                "SOKETI_HOST=127.0.0.1", "SOKETI_PORT=@",
                                "SOKETI_METRICS_HOST=127.0.0.1", "SOKETI_METRICS_SERVER_PORT=#"}},
};

const peer PEER_UWEBSOCKETS = {
    .name = "uWebSockets.js",
    .wire = WIRE_BARE,
    .file = BENCH_SOKETI "/node_modules/uWebSockets.js",
    .command.arguments = {"node", BENCH_PEERS "/uwebsockets.mjs", "@"},
};

const peer PEER_WS = {
    .name = "ws",
    .wire = WIRE_BARE,
    .file = BENCH_WS,
    .command.arguments = {"node", BENCH_PEERS "/ws.mjs", "@"},
};

const peer PEER_NATS = {
    .name = "nats-server",
    .wire = WIRE_NATS,
    .command.arguments = {"nats-server", "-a", "127.0.0.1", "-p", "@", "-l", "/dev/null"},
};

const peer PEER_WRITE_FLOOR = {
    .name = "write floor",
    .wire = WIRE_BARE,
    .command.arguments = {BENCH_WRITE_FLOOR, "@"},
};

const peer PEER_URING_FLOOR = {
    .name = "io_uring floor",
    .wire = WIRE_BARE,
    .needs_uring = true,
    .command.arguments = {BENCH_WRITE_FLOOR, "@", "io_uring"},
};

/* System programs such as nats-server are not in everybody's PATH. */
static void complete_path(void) {
    static bool is_complete;
    const char *path = getenv("PATH");
    char longer[4096];
    if (is_complete)
        return;
    is_complete = true;
    snprintf(longer, sizeof(longer), "%s:/usr/local/sbin:/usr/sbin", path ? path : "/usr/bin:/bin");
    setenv("PATH", longer, 1);
}

static bool is_installed(const char *program) {
    const char *folder = getenv("PATH");
    char path[4096];
    if (strchr(program, '/'))
        return access(program, X_OK) == 0;
    while (folder && *folder) {
        size_t len = strcspn(folder, ":");
        snprintf(path, sizeof(path), "%.*s/%s", (int)len, folder, program);
        if (access(path, X_OK) == 0)
            return true;
        folder += len + (folder[len] == ':');
    }
    return false;
}

static bool has_uring(void) {
    px_uring *uring = px_uring_new();
    bool has = uring != NULL;
    px_uring_free(uring);
    return has;
}

/* Tries it, once: a package may be made for another machine, or another version of Node. */
static bool can_start(const peer *p) {
    static struct {
        const peer *peer;
        bool starts;
    } known[MAX_KNOWN];
    size_t i = 0;
    while (i < MAX_KNOWN && known[i].peer && known[i].peer != p)
        i++;
    if (i == MAX_KNOWN)
        bench_fail("there are more peers than expected");
    if (!known[i].peer) {
        process trial;
        known[i].peer = p;
        known[i].starts = process_try(p->name, &p->command, &trial);
        if (known[i].starts)
            process_stop(&trial);
    }
    return known[i].starts;
}

const char *peer_missing(const peer *p) {
    static char why[256];
    if (p->needs_uring && !has_uring())
        return "io_uring is not allowed here, or left out of the build";
    complete_path();
    const char *absent = !is_installed(p->command.arguments[0])  ? p->command.arguments[0]
                         : p->file && access(p->file, R_OK) != 0 ? p->file
                                                                 : NULL;
    if (absent)
        snprintf(why, sizeof(why), "%s is not installed", absent);
    else if (!can_start(p))
        snprintf(why, sizeof(why), "%s does not start here", p->name);
    else
        return NULL;
    return why;
}
