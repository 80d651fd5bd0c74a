/* A world with some clients, played over and over again: each time another allocation fails. */
#ifndef TEST_HUB_SCENE_H
#define TEST_HUB_SCENE_H

#include "hub_world.h"

enum { SCENE_ACTORS = 4 };

typedef struct scene {
    test_world world;
    test_client actors[SCENE_ACTORS];
} scene;

/* Plays it until every allocation has failed, once and from then on. `play` opens that many actors, copes
 * with what failed, cuts the first, and drains the hub; nobody and nothing may be left. */
void scene_without_memory(const px_app_options *app, int actors, void (*play)(scene *s));

#endif
