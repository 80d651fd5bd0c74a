/* What <features.h> gives only to programs that want all of GNU's: with it, the types of the calls in
 * <sys/socket.h> are no longer those of C, and faults.c could not define them. */
#ifndef TORTURE_SYSTEM_H
#define TORTURE_SYSTEM_H

/* The system's own function with this name, where the program has one, too. Aborts when there is none. */
void *system_call_of(const char *name);

/* "EINTR" for EINTR. */
const char *system_error_name(int error);

#endif
