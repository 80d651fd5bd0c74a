#include "sealing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"

/* ---- Boxes ---- */

/* A key begins with what makes it this one, and this is what a box begins with. */
static void make_key(uint32_t channel, uint32_t key, char out[PX_SEAL_KEY_BYTES]) {
    memset(out, '.', PX_SEAL_KEY_BYTES);
    out[0] = (char)('a' + channel);
    memcpy(out + 1, &key, sizeof(key));
}

void sim_shared_secret(uint32_t channel, uint32_t key, char out[SIM_SECRET_TEXT + 1]) {
    char bytes[PX_SEAL_KEY_BYTES];
    make_key(channel, key, bytes);
    px_base64_encode(px_slice_of(bytes, sizeof(bytes)), out);
    out[SIM_SECRET_TEXT] = '\0';
}

void sim_sealed_data(const sim_world *world, uint32_t event, char *out, size_t size) {
    char nonce[PX_SEAL_NONCE_BYTES] = {0};
    char nonce_text[40] = {0};
    char box[PX_SEAL_KEY_BYTES];
    char box_text[60] = {0};
    uint32_t channel = world->published[event].channel;
    if (!sim_is_encrypted(channel)) {
        (void)snprintf(out, size, "{\\\"n\\\":%" PRIu32 "}", event);
        return;
    }
    memcpy(nonce, &event, sizeof(event));
    make_key(channel, world->published[event].key, box);
    memcpy(box + PX_SEAL_OVERHEAD, &event, sizeof(event));
    px_base64_encode(px_slice_of(nonce, sizeof(nonce)), nonce_text);
    px_base64_encode(px_slice_of(box, PX_SEAL_OVERHEAD + sizeof(event)), box_text);
    (void)snprintf(out, size, "{\\\"nonce\\\":\\\"%s\\\",\\\"ciphertext\\\":\\\"%s\\\"}",
                   nonce_text, box_text);
}

static bool opens(const px_core *core, const px_event *event) {
    const unsigned char *key = px_core_channel_key(core, event->channel);
    return key && !memcmp(key, event->sealed->box.ptr, PX_SEAL_OVERHEAD);
}

/* ---- What a client must have been given ---- */

static void push(sim_view *view, uint32_t event) {
    if (view->waiting_count == view->waiting_capacity) {
        view->waiting_capacity = view->waiting_capacity ? view->waiting_capacity * 2 : 8;
        view->waiting = realloc(view->waiting, view->waiting_capacity * sizeof(*view->waiting));
        if (!view->waiting)
            abort();
    }
    view->waiting[view->waiting_count++] = event;
}

static void shift(sim_view *view) {
    view->waiting_count--;
    view->due--;
    memmove(view->waiting, view->waiting + 1, view->waiting_count * sizeof(*view->waiting));
}

void sim_forget_keys(sim_view *view) {
    view->key = 0;
    view->renewing = false;
    view->waiting_count = 0;
    view->due = 0;
}

void sim_key_answer(sim_client *client, uint32_t channel, uint32_t key) {
    sim_view *view = &client->views[channel];
    if (key) {
        view->key = key;
        view->due = view->waiting_count;
    } else if (view->renewing) {
        view->waiting_count = 0;
    } else {
        view->key = 0;
    }
    view->renewing = false;
}

/* The engine may open what comes with a subscription only: without one there is no key. */
void sim_keep_sealed(sim_world *world, sim_client *client, uint32_t channel, uint32_t event) {
    sim_view *view = &client->views[channel];
    if (client->memory.has_refused)
        return;
    if (view->renewing)
        push(view, event);
    else if (view->key)
        sim_fail(world, "sealed", "client %" PRIu32 ": event %" PRIu32 " is kept from its channel",
                 client->index, event);
}

void sim_take_sealed(sim_world *world, sim_client *client, const px_event *event) {
    uint32_t number = sim_event_of(event->name);
    uint32_t channel = sim_channel_of(event->channel_name);
    sim_view *view = &client->views[channel];
    bool fits = world->published[number].key == view->key;
    bool is_again = event->sealed->last_try;
    px_channel_info info;
    if (!px_core_channel_info(client->core, event->channel, &info) || !info.subscribed)
        return; /* it was left meanwhile, by a handler */
    if (client->memory.has_refused || !px_core_is_live(client->core)) {
        if (!opens(client->core, event))
            px_core_not_opened(client->core, event);
        sim_forget_keys(view);
        return; /* what is lost for want of memory is lost with the connection */
    }
    if (is_again && view->due) {
        if (view->waiting[0] != number)
            sim_fail(world, "sealed", "client %" PRIu32 ": event %" PRIu32 " comes before %" PRIu32,
                     client->index, number, view->waiting[0]);
        shift(view);
    } else if (is_again || view->renewing || view->due || !view->key) {
        sim_fail(world, "sealed", "client %" PRIu32 ": event %" PRIu32 " comes out of turn",
                 client->index, number);
    }
    if (opens(client->core, event) != fits)
        sim_fail(world, "sealed", "client %" PRIu32 ": event %" PRIu32 " %s", client->index, number,
                 fits ? "can't be opened" : "is opened by a key that is not its own");
    if (fits)
        return;
    px_core_not_opened(client->core, event);
    if (is_again || !px_core_is_live(client->core))
        return;
    view->renewing = true;
    push(view, number);
}
