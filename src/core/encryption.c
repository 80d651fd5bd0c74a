#include "core/encryption.h"

#include "base/base64.h"
#include "base/plant.h"
#include "base/wipe.h"
#include "core/internal.h"

/* What may wait for a new key of one channel, and what a log line tells of an event's name. */
enum { MAX_WAITING = 1000, MAX_WAITING_BYTES = 1 << 20, LOGGED_NAME = 256 };

enum { SECRET_TEXT = 44 }; /* base64 of a key */

struct px_waiting_event {
    px_waiting_event *next;
    unsigned char nonce[PX_SEAL_NONCE_BYTES];
    size_t name_len;
    size_t box_len;
    char bytes[]; /* name, box */
};

static size_t size_of(const px_waiting_event *event) {
    return sizeof(*event) + event->name_len + event->box_len;
}

/* ---- Life ---- */

px_encryption *px_encryption_new(const px_allocator *allocator) {
    return px_alloc_zero(allocator, sizeof(px_encryption));
}

/* False: nothing waits. */
static bool forget_first(const px_allocator *allocator, px_encryption *encryption) {
    px_waiting_event *event = encryption->first;
    if (!event)
        return false;
    encryption->first = event->next;
    encryption->waiting--;
    encryption->waiting_bytes -= size_of(event);
    px_free(allocator, event, size_of(event));
    return true;
}

void px_encryption_free(const px_allocator *allocator, px_encryption *encryption) {
    if (!encryption)
        return;
    while (forget_first(allocator, encryption))
        ;
    px_wipe(encryption->key, sizeof(encryption->key));
    px_free(allocator, encryption, sizeof(*encryption));
}

/* ---- What the log says ---- */

/* Of an event that its channel does not get: never its data. */
static void log_lost(px_core *core, px_log_level level, const px_channel *channel, px_slice event,
                     const char *why) {
    px_text text = px_text_begin(&core->text);
    px_text_add(&text, PX_SLICE("Unable to decrypt event '"));
    px_text_add_excerpt(&text, event, LOGGED_NAME);
    px_text_add(&text, PX_SLICE("' on channel "));
    px_text_add(&text, px_channel_name(channel));
    px_text_add(&text, PX_SLICE(": "));
    px_text_add(&text, px_slice_of_text(why));
    if (text.result == PX_OK)
        px_log_text(core, level, px_buffer_slice(&core->text));
}

static void drop_waiting(px_core *core, px_channel *channel, px_log_level level, const char *why) {
    px_encryption *encryption = channel->encryption;
    for (; encryption->first; forget_first(core->allocator, encryption))
        log_lost(core, level, channel,
                 px_slice_of(encryption->first->bytes, encryption->first->name_len), why);
}

void px_encryption_reset(px_core *core, px_channel *channel) {
    px_encryption *encryption = channel->encryption;
    drop_waiting(core, channel, PX_LOG_DEBUG, "the subscription ended before a new key came");
    px_wipe(encryption->key, sizeof(encryption->key));
    encryption->has_key = false;
    encryption->renewing = false;
}

/* ---- Keys ---- */

bool px_encryption_read_key(px_slice shared_secret, unsigned char key[PX_SEAL_KEY_BYTES]) {
    char decoded[SECRET_TEXT / 4 * 3];
    size_t len = 0;
    bool good = shared_secret.len == SECRET_TEXT &&
                px_base64_decode(shared_secret, decoded, &len) && len == PX_SEAL_KEY_BYTES;
    if (good)
        memcpy(key, decoded, PX_SEAL_KEY_BYTES);
    px_wipe(decoded, sizeof(decoded));
    return good;
}

void px_encryption_set_key(px_channel *channel, const unsigned char key[PX_SEAL_KEY_BYTES]) {
    memcpy(channel->encryption->key, key, PX_SEAL_KEY_BYTES);
    channel->encryption->has_key = true;
}

const unsigned char *px_core_channel_key(const px_core *core, px_channel_id id) {
    const px_channel *channel = px_channel_get(core, id);
    return channel && channel->encryption && channel->encryption->has_key ? channel->encryption->key
                                                                          : NULL;
}

/* ---- Events that wait for a new key ---- */

static bool has_room(const px_encryption *encryption, size_t size) {
    return encryption->waiting < MAX_WAITING && size <= MAX_WAITING_BYTES &&
           encryption->waiting_bytes <= MAX_WAITING_BYTES - size;
}

/* PX_ERR_NO_MEMORY, PX_ERR_LIMIT: too much waits already. */
static int let_wait(px_core *core, px_encryption *encryption, px_slice name,
                    const px_sealed *sealed) {
    px_waiting_event *event;
    size_t size = sizeof(*event) + name.len + sealed->box.len;
    if (!has_room(encryption, size))
        return PX_ERR_LIMIT;
    event = px_alloc(core->allocator, size);
    if (!event)
        return PX_ERR_NO_MEMORY;
    event->next = NULL;
    event->name_len = name.len;
    event->box_len = sealed->box.len;
    memcpy(event->nonce, sealed->nonce, PX_SEAL_NONCE_BYTES);
    memcpy(event->bytes, name.ptr, name.len);
    memcpy(event->bytes + name.len, sealed->box.ptr, sealed->box.len);
    *(encryption->first ? &encryption->last->next : &encryption->first) = event;
    encryption->last = event;
    encryption->waiting++;
    encryption->waiting_bytes += size;
    return PX_OK;
}

/* The same, with a line where there is no room. PX_ERR_NO_MEMORY. */
static int let_wait_or_drop(px_core *core, px_channel *channel, px_slice name,
                            const px_sealed *sealed) {
    int result = let_wait(core, channel->encryption, name, sealed);
    if (result != PX_ERR_LIMIT)
        return result;
    log_lost(core, PX_LOG_ERROR, channel, name, "too much waits for a new key already");
    return PX_OK;
}

/* A place in the queue for each event that waits. Errors as px_queue_reserve: there are none then. */
static int reserve_places(px_core *core, size_t count) {
    for (size_t i = 0; i < count; i++) {
        int result = px_queue_reserve(&core->queue);
        if (result == PX_OK)
            continue;
        while (i--)
            px_queue_release(&core->queue);
        return result;
    }
    return PX_OK;
}

/* Queues what waits, in its order, in the places that are reserved. `memory` has room for the bytes of
 * all, behind as many px_sealed. */
static void push_waiting(px_core *core, px_channel *channel, px_slice name, void *memory) {
    px_encryption *encryption = channel->encryption;
    px_sealed *sealed = memory;
    char *bytes = (char *)(sealed + encryption->waiting);
    for (; encryption->first; forget_first(core->allocator, encryption), sealed++) {
        const px_waiting_event *waiting = encryption->first;
        px_event *event = &px_queue_push_reserved(&core->queue, PX_ACTION_EVENT, 0)->as.event;
        memcpy(bytes, waiting->bytes, waiting->name_len + waiting->box_len);
        event->targets = PX_TO_CHANNEL;
        event->channel = channel->id;
        event->channel_name = name;
        event->name = px_slice_of(bytes, waiting->name_len);
        event->data_type = PX_DATA_SEALED;
        event->sealed = sealed;
        *sealed = (px_sealed){.box = px_slice_of(bytes + waiting->name_len, waiting->box_len),
                              .last_try = true};
        memcpy(sealed->nonce, waiting->nonce, PX_SEAL_NONCE_BYTES);
        bytes += waiting->name_len + waiting->box_len;
    }
}

int px_encryption_renewed(px_core *core, px_channel *channel,
                          const unsigned char key[PX_SEAL_KEY_BYTES]) {
    px_encryption *encryption = channel->encryption;
    px_slice name;
    void *memory;
    int result = px_arena_copy(&core->incoming, px_channel_name(channel), &name);
    if (result == PX_OK)
        result = px_arena_alloc(&core->incoming,
                                encryption->waiting * sizeof(px_sealed) + encryption->waiting_bytes,
                                &memory);
    if (result == PX_OK)
        result = reserve_places(core, encryption->waiting);
    if (result != PX_OK)
        return result;
    push_waiting(core, channel, name, memory);
    if (!PX_PLANTED(KEEPS_KEY))
        px_encryption_set_key(channel, key);
    encryption->renewing = false;
    return PX_OK;
}

void px_encryption_not_renewed(px_core *core, px_channel *channel, px_slice why) {
    channel->encryption->renewing = false;
    px_log_failure(core, why);
    drop_waiting(core, channel, PX_LOG_ERROR, "no new key came");
}

/* ---- What the owner says ---- */

/* Asks for a new key; what came since waits. Errors as px_authorize. */
static int renew(px_core *core, px_channel *channel, const px_event *event) {
    log_lost(core, PX_LOG_DEBUG, channel, event->name, "asking for a new key");
    int result = let_wait_or_drop(core, channel, event->name, event->sealed);
    if (result != PX_OK || channel->encryption->renewing)
        return result;
    result = px_authorize(core, channel);
    if (result == PX_OK)
        channel->encryption->renewing = true;
    return result;
}

void px_core_not_opened(px_core *core, const px_event *event) {
    px_channel *channel = px_channel_get(core, event->channel);
    if (!event->sealed || !channel || !channel->encryption)
        return;
    if (!channel->subscribed || !core->connection.live) {
        log_lost(core, PX_LOG_DEBUG, channel, event->name, "the channel is not subscribed");
        return;
    }
    if (event->sealed->last_try) {
        log_lost(core, PX_LOG_ERROR, channel, event->name, "the new key does not fit either");
        return;
    }
    int result = renew(core, channel, event);
    if (result == PX_OK)
        return;
    px_encryption_reset(core, channel);
    px_connection_broken(core, result);
}

/* ---- What the network says ---- */

bool px_encryption_seals(const px_channel *channel, const px_frame *frame) {
    return channel && channel->encryption &&
           !px_slice_starts_with(frame->event, PX_SLICE("pusher:")) &&
           !px_slice_starts_with(frame->event, PX_SLICE("pusher_internal:"));
}

/* The bytes of a field of base64; an empty slice: it holds something else. Errors as px_arena_alloc. */
static int read_base64(px_core *core, const px_field *field, px_slice *bytes) {
    px_slice text;
    void *memory;
    size_t len;
    *bytes = px_slice_of(NULL, 0);
    int result = px_field_text(core, field, &text);
    if (result == PX_OK && text.len)
        result = px_arena_alloc(&core->incoming, px_base64_decoded_max(text.len), &memory);
    if (result == PX_OK && text.len && px_base64_decode(text, memory, &len))
        *bytes = px_slice_of(memory, len);
    return result;
}

/* Reads {"nonce":...,"ciphertext":...}. *why: it is not that, and what is wrong. Errors as
 * px_arena_alloc. */
static int read_box(px_core *core, const px_frame *frame, px_sealed *sealed, const char **why) {
    px_field fields[] = {{.name = PX_LITERAL("nonce")}, {.name = PX_LITERAL("ciphertext")}};
    px_slice data;
    px_slice nonce;
    int result = px_frame_data(core, frame, &data);
    if (result != PX_OK)
        return result;
    if (px_fields_read(data, fields, 2) != PX_JSON_ERROR_NONE || !px_field_is_string(&fields[0]) ||
        !px_field_is_string(&fields[1])) {
        *why = "its data has no nonce and ciphertext";
        return PX_OK;
    }
    result = read_base64(core, &fields[0], &nonce);
    if (result == PX_OK)
        result = read_base64(core, &fields[1], &sealed->box);
    if (result != PX_OK)
        return result;
    if (nonce.len != PX_SEAL_NONCE_BYTES)
        *why = "its nonce is not 24 bytes in base64";
    else if (sealed->box.len < PX_SEAL_OVERHEAD)
        *why = "its ciphertext is not at least 16 bytes in base64";
    else
        memcpy(sealed->nonce, nonce.ptr, PX_SEAL_NONCE_BYTES);
    return PX_OK;
}

/* What the channel gets now; NULL: nothing, because there is no key, it is no box, or it has to wait. */
static int take_box(px_core *core, px_channel *channel, const px_frame *frame, px_sealed **taken) {
    const char *why = NULL;
    void *memory;
    if (!channel->encryption->has_key) {
        log_lost(core, PX_LOG_DEBUG, channel, frame->event, "there is no key yet");
        return PX_OK;
    }
    int result = px_arena_alloc(&core->incoming, sizeof(px_sealed), &memory);
    if (result != PX_OK)
        return result;
    px_sealed *sealed = memory;
    *sealed = (px_sealed){.last_try = false};
    result = read_box(core, frame, sealed, &why);
    if (result != PX_OK)
        return result;
    if (why) {
        log_lost(core, PX_LOG_ERROR, channel, frame->event, why);
        return PX_OK;
    }
    if (channel->encryption->renewing && !PX_PLANTED(OVERTAKES))
        return let_wait_or_drop(core, channel, frame->event, sealed);
    *taken = sealed;
    return PX_OK;
}

int px_encryption_deliver(px_core *core, px_channel *channel, const px_frame *frame) {
    px_sealed *sealed = NULL;
    px_channel_id id = channel->id;
    int result = take_box(core, channel, frame, &sealed);
    if (result != PX_OK)
        return result;
    unsigned targets = PX_TO_CLIENT | PX_TO_CONNECTION;
    px_event *event =
        px_event_of_frame(core, frame, frame->event, sealed ? targets | PX_TO_CHANNEL : targets);
    if (!event)
        return PX_ERR_NO_MEMORY;
    event->channel = id;
    event->user_id = px_slice_of(NULL, 0);
    if (sealed) {
        sealed->data_type = event->data_type;
        event->data_type = PX_DATA_SEALED;
        event->sealed = sealed;
    }
    return PX_OK;
}
