/* What names say and how they may look: of channels, events and users. */
#ifndef PX_BACKEND_NAMES_H
#define PX_BACKEND_NAMES_H

#include "base/slice.h"

enum { PX_BACKEND_MAX_NAME = 200 };

/* By its prefix: the channel needs an authorization, has members, carries encrypted data. */
bool px_backend_needs_auth(px_slice channel);
bool px_backend_is_presence(px_slice channel);
bool px_backend_is_encrypted(px_slice channel);

/* NULL: the name may be that of a channel that clients subscribe to, an event, a user who signs in.
 * Otherwise what is wrong with it, as the end of a sentence that begins with the name. */
const char *px_backend_channel_fault(px_slice name);
const char *px_backend_event_fault(px_slice name);
const char *px_backend_user_fault(px_slice id);

#endif
