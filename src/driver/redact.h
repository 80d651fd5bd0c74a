/* Takes passwords out of what others say about URLs. */
#ifndef PX_DRIVER_REDACT_H
#define PX_DRIVER_REDACT_H

#include "base/slice.h"

/* Removes "USER:PASSWORD@" from a text of libcurl's, in place: "in 'http://me:pw@host'" becomes
 * "in 'http://host'". It rather takes too much than too little. Returns the length that is left;
 * nothing is written behind it. */
size_t px_redact(char *text, size_t len);

#endif
