/* io_uring, of which this needs little: a ring of requests, all of which the system answers before
 * the call returns, because the sockets do not block. The rings and their fields are described in
 * io_uring(7). */
#define _DEFAULT_SOURCE /* syscall */
#include "server/host_uring.h"

#include "server/host_uring_choice.h"

#ifdef PX_HAS_URING

#include <errno.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "server/heap.h"

/* A ring in memory that is shared with the system. */
typedef struct px_ring {
    unsigned *head;
    unsigned *tail;
    unsigned mask;
} px_ring;

struct px_uring {
    int fd;
    void *rings; /* both, in one mapping */
    size_t rings_size;
    struct io_uring_sqe *requests;
    size_t requests_size;
    px_ring submissions;
    unsigned *order; /* of the submissions: indexes of requests */
    px_ring completions;
    const struct io_uring_cqe *answers;
    bool is_broken; /* it owes answers, and does not give them: it is not used any more */
};

static void *map(int fd, size_t size, off_t what) {
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, what);
    return at == MAP_FAILED ? NULL : at;
}

static unsigned *field(const px_uring *uring, uint32_t offset) {
    return (unsigned *)(void *)((char *)uring->rings + offset);
}

static bool map_all(px_uring *uring, const struct io_uring_params *p) {
    size_t submissions = p->sq_off.array + p->sq_entries * sizeof(unsigned);
    size_t completions = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
    if (!(p->features & IORING_FEAT_SINGLE_MMAP) || !(p->features & IORING_FEAT_FAST_POLL))
        return false; /* older than Linux 5.7: one that can't send, perhaps */
    uring->rings_size = submissions > completions ? submissions : completions;
    uring->rings = map(uring->fd, uring->rings_size, IORING_OFF_SQ_RING);
    uring->requests_size = p->sq_entries * sizeof(struct io_uring_sqe);
    uring->requests = map(uring->fd, uring->requests_size, IORING_OFF_SQES);
    if (!uring->rings || !uring->requests)
        return false;
    uring->submissions = (px_ring){field(uring, p->sq_off.head), field(uring, p->sq_off.tail),
                                   *field(uring, p->sq_off.ring_mask)};
    uring->completions = (px_ring){field(uring, p->cq_off.head), field(uring, p->cq_off.tail),
                                   *field(uring, p->cq_off.ring_mask)};
    uring->order = field(uring, p->sq_off.array);
    uring->answers = (const struct io_uring_cqe *)(void *)field(uring, p->cq_off.cqes);
    return true;
}

void px_uring_free(px_uring *uring) {
    if (!uring)
        return;
    if (uring->requests)
        munmap(uring->requests, uring->requests_size);
    if (uring->rings)
        munmap(uring->rings, uring->rings_size);
    if (uring->fd >= 0)
        close(uring->fd);
    px_free(&px_heap, uring, sizeof *uring);
}

px_uring *px_uring_new(void) {
    struct io_uring_params p = {0};
    px_uring *made = px_alloc_zero(&px_heap, sizeof *made);
    if (!made)
        return NULL;
    made->fd = (int)syscall(SYS_io_uring_setup, PX_URING_MAX, &p);
    if (made->fd >= 0 && map_all(made, &p))
        return made;
    px_uring_free(made);
    return NULL;
}

/* ---- Sending ---- */

static unsigned load(const unsigned *at) {
    return __atomic_load_n(at, __ATOMIC_ACQUIRE);
}

static void store(unsigned *at, unsigned value) {
    __atomic_store_n(at, value, __ATOMIC_RELEASE);
}

static void request(px_uring *uring, const px_sending *sending, unsigned number) {
    unsigned at = (*uring->submissions.tail + number) & uring->submissions.mask;
    size_t len = sending->bytes.len < INT32_MAX ? sending->bytes.len : INT32_MAX;
    uring->order[at] = at;
    uring->requests[at] = (struct io_uring_sqe){.opcode = IORING_OP_SEND,
                                                .fd = sending->fd,
                                                .addr = (uintptr_t)sending->bytes.ptr,
                                                .len = (uint32_t)len,
                                                .msg_flags = MSG_NOSIGNAL | MSG_DONTWAIT,
                                                .user_data = number};
}

/* Returns how many answers there were. */
static size_t take_answers(px_uring *uring, px_sending *sendings) {
    unsigned head = *uring->completions.head, tail = load(uring->completions.tail);
    size_t count = tail - head;
    for (; head != tail; head++) {
        const struct io_uring_cqe *answer = &uring->answers[head & uring->completions.mask];
        sendings[answer->user_data].sent = answer->res > 0 ? (size_t)answer->res : 0;
    }
    store(uring->completions.head, head);
    return count;
}

/* What the system would not take is left, and sends nothing. */
static void withdraw(px_uring *uring) {
    store(uring->submissions.tail, load(uring->submissions.head));
}

void px_uring_send(px_uring *uring, px_sending *sendings, size_t count) {
    for (size_t i = 0; i < count; i++)
        sendings[i].sent = 0;
    if (uring->is_broken)
        return;
    for (unsigned i = 0; i < count; i++)
        request(uring, &sendings[i], i);
    store(uring->submissions.tail, *uring->submissions.tail + (unsigned)count);
    size_t to_submit = count, to_answer = count;
    while (to_answer > 0) {
        long submitted = syscall(SYS_io_uring_enter, uring->fd, (unsigned)to_submit,
                                 (unsigned)to_answer, IORING_ENTER_GETEVENTS, NULL, 0);
        bool has_failed = submitted < 0 && errno != EINTR;
        if (has_failed && to_submit > 0) {
            withdraw(uring);
            to_answer -= to_submit;
            to_submit = 0;
            has_failed = false;
        } else if (submitted > 0) {
            to_submit -= (size_t)submitted;
        }
        size_t answered = take_answers(uring, sendings);
        to_answer -= answered;
        if (has_failed && answered == 0) {
            uring->is_broken = true;
            return;
        }
    }
}

#endif
