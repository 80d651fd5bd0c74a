/* Finding the name that somebody meant. */
#ifndef PX_BASE_NAME_H
#define PX_BASE_NAME_H

#include "base/slice.h"

/* How many letters must be put in, taken out or changed to make one text of the other; SIZE_MAX for
 * texts of more than 64 bytes. */
size_t px_name_distance(px_slice a, px_slice b);

/* The one of the names that is most like `name`, or the empty slice when none is much like it. */
px_slice px_name_nearest(px_slice name, const px_slice *names, size_t count);

#endif
