#define _GNU_SOURCE
#include "system.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

void *system_call_of(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        abort();
    return found;
}

const char *system_error_name(int error) {
    return strerrorname_np(error);
}
