/* Remembers, from one run of a program to the next, which transport worked: the engine says what and
 * under which key; here is the place, which is the server. */
#ifndef PX_CLIENT_CACHE_H
#define PX_CLIENT_CACHE_H

#include "client/settings.h"
#include "core/core.h"
#include "driver/loop.h"

/* Gives the engine what it told to remember; before the first connect. */
void px_cache_restore(px_core *core, const px_settings *settings);

/* Carries out PX_ACTION_STORE. PX_OK also where nothing is to be remembered; the errors of
 * px_cache_write: nothing was. */
PX_MUST_CHECK int px_cache_store(const px_core *core, const px_settings *settings, px_loop *loop,
                                 px_slice key, px_slice data);

#endif
