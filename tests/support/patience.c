#include "patience.h"

#include <limits.h>
#include <stdlib.h>

int test_patience_ms(int ms) {
    enum { MAX_FACTOR = 1000 };
    const char *text = getenv("PUSHER_TEST_PATIENCE");
    long factor = text ? strtol(text, NULL, 10) : 1;
    if (factor < 1 || factor > MAX_FACTOR)
        abort(); /* who sets it must hear that it is wrong */
    return ms > INT_MAX / factor ? INT_MAX : (int)(ms * factor);
}
