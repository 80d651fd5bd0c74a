/* The configuration file of the server: strict JSON whose keys are the names in the tables of
 * server/server.h and server/app.h, and "apps", a list of objects. */
#ifndef PX_SERVER_CONFIG_H
#define PX_SERVER_CONFIG_H

#include "base/arena.h"
#include "server/server.h"

enum { PX_CONFIG_MAX_SIZE = 1048576 };

/* Reads the file and sets what it names in `options`; what it does not name stays as it is. Texts
 * and lists live in `arena` then. PX_ERR_NOT_FOUND: the file can't be read; PX_ERR_LIMIT: it is
 * larger than PX_CONFIG_MAX_SIZE or than the arena allows; PX_ERR_SYNTAX: it is no JSON or not a
 * configuration; PX_ERR_NO_MEMORY. On an error `options` is half set: do not use it, and `why`
 * says what is wrong, where (FILE:LINE:COLUMN) and what would be right. Secrets are never part of
 * the sentence. */
PX_MUST_CHECK int px_config_read(const char *path, px_arena *arena, px_server_options *options,
                                 char *why, size_t size);

/* The same from text; `name` stands for the file in the sentence. */
PX_MUST_CHECK int px_config_parse(const char *name, px_slice text, px_arena *arena,
                                  px_server_options *options, char *why, size_t size);

#endif
