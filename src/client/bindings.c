#include "client/bindings.h"

typedef struct px_named_bindings {
    px_binding_list list;
    px_slice name;
    char name_bytes[];
} px_named_bindings;

struct px_binding {
    px_binding *next;
    px_binding *previous;
    px_binding *next_ended;
    px_named_bindings *owner; /* NULL: a global one */
    uint64_t serial;
    bool has_ended;
    pusher_event_fn handler;
    void *context;
    pusher_destroy_fn destroy;
};

void px_bindings_init(px_bindings *bindings, const px_allocator *allocator, const uint64_t seed[2],
                      const bool *stopped) {
    *bindings = (px_bindings){.stopped = stopped};
    px_map_init(&bindings->named, allocator, seed);
}

/* ---- Adding ---- */

/* The list of an event; made when there is none. NULL: no memory. */
static px_named_bindings *list_for(px_bindings *bindings, px_slice name) {
    px_named_bindings *named = px_map_get(&bindings->named, name);
    if (named)
        return named;
    const px_allocator *allocator = bindings->named.allocator;
    size_t size = sizeof *named + name.len;
    named = px_alloc(allocator, size);
    if (!named)
        return NULL;
    *named = (px_named_bindings){.name = {named->name_bytes, name.len}};
    if (name.len)
        memcpy(named->name_bytes, name.ptr, name.len);
    if (px_map_put(&bindings->named, named->name, named)) {
        px_free(allocator, named, size);
        return NULL;
    }
    return named;
}

static void drop_list_if_empty(px_bindings *bindings, px_named_bindings *named) {
    if (named->list.first)
        return;
    px_map_remove(&bindings->named, named->name);
    px_free(bindings->named.allocator, named, sizeof *named + named->name.len);
}

/* `named` may be NULL: for all events. */
static int add(px_bindings *bindings, px_named_bindings *named, const px_binding *model) {
    px_binding *binding = px_alloc(bindings->named.allocator, sizeof *binding);
    if (!binding) {
        if (named)
            drop_list_if_empty(bindings, named);
        return PX_ERR_NO_MEMORY;
    }
    px_binding_list *list = named ? &named->list : &bindings->global;
    *binding = *model;
    binding->owner = named;
    binding->serial = bindings->next_serial++;
    binding->previous = list->last;
    if (list->last)
        list->last->next = binding;
    else
        list->first = binding;
    list->last = binding;
    return PX_OK;
}

static int add_named(px_bindings *bindings, px_slice event, const px_binding *model) {
    px_named_bindings *named = list_for(bindings, event);
    return named ? add(bindings, named, model) : PX_ERR_NO_MEMORY;
}

int px_bindings_add(px_bindings *bindings, px_slice event, pusher_event_fn handler, void *context,
                    pusher_destroy_fn destroy) {
    const px_binding model = {.handler = handler, .context = context, .destroy = destroy};
    int result = handler ? add_named(bindings, event, &model) : PX_ERR_ARGUMENT;
    if (result && destroy)
        destroy(context);
    return result;
}

int px_bindings_add_global(px_bindings *bindings, pusher_event_fn handler, void *context,
                           pusher_destroy_fn destroy) {
    const px_binding model = {.handler = handler, .context = context, .destroy = destroy};
    int result = handler ? add(bindings, NULL, &model) : PX_ERR_ARGUMENT;
    if (result && destroy)
        destroy(context);
    return result;
}

/* ---- Removing ---- */

static void release(px_bindings *bindings, px_binding *binding) {
    px_binding_list *list = binding->owner ? &binding->owner->list : &bindings->global;
    if (binding->previous)
        binding->previous->next = binding->next;
    else
        list->first = binding->next;
    if (binding->next)
        binding->next->previous = binding->previous;
    else
        list->last = binding->previous;
    if (binding->owner)
        drop_list_if_empty(bindings, binding->owner);
    pusher_destroy_fn destroy = binding->destroy;
    void *context = binding->context;
    px_free(bindings->named.allocator, binding, sizeof *binding);
    if (destroy)
        destroy(context);
}

/* Destructors may bind and unbind: each binding leaves the list before its destructor runs. */
static void release_ended(px_bindings *bindings) {
    while (bindings->ended && bindings->deliveries == 0) {
        px_binding *binding = bindings->ended;
        bindings->ended = binding->next_ended;
        release(bindings, binding);
    }
}

static void mark(px_bindings *bindings, px_binding_list *list, pusher_event_fn handler,
                 const void *context) {
    for (px_binding *binding = list->first; binding; binding = binding->next) {
        if (binding->has_ended || (handler && handler != binding->handler) ||
            (context && context != binding->context))
            continue;
        binding->has_ended = true;
        binding->next_ended = bindings->ended;
        bindings->ended = binding;
    }
}

static void mark_named(px_bindings *bindings, px_slice event, pusher_event_fn handler,
                       const void *context) {
    if (event.len) {
        px_named_bindings *named = px_map_get(&bindings->named, event);
        if (named)
            mark(bindings, &named->list, handler, context);
        return;
    }
    size_t cursor = 0;
    px_map_entry entry;
    while (px_map_next(&bindings->named, &cursor, &entry))
        mark(bindings, &((px_named_bindings *)entry.value)->list, handler, context);
}

void px_bindings_remove(px_bindings *bindings, px_slice event, pusher_event_fn handler,
                        const void *context) {
    mark_named(bindings, event, handler, context);
    release_ended(bindings);
}

void px_bindings_remove_global(px_bindings *bindings, pusher_event_fn handler,
                               const void *context) {
    mark(bindings, &bindings->global, handler, context);
    release_ended(bindings);
}

void px_bindings_clear(px_bindings *bindings) {
    mark_named(bindings, PX_SLICE(""), NULL, NULL);
    px_bindings_remove_global(bindings, NULL, NULL);
}

void px_bindings_free(px_bindings *bindings) {
    px_bindings_clear(bindings);
    px_map_free(&bindings->named);
}

/* ---- Delivering ---- */

bool px_bindings_want(const px_bindings *bindings, px_map_key *name) {
    return bindings->global.first || px_map_find(&bindings->named, name);
}

bool px_bindings_name(const px_bindings *bindings, px_map_key *name) {
    return px_map_find(&bindings->named, name) != NULL;
}

static void call(const px_bindings *bindings, const px_binding *first, uint64_t limit,
                 const pusher_event *event) {
    /* Nothing is unlinked while a delivery is under way. */
    for (const px_binding *binding = first; binding && binding->serial < limit;
         binding = binding->next) {
        if (*bindings->stopped)
            return;
        if (!binding->has_ended)
            binding->handler(event, binding->context);
    }
}

void px_bindings_deliver(px_bindings *bindings, px_map_key *name, const pusher_event *event) {
    const px_named_bindings *named = px_map_find(&bindings->named, name);
    uint64_t limit = bindings->next_serial;
    bindings->deliveries++;
    call(bindings, bindings->global.first, limit, event);
    if (named)
        call(bindings, named->list.first, limit, event);
    bindings->deliveries--;
    release_ended(bindings);
}
