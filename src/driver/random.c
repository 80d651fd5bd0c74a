#include "driver/random.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/random.h>
#endif

static int fill_from_device(uint8_t *bytes, size_t len) {
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return PX_ERR_SYSTEM;
    while (len > 0) {
        ssize_t got = read(fd, bytes, len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        bytes += got;
        len -= (size_t)got;
    }
    close(fd);
    return len == 0 ? PX_OK : PX_ERR_SYSTEM;
}

int px_random_fill(void *bytes, size_t len) {
    uint8_t *next = bytes;
#ifdef __linux__
    while (len > 0) {
        ssize_t got = getrandom(next, len, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break; /* an old kernel: the device still works */
        next += got;
        len -= (size_t)got;
    }
#endif
    return len > 0 ? fill_from_device(next, len) : PX_OK;
}

int px_random_init(px_random *random) {
    random->used = 0;
    return px_random_fill(random->stock, sizeof random->stock);
}

void px_random_mask(px_random *random, uint8_t mask[4]) {
    if (random->used == sizeof random->stock) {
        /* It worked at the start, so it works now; were it ever to fail, old bytes still mask. */
        (void)!px_random_init(random);
        random->used = 0;
    }
    memcpy(mask, random->stock + random->used, 4);
    random->used += 4;
}
