/* The clocks of the native world. */
#ifndef PX_DRIVER_CLOCK_H
#define PX_DRIVER_CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment in the past; never goes backwards. Where the system has such a
 * clock, time that the machine sleeps counts, so that a connection that died meanwhile is noticed.
 */
uint64_t px_clock_ms(void);

/* What the wall clock shows, in milliseconds since 1970. It may be set at any time. */
uint64_t px_clock_unix_ms(void);

#endif
