#include "certificates.h"

#include <stdio.h>
#include <stdlib.h>

char test_certificates[] = "/tmp/pusher-test-XXXXXX";

int test_make_certificates(void **state) {
    (void)state;
    char command[512];
    if (!mkdtemp(test_certificates))
        return -1;
    snprintf(command, sizeof command, "'%s/peer/make_certificates.sh' '%s'", TEST_SOURCE_DIR,
             test_certificates);
    return system(command);
}

int test_remove_certificates(void **state) {
    (void)state;
    char command[512];
    snprintf(command, sizeof command, "rm -r '%s'", test_certificates);
    return system(command);
}
