/* What the puppet writes: one JSON object on a line for each thing that it sees. */
#ifndef E2E_PUPPET_TELL_H
#define E2E_PUPPET_TELL_H

#include "puppet.h"

/* The start of time: `ms` counts from here. */
void tell_start(void);

/* A line: begun, with members (an empty text is left out), ended. */
void tell_begin(const puppet *who);
void tell_member(const char *name, pusher_string text);
void tell_number(const char *name, size_t value);
void tell_end(void);

/* Handlers; their context is the puppet. */
void tell_channel_event(const pusher_event *event, void *context);
void tell_client_event(const pusher_event *event, void *context);
void tell_user_event(const pusher_event *event, void *context);
void tell_watchlist_event(const pusher_event *event, void *context);
void tell_connection_event(const pusher_event *event, void *context);
void tell_log(pusher_log_level level, pusher_string line, void *context);

#endif
