/* Ctrl-C and SIGTERM as something that poll can wait for: a pipe that the handler writes to. */
#include "cli/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static int ends[2] = {-1, -1};

static void on_signal(int number) {
    (void)number;
    int saved = errno;
    /* A full pipe is as good as a written one. */
    ssize_t written = write(ends[1], "", 1);
    (void)written;
    errno = saved;
}

int px_cli_interrupt_fd(void) {
    if (pipe(ends) != 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return ends[0];
}
