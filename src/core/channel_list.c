#include "core/channel_list.h"

#include "core/channel.h"

void px_channel_list_add(px_channel_list *list, px_channel *channel) {
    channel->list = list;
    channel->earlier = list->last;
    channel->later = NULL;
    *(list->last ? &list->last->later : &list->first) = channel;
    list->last = channel;
}

void px_channel_list_remove(px_channel *channel) {
    px_channel_list *list = channel->list;
    *(channel->earlier ? &channel->earlier->later : &list->first) = channel->later;
    *(channel->later ? &channel->later->earlier : &list->last) = channel->earlier;
    channel->list = NULL;
}
