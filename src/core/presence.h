/* The members of a presence channel (docs/protocol.md, "Presence"). */
#ifndef PX_CORE_PRESENCE_H
#define PX_CORE_PRESENCE_H

#include "base/map.h"
#include "core/core.h"

typedef struct px_roster {
    px_map members; /* by id, in the order they were first seen */
    char *my_id;    /* from the authorization; NULL: not known yet */
    size_t my_id_len;
    bool my_id_is_number;
} px_roster;

/* Allocates nothing yet. */
void px_roster_init(px_roster *roster, const px_allocator *allocator, const uint64_t seed[2]);

/* Forgets all members. */
void px_roster_clear(px_roster *roster);

/* Forgets everything. */
void px_roster_free(px_roster *roster);

/* Remembers who we are. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_roster_set_me(px_roster *roster, px_slice id, bool is_number);

/* Adds the member (copied), or replaces its info. PX_ERR_NO_MEMORY, PX_ERR_LIMIT. */
PX_MUST_CHECK int px_roster_put(px_roster *roster, const px_member *member);

/* The member; valid until the roster changes. */
bool px_roster_get(const px_roster *roster, px_slice id, px_member *member);

void px_roster_remove(px_roster *roster, px_slice id);

/* Replaces the members by those of a subscription's data, {"presence":{"hash":{id:info,...}}}.
 * PX_ERR_SYNTAX: it is not that (the roster is then empty). PX_ERR_NO_MEMORY, PX_ERR_LIMIT. */
PX_MUST_CHECK int px_roster_read(px_core *core, px_roster *roster, px_slice data);

#endif
