/* What is remembered between two runs of a program: a small file for each place, in one folder of the
 * user's. It is a cache: whatever is wrong with a file, it counts as not there, and is written anew.
 * Nothing in it is trusted but that it is what was put there for the same place. */
#ifndef PX_DRIVER_CACHE_FILE_H
#define PX_DRIVER_CACHE_FILE_H

#include "base/buffer.h"
#include "driver/result.h"

#include <stdint.h>

enum { PX_CACHE_FILE_MAX = 4096 };

/* The folder (NUL-terminated): `given`, or else libpusher below $XDG_CACHE_HOME or ~/.cache. It need
 * not be there. PX_ERR_NOT_FOUND: the environment has none, or can't be trusted because the program
 * runs with somebody else's rights. PX_ERR_NO_MEMORY, PX_ERR_LIMIT. */
PX_MUST_CHECK int px_cache_folder(const char *given, px_buffer *folder);

/* Appends what was written for the place, a JSON value. PX_ERR_NOT_FOUND: nothing, or nothing that can
 * be used. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_cache_read(const char *folder, px_slice place, px_buffer *entry);

/* Writes `entry`, a JSON value, in the place of what was there; makes the folder. Whoever reads at
 * the same time gets the one or the other. PX_ERR_SYSTEM (`errno` says why), PX_ERR_LIMIT (it is too
 * long), PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_cache_write(const char *folder, px_slice place, px_slice entry);

/* Forgets what was written for the place. */
void px_cache_forget(const char *folder, px_slice place);

/* Thousands of clients of a place may store the same at the same moment: once a second is enough. */
typedef struct px_cache_ledger {
    uint64_t place; /* a hash of the one that was written last */
    uint64_t quiet_until;
} px_cache_ledger;

/* True when the place should be written now; it is then noted as written. */
bool px_cache_is_due(px_cache_ledger *ledger, px_slice place, uint64_t now_ms);

#endif
