/* The puppet's commands: lines of "NUMBER VERB WORDS". */
#ifndef E2E_PUPPET_COMMANDS_H
#define E2E_PUPPET_COMMANDS_H

#include "puppet.h"

/* Carries out one line (without its end; it is cut into words) for the client of its number, or with 0
 * for all. What fails is told. */
void commands_obey(puppet *puppets, int count, char *line);

#endif
