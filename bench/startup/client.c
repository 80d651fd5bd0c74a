/* A program of libpusher that makes a client, lets it begin to connect, and says so: what
 * client_start.cjs does with the libraries in JavaScript.
 *
 *     bench_startup_client PORT
 */
#include "harness.h"

#include <pusher/pusher.h>

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    unsigned long port = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    if (port < 1 || port > UINT16_MAX)
        bench_fail("usage: %s PORT", argv[0]);
    pusher_options options = PUSHER_OPTIONS_INIT;
    options.host = pusher_str("127.0.0.1");
    options.port = (uint16_t)port;
    options.plain = true;
    pusher_client *client;
    if (pusher_client_new(pusher_str("app-key"), &options, &client))
        bench_fail("no client can be made");
    pusher_connect(client);
    if (pusher_poll(client, 0) < 0)
        bench_fail("the client does not begin to connect");
    puts("made");
    fflush(stdout);
    pusher_client_free(client);
    return 0;
}
