/* The first message of a server, on whatever way it comes. */
#ifndef PX_CLI_DOCTOR_MESSAGE_H
#define PX_CLI_DOCTOR_MESSAGE_H

#include "cli/doctor.h"

/* What every connection of the protocol asks with. */
#define PX_DOCTOR_QUERY                                                                            \
    "protocol=7&client=pusher-doctor&version=" PUSHER_VERSION_TEXT "&flash=false"

typedef enum px_doctor_message_kind {
    PX_DOCTOR_MESSAGE_OTHER,       /* nothing that a Channels server says first */
    PX_DOCTOR_MESSAGE_ESTABLISHED, /* socket_id is set */
    PX_DOCTOR_MESSAGE_REFUSAL,     /* code and text are set */
} px_doctor_message_kind;

typedef struct px_doctor_message {
    px_doctor_message_kind kind;
    char socket_id[64];
    int code;
    char text[256];
} px_doctor_message;

/* Reads {"event":"pusher:connection_established",...} or {"event":"pusher:error",...}. */
void px_doctor_read_message(px_slice text, px_doctor_message *message);

/* The same of a close frame. */
void px_doctor_read_close(int code, px_slice reason, px_doctor_message *message);

/* Keeps what the message says of the key. True: it is refused. */
bool px_doctor_note_message(px_doctor *doctor, const px_doctor_message *message);

/* Reads the frames of an HTTP transport: lines that begin with o, a, m, h or c. */
typedef struct px_doctor_frames {
    bool opened;               /* "o" was there */
    bool complete;             /* a message or a close came; `message` is the first */
    bool foreign;              /* something else than frames came */
    px_doctor_message message; /* OTHER while none came */
} px_doctor_frames;

/* Reads all frames of `text`, what has come so far; an unfinished line at the end is left out. */
void px_doctor_read_frames(px_slice text, px_doctor_frames *frames);

#endif
