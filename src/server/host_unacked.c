#include "server/host_unacked.h"

#ifdef __linux__
#include <sys/ioctl.h>

bool px_socket_has_unacked(int fd) {
    int bytes = 0;
    return ioctl(fd, TIOCOUTQ, &bytes) == 0 && bytes > 0;
}

#else

bool px_socket_has_unacked(int fd) {
    (void)fd;
    return false;
}

#endif
