/* Time: a heap of what is to happen, the earliest first, in the order in which it was asked for. */
#include <stdlib.h>
#include <string.h>

#include "world.h"

static bool is_before(const sim_event *left, const sim_event *right) {
    return left->at != right->at ? left->at < right->at : left->order < right->order;
}

static void push(sim_agenda *agenda, sim_event *event) {
    if (agenda->count == agenda->capacity) {
        agenda->capacity = agenda->capacity ? agenda->capacity * 2 : 64;
        agenda->heap = realloc(agenda->heap, agenda->capacity * sizeof(*agenda->heap));
        if (!agenda->heap)
            abort();
    }
    size_t place = agenda->count++;
    for (; place > 0 && is_before(event, agenda->heap[(place - 1) / 2]); place = (place - 1) / 2)
        agenda->heap[place] = agenda->heap[(place - 1) / 2];
    agenda->heap[place] = event;
}

static sim_event *pop(sim_agenda *agenda) {
    sim_event *first = agenda->heap[0];
    sim_event *last = agenda->heap[--agenda->count];
    size_t place = 0;
    for (size_t child; (child = 2 * place + 1) < agenda->count; place = child) {
        if (child + 1 < agenda->count && is_before(agenda->heap[child + 1], agenda->heap[child]))
            child++;
        if (is_before(last, agenda->heap[child]))
            break;
        agenda->heap[place] = agenda->heap[child];
    }
    agenda->heap[place] = last;
    return first;
}

void sim_later(sim_world *world, uint64_t at, void (*run)(sim_world *world, const sim_event *event),
               uint32_t machine, uint32_t index, uint32_t number, px_slice bytes) {
    sim_event *event = malloc(sizeof(*event) + bytes.len);
    if (!event)
        abort();
    *event = (sim_event){.at = at > world->now ? at : world->now,
                         .order = world->agenda.orders++,
                         .run = run,
                         .machine = machine,
                         .index = index,
                         .number = number,
                         .len = bytes.len};
    if (bytes.len)
        memcpy(event->bytes, bytes.ptr, bytes.len);
    push(&world->agenda, event);
}

uint64_t sim_next_event(const sim_world *world) {
    return world->agenda.count ? world->agenda.heap[0]->at : UINT64_MAX;
}

void sim_run_event(sim_world *world) {
    sim_event *event = pop(&world->agenda);
    if (event->machine != SIM_NOBODY && world->clients[event->machine].asleep_until > world->now) {
        event->at = world->clients[event->machine].asleep_until;
        event->is_here = true;
        push(&world->agenda, event);
        return;
    }
    event->run(world, event);
    free(event);
}

void sim_agenda_free(sim_world *world) {
    while (world->agenda.count)
        free(world->agenda.heap[--world->agenda.count]);
    free(world->agenda.heap);
}

uint32_t sim_setting_of(const sim_world *world, const sim_client *client, int setting) {
    return world->plan->client[client->index][setting];
}

uint64_t sim_latency(sim_world *world) {
    uint32_t jitter = world->plan->world[SIM_W_JITTER];
    return world->plan->world[SIM_W_LATENCY] + sim_random(&world->random, jitter + 1u);
}
