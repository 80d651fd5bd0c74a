/* Finds all addresses of a name, within a time. */
#ifndef PX_CLI_DOCTOR_RESOLVER_H
#define PX_CLI_DOCTOR_RESOLVER_H

#include "cli/doctor.h"

/* Fills doctor->addresses. False: there are none; *why (static) says why. */
bool px_doctor_find_addresses(px_doctor *doctor, const char *host, const char **why);

#endif
