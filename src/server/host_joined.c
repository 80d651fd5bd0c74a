#include "server/host_joined.h"

#include "server/heap.h"

/* The system cuts what is written into packets of at most 64 KiB, so that more has no use. */
enum { MAX_BYTES = 65536, MAX_MESSAGES = 1024 };

struct px_joined {
    px_message *messages[MAX_MESSAGES];
    uint32_t ends[MAX_MESSAGES]; /* where each of them ends in `bytes` */
    uint32_t count;
    bool is_pinned;
    char bytes[MAX_BYTES];
};

px_joined *px_joined_new(void) {
    px_joined *made = px_alloc(&px_heap, sizeof *made);
    if (!made)
        return NULL;
    made->count = 0;
    made->is_pinned = false;
    return made;
}

void px_joined_clear(px_joined *joined) {
    while (joined->count > 0)
        px_message_release(joined->messages[--joined->count]);
}

void px_joined_free(px_joined *joined) {
    if (!joined)
        return;
    px_joined_clear(joined);
    px_free(&px_heap, joined, sizeof *joined);
}

void px_joined_pin(px_joined *joined, bool is_pinned) {
    joined->is_pinned = is_pinned;
}

static uint32_t end_of(const px_joined *joined, size_t count) {
    return count > 0 ? joined->ends[count - 1] : 0;
}

/* The messages are held, so that no other one can come to be at the same address meanwhile. */
static void append(px_joined *joined, px_message *message) {
    uint32_t at = end_of(joined, joined->count);
    memcpy(joined->bytes + at, message->frame, message->frame_len);
    joined->messages[joined->count] = px_message_hold(message);
    joined->ends[joined->count++] = at + message->frame_len;
}

static bool has_room(const px_joined *joined, const px_message *message) {
    return joined->count < MAX_MESSAGES &&
           message->frame_len <= MAX_BYTES - end_of(joined, joined->count);
}

bool px_joined_bytes(px_joined *joined, px_message *const *messages, size_t count,
                     px_slice *bytes) {
    if (count == 1 || messages[0]->frame_len > MAX_BYTES) {
        *bytes = px_message_frame(messages[0]);
        return true;
    }
    size_t shared = count < joined->count ? count : joined->count;
    if (shared == 0 ||
        memcmp(messages, joined->messages, shared * sizeof(const px_message *)) != 0) {
        if (joined->is_pinned && joined->count > 0)
            return false;
        px_joined_clear(joined);
        shared = 0;
    }
    for (; shared < count && has_room(joined, messages[shared]); shared++)
        append(joined, messages[shared]);
    *bytes = px_slice_of(joined->bytes, end_of(joined, shared));
    return true;
}
