/* Names of files that are served: which are safe, and what is told of them. No file is touched here;
 * host_files.h does that. */
#ifndef PX_SERVER_WEB_FILE_H
#define PX_SERVER_WEB_FILE_H

#include "base/slice.h"

enum { PX_WEB_MAX_NAME = 256 };

/* True for segments of letters, digits and ._-@+ with slashes between them, none of which is empty
 * or begins with a dot: neither `..` nor hidden files, and nothing that would have to be decoded. */
bool px_web_name_is_safe(px_slice name);

/* By the end of the name; what is not known is bytes. */
const char *px_web_content_type(px_slice name);

/* True when the name begins with the folder of one full version, 1.2.3/ or 1.2.3-rc.1/: what stands
 * there is never changed. */
bool px_web_is_versioned(px_slice name);

#endif
