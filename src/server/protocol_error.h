/* The reasons for which the server complains to a connection or closes it: codes and texts of the
 * Channels protocol ("Connection closure" in its documentation), as a table.
 *
 * 4000-4099: do not come back unchanged. 4100-4199: come back after a while. 4200-4299: come back
 * at once. 43xx and no code at all (0): the connection goes on. */
#ifndef PX_SERVER_PROTOCOL_ERROR_H
#define PX_SERVER_PROTOCOL_ERROR_H

#include "base/slice.h"

/* X(name, code, text) */
#define PX_PROTOCOL_ERRORS(X)                                                                      \
    X(TLS_ONLY, 4000, "Application only accepts SSL connections, reconnect using wss://")          \
    X(UNKNOWN_APP, 4001, "Application does not exist")                                             \
    X(APP_DISABLED, 4003, "Application disabled")                                                  \
    X(APP_QUOTA, 4004, "Application is over connection quota")                                     \
    X(PATH, 4005, "Path not found: the first message must be {\"path\":\"/app/KEY?protocol=7\"}")  \
    X(VERSION_FORMAT, 4006, "Invalid version string format")                                       \
    X(VERSION_UNSUPPORTED, 4007, "Unsupported protocol version")                                   \
    X(VERSION_MISSING, 4008, "No protocol version supplied")                                       \
    X(ORIGIN, 4009, "Origin not allowed")                                                          \
    X(UNAUTHORIZED, 4009, "Connection not authorized.")                                            \
    X(UNAUTHORIZED_TOO_LONG, 4009, "Connection not authorized within timeout.")                    \
    X(TERMINATED, 4009, "You got disconnected by the app.")                                        \
    X(CAPACITY, 4100, "Over capacity")                                                             \
    X(RECONNECT, 4200, "Generic reconnect immediately")                                            \
    X(NO_PONG, 4201,                                                                               \
      "Pong reply not received: ping was sent to the client, but no reply was received")           \
    X(MESSAGE_SIZE, 1009, "Message too large")                                                     \
    X(TOO_MUCH_GARBAGE, 1008, "Too many malformed messages")                                       \
    X(INVALID_JSON, 0, "Invalid JSON")                                                             \
    X(INVALID_MESSAGE, 0, "Invalid message (must be an object with an event name)")                \
    X(INVALID_DATA, 0, "Invalid message (data must be an object)")                                 \
    X(USER_DATA, 4009, "Invalid user_data (must be a string that holds a JSON object)")            \
    X(USER_ID, 4009,                                                                               \
      "Invalid user_data (its id must be a string of letters, digits and _-=@,.; and not be too "  \
      "long)")                                                                                     \
    X(OTHER_USER, 4009, "The connection is signed in as another user already")                     \
    X(INVALID_CLIENT_EVENT, 0, "Invalid client event (must contain channel and data)")             \
    X(CLIENT_EVENT_CHANNEL, 0,                                                                     \
      "Client event rejected - only supported on private and presence channels")                   \
    X(CLIENT_EVENT_NOT_MEMBER, 4009, "The client is not a member of the specified channel.")       \
    X(CLIENT_EVENT_NAME, 4300,                                                                     \
      "Client event rejected - its name must begin with client- and not be too long")              \
    X(CLIENT_EVENT_SIZE, 4300, "Client event rejected - its data is too large")                    \
    X(CLIENT_EVENTS_OFF, 4301, "The app does not have client messaging enabled.")                  \
    X(CLIENT_EVENT_RATE, 4301, "Client event rejected due to rate limit")

/* The codes of errors whose texts depend on settings. */
enum {
    PX_CODE_WATCHLIST = 4302, /* only the beginning of the watchlist counts */
};

#define PX_PROTOCOL_ERROR_NAME(name, code, text) PX_ERROR_##name,
typedef enum px_protocol_error {
    PX_PROTOCOL_ERRORS(PX_PROTOCOL_ERROR_NAME) PX_PROTOCOL_ERROR_COUNT
} px_protocol_error;
#undef PX_PROTOCOL_ERROR_NAME

uint16_t px_protocol_error_code(px_protocol_error error);
px_slice px_protocol_error_text(px_protocol_error error);

#endif
