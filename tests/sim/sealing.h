/* Encrypted channels: keys, boxes that are not secret at all but fit one key only, and what a client must
 * have been given of what came (docs/protocol.md, "Encrypted channels"). */
#ifndef SIM_SEALING_H
#define SIM_SEALING_H

#include "world.h"

enum { SIM_SECRET_TEXT = 44 };

/* The data of an event, as it stands inside of a JSON string: sealed where its channel is encrypted. */
void sim_sealed_data(const sim_world *world, uint32_t event, char *out, size_t size);
/* The `shared_secret` of a channel with that master key. */
void sim_shared_secret(uint32_t channel, uint32_t key, char out[SIM_SECRET_TEXT + 1]);

/* Opens a SEALED event that the engine gives, or says that it can't be opened; checks that it is this one's
 * turn. */
void sim_take_sealed(sim_world *world, sim_client *client, const px_event *event);
/* An event of an encrypted channel came that goes to everybody but the channel. */
void sim_keep_sealed(sim_world *world, sim_client *client, uint32_t channel, uint32_t event);
/* The question of a channel was answered: with a key, or (0) without. */
void sim_key_answer(sim_client *client, uint32_t channel, uint32_t key);
/* The channel is not subscribed any more. */
void sim_forget_keys(sim_view *view);

#endif
