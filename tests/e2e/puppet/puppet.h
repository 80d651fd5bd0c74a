/* What the files of the puppet share: the clients that it plays. What it does is told in main.c. */
#ifndef E2E_PUPPET_H
#define E2E_PUPPET_H

#include <pusher/pusher.h>

enum { MAX_CLIENTS = 16 };

/* Questions of a custom authorizer that nobody has answered yet. */
enum { MAX_QUESTIONS = 8, MAX_NAME = 256 };

typedef struct question {
    char channel[MAX_NAME]; /* "-": about the user */
    pusher_authorization *handle;
} question;

typedef struct puppet {
    int number; /* from 1 */
    pusher_client *client;
    question questions[MAX_QUESTIONS];
    unsigned provided; /* how often a provider was called */
} puppet;

/* Ends the program. */
_Noreturn void fail(const char *what, const char *why);

#endif
