/* The Date header (RFC 9110 section 5.6.7), whatever the locale. */
#ifndef PX_SERVER_HOST_DATE_H
#define PX_SERVER_HOST_DATE_H

#include <stddef.h>
#include <time.h>

enum { PX_DATE_LENGTH = 29 };

/* "Sun, 06 Nov 1994 08:49:37 GMT", without NUL; returns its length. */
size_t px_date(time_t when, char out[PX_DATE_LENGTH]);

#endif
