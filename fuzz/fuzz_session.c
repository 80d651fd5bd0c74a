/* The server with its sockets, as HTTP clients without WebSockets use it: the input is a script of
 * tests/unit/server/host_driver.h, which takes each answer apart. */
#include "fuzz.h"
#include "host_driver.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static driver d;
    driver_start(&d);
    driver_run(&d, px_slice_of((const char *)data, size));
    driver_stop(&d, false);
    return 0;
}
