/* Whether this build has io_uring. */
#ifndef PX_SERVER_HOST_URING_CHOICE_H
#define PX_SERVER_HOST_URING_CHOICE_H

#if defined(__linux__) && !defined(PX_NO_URING) && defined(__has_include)
#if __has_include(<linux/io_uring.h>)
#define PX_HAS_URING 1
#endif
#endif

#endif
