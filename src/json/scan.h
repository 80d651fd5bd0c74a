/* Finds the end of the plain part of a JSON string: the hot loop of reading and writing JSON. */
#ifndef PX_JSON_SCAN_H
#define PX_JSON_SCAN_H

#include "base/slice.h"

/* The offset of the first byte that is a quote, a backslash, a control character (below 0x20) or
 * not ASCII (0x80 and above); text.len when there is none. Never reads beyond the slice. */
size_t px_json_scan(px_slice text);

/* The same without the processor's vector instructions, for machines that have none. */
size_t px_json_scan_portable(px_slice text);

#endif
