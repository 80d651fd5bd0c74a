#include "client/box.h"

#include "base/utf8.h"
#include "driver/secretbox.h"

_Static_assert((int)PX_SECRETBOX_KEY_BYTES == (int)PX_SEAL_KEY_BYTES &&
                   (int)PX_SECRETBOX_NONCE_BYTES == (int)PX_SEAL_NONCE_BYTES &&
                   (int)PX_SECRETBOX_OVERHEAD == (int)PX_SEAL_OVERHEAD,
               "the core's boxes are the driver's");

enum { KEPT_TEXT = 65536 };

static bool open_with(const unsigned char *key, const px_sealed *sealed, px_buffer *text) {
    if (!key || !px_secretbox_open(key, sealed->nonce, sealed->box, text->data))
        return false;
    text->len = sealed->box.len - PX_SEAL_OVERHEAD;
    return px_utf8_valid(px_buffer_slice(text));
}

int px_box_open(pusher_client *client, const px_event *event, px_slice *text) {
    px_buffer *buffer = &client->opened;
    px_buffer_clear(buffer);
    /* Never nothing, so that there is a place even for an empty text. */
    int result = px_buffer_reserve(buffer, event->sealed->box.len);
    if (result)
        return result;
    if (!open_with(px_core_channel_key(client->core, event->channel), event->sealed, buffer)) {
        px_core_not_opened(client->core, event);
        return PX_ERR_SYNTAX;
    }
    *text = px_buffer_slice(buffer);
    return PX_OK;
}

void px_box_trim(pusher_client *client) {
    if (client->opened.capacity > KEPT_TEXT)
        px_buffer_free(&client->opened);
}
