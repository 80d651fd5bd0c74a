#include "server/subscription_count.h"

#include "server/event.h"
#include "server/notice.h"

enum {
    MANY = 100, /* with more subscribers than that not every change is told */
    PAUSE_MS = 5000,
};

/* Every count that is told is told here. Without memory this one is not; the next one will be. */
static void tell(px_hub *hub, px_channel *channel) {
    px_message *message =
        channel->count > 0 ? px_event_subscription_count(hub, channel->name, channel->count) : NULL;
    if (message)
        px_channel_deliver(hub, channel, NULL, message);
    px_notice_subscription_count(hub, channel, channel->count);
}

static void tell_later(px_hub *hub, px_task *task) {
    px_counting *counting = (px_counting *)(void *)((char *)task - offsetof(px_counting, task));
    counting->told_ms = hub->now_ms;
    tell(hub, counting->channel);
}

/* NULL without memory. */
static px_counting *obtain(px_hub *hub, px_channel *channel) {
    if (channel->counting)
        return channel->counting;
    px_counting *made = px_alloc(hub->allocator, sizeof(*made));
    if (made)
        *made = (px_counting){.task = {.run = tell_later}, .channel = channel};
    channel->counting = made;
    return made;
}

static bool is_counted(const px_channel *channel) {
    return channel->app->options.subscription_count &&
           !(channel->traits & (PX_CHANNEL_PRESENCE | PX_CHANNEL_USER));
}

void px_count_changed(px_hub *hub, px_channel *channel) {
    if (!is_counted(channel))
        return;
    bool is_first = !channel->counting;
    px_counting *counting = channel->count > MANY ? obtain(hub, channel) : channel->counting;
    if (counting && channel->count > MANY && !is_first &&
        counting->told_ms + PAUSE_MS > hub->now_ms) {
        if (!px_task_is_set(&counting->task))
            px_task_set(hub, &counting->task, counting->told_ms + PAUSE_MS);
        return;
    }
    if (counting) {
        counting->told_ms = hub->now_ms;
        px_task_clear(hub, &counting->task);
    }
    tell(hub, channel);
}
