/* Signatures of subscriptions and users: "KEY:SIGNATURE". */
#ifndef PX_BACKEND_SIGNING_H
#define PX_BACKEND_SIGNING_H

#include "base/buffer.h"

/* Whose signature it is. */
typedef struct px_credentials {
    px_slice key;
    px_slice secret;
} px_credentials;

/* Appends "KEY:SIGNATURE" over SOCKET_ID:CHANNEL or, where there is channel data,
 * SOCKET_ID:CHANNEL:CHANNEL_DATA. Errors as px_buffer_append; all or nothing. */
PX_MUST_CHECK int px_backend_sign_channel(const px_credentials *by, px_slice socket_id,
                                          px_slice channel, px_slice channel_data, px_buffer *out);

/* The same over SOCKET_ID::user::USER_DATA. */
PX_MUST_CHECK int px_backend_sign_user(const px_credentials *by, px_slice socket_id,
                                       px_slice user_data, px_buffer *out);

#endif
