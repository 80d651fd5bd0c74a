/* The puppet's command line: NAME=VALUE for each option of its clients. */
#ifndef E2E_PUPPET_ARGUMENTS_H
#define E2E_PUPPET_ARGUMENTS_H

#include "puppet.h"

typedef struct arguments {
    pusher_options options;
    pusher_string key;
    int clients; /* how many */
} arguments;

/* Their texts are those of argv. */
void arguments_read(arguments *all, int argc, char **argv);

#endif
