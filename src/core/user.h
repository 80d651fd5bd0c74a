/* The user (docs/protocol.md, "Users"): signing in, the events that servers send to one user, and the
 * watchlist. How the application's server is asked is authorization.h's business. */
#ifndef PX_CORE_USER_H
#define PX_CORE_USER_H

#include "core/channel.h"
#include "core/message.h"
#include "core/text.h"

typedef enum px_user_phase {
    PX_USER_OUT,
    PX_USER_ASKING, /* the application's server is asked to authenticate */
    PX_USER_SENT,   /* pusher:signin is sent */
    PX_USER_IN,
} px_user_phase;

typedef struct px_user {
    bool wanted; /* the application has asked, once and for all connections */
    px_user_phase phase;
    bool announced;    /* the owner knows of a sign-in, and has a place in the queue for its end */
    px_id request;     /* ASKING */
    uint8_t failures;  /* in a row that may pass */
    uint64_t retry_at; /* OUT: or PX_NO_DEADLINE */
    uint64_t deadline; /* SENT */
    px_buffer data;    /* IN: JSON, as the service gave it */
    px_buffer channel; /* IN: "#server-to-user-ID" */
} px_user;

void px_user_init(px_core *core);
void px_user_free(px_core *core);

/* A connection is about to be told, is there, is about to be told as gone. */
void px_user_connecting(px_core *core);
void px_user_connected(px_core *core);
void px_user_disconnected(px_core *core);

/* The application's server has authenticated: signs in. PX_ERR_NO_MEMORY, PX_ERR_LIMIT. */
PX_MUST_CHECK int px_user_authenticated(px_core *core, const px_authorization *answer);

/* It has not. `error` lacks its type and its message, which it gets; what may pass is tried again. */
void px_user_failed(px_core *core, px_error *error, bool may_pass, const px_text *why);

/* The authorization of a presence channel does not say who we are: if somebody is signed in, it is for
 * him; if a sign-in is under way, it waits for that. PX_ERR_NOT_FOUND: neither. Other errors as
 * px_send_subscribe. */
PX_MUST_CHECK int px_user_stand_in(px_core *core, px_channel *channel, px_slice auth);

/* The frame of a pusher:signin_success. Errors as px_dispatch. */
PX_MUST_CHECK int px_user_signed_in(px_core *core, const px_frame *frame);

/* The frame of a pusher_internal:watchlist_events. Errors as px_dispatch. */
PX_MUST_CHECK int px_user_watchlist(px_core *core, const px_frame *frame);

/* True for the name of the channel on which the user gets events. */
bool px_user_is_channel(const px_core *core, px_slice name);

uint64_t px_user_deadline(const px_core *core);
void px_user_tick(px_core *core);

#endif
