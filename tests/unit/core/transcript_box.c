#include "transcript_box.h"

#include "base/utf8.h"

bool transcript_box_open(const px_core *core, const px_event *event, px_slice *text) {
    const unsigned char *key = px_core_channel_key(core, event->channel);
    px_slice box = event->sealed->box;
    if (!key || memcmp(key, box.ptr, PX_SEAL_OVERHEAD) != 0)
        return false;
    *text = px_slice_after(box, PX_SEAL_OVERHEAD);
    return px_utf8_valid(*text);
}
