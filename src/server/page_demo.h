/* The page at "/demo/": shows the events of a channel as they come. */
#ifndef PX_SERVER_PAGE_DEMO_H
#define PX_SERVER_PAGE_DEMO_H

#include "base/slice.h"

/* The page. Its script takes ?key=KEY&channel=CHANNEL; by default those of `make demo`. */
extern const px_slice px_page_demo;

/* The headers that go with it: it may connect to this server and nowhere else. */
extern const px_slice px_page_demo_headers;

#endif
