#define _DEFAULT_SOURCE
#include "player.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child: it says that it is ready, then measures what it is told to, until there is nobody
 * any more. */
static _Noreturn void live(int fd, const peer *p, size_t count, bool are_in_own,
                           player_turn *turn) {
    static contest c;
    size_t what;
    burst b = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    contest_start(&c, p, count, are_in_own);
    while (send(fd, &b, sizeof(b), MSG_NOSIGNAL) == sizeof(b) &&
           recv(fd, &what, sizeof(what), MSG_WAITALL) == sizeof(what))
        b = turn(&c, what);
    contest_end(&c);
    _exit(0);
}

static burst hear(const player *p) {
    burst b;
    if (recv(p->fd, &b, sizeof(b), MSG_WAITALL) != sizeof(b))
        bench_fail("%s could not be measured", p->name);
    return b;
}

player player_start(const peer *p, size_t count, bool are_in_own, player_turn *turn) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        bench_fail("socketpair: %s", strerror(errno));
    player one = {.name = p->name, .fd = pair[0]};
    one.pid = fork();
    if (one.pid < 0)
        bench_fail("fork: %s", strerror(errno));
    if (one.pid == 0) {
        close(pair[0]);
        live(pair[1], p, count, are_in_own, turn);
    }
    close(pair[1]);
    hear(&one);
    return one;
}

burst player_play(const player *p, size_t what) {
    if (send(p->fd, &what, sizeof(what), MSG_NOSIGNAL) != sizeof(what))
        bench_fail("%s is gone", p->name);
    return hear(p);
}

void player_end(const player *p) {
    shutdown(
        p->fd,
        SHUT_RDWR); /* other players have the descriptor, too: closing it would not be noticed */
    close(p->fd);
    waitpid(p->pid, NULL, 0);
}
