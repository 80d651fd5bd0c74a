#include "driven.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Reads what there is, and carries out the whole lines of it. False at the end of the input. */
static bool read_commands(const test_driven *program) {
    static char buffer[TEST_MAX_LINE];
    static size_t used;
    ssize_t got = read(STDIN_FILENO, buffer + used, program->max_line - used);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    used += (size_t)got;
    char *line = buffer;
    for (char *end; (end = memchr(line, '\n', used - (size_t)(line - buffer))); line = end + 1) {
        *end = '\0';
        program->obey(program->context, line);
    }
    used -= (size_t)(line - buffer);
    memmove(buffer, line, used);
    if (used == program->max_line)
        program->fail("command", "too long");
    return true;
}

void test_driven_run(pusher_loop *loop, const test_driven *program) {
    struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                           {.fd = pusher_loop_fd(loop), .events = POLLIN}};
    for (;;) {
        fflush(stdout);
        if (poll(fds, 2, pusher_loop_timeout(loop)) < 0 && errno != EINTR)
            program->fail("poll", strerror(errno));
        if (fds[0].revents && !read_commands(program))
            return;
        int result = pusher_loop_dispatch(loop);
        if (result)
            program->fail("loop", pusher_result_text(result));
    }
}
