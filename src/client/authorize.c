/* Authorization of channels, and authentication of the user, by the application: its own authorizer, or
 * fields and headers for the request. */
#include "client/internal.h"

/* ---- A custom authorizer ---- */

struct pusher_authorization {
    pusher_client *client;
    pusher_authorization *next;
    pusher_authorization *previous;
    px_id id;
    bool of_user;
};

static const px_asking *asking_of(const pusher_client *client, const px_action *action) {
    return action->as.authorize.kind == PX_REQUEST_USER_AUTHENTICATION ? &client->settings.user
                                                                       : &client->settings.channel;
}

static void end_question(pusher_authorization *question) {
    pusher_client *client = question->client;
    if (question->previous)
        question->previous->next = question->next;
    else
        client->questions = question->next;
    if (question->next)
        question->next->previous = question->previous;
    px_free(client->allocator, question, sizeof *question);
}

static void ask_authorizer(pusher_client *client, const px_action *action) {
    pusher_authorization *question = px_alloc(client->allocator, sizeof *question);
    if (!question) {
        px_core_authorize_failed(px_client_core(client), action->id, 0,
                                 PX_SLICE("no memory left to ask for authorization"));
        return;
    }
    *question = (pusher_authorization){
        .client = client,
        .next = client->questions,
        .id = action->id,
        .of_user = action->as.authorize.kind == PX_REQUEST_USER_AUTHENTICATION,
    };
    if (client->questions)
        client->questions->previous = question;
    client->questions = question;
    const px_asking *asking = asking_of(client, action);
    asking->authorizer(question, client, px_outside(action->as.authorize.channel_name),
                       px_outside(action->as.authorize.socket_id), asking->context);
}

static int succeed(pusher_authorization *question, const px_authorization *answer) {
    pusher_client *client = question->client;
    int result = px_core_authorized(px_client_core(client), question->id, answer);
    if (result)
        return result;
    end_question(question);
    px_client_changed(client);
    return PUSHER_OK;
}

int pusher_authorization_succeed(pusher_authorization *question, pusher_string auth,
                                 pusher_string channel_data) {
    px_authorization answer = {.auth = px_inside(auth)};
    if (question->of_user)
        answer.user_data = px_inside(channel_data);
    else if (channel_data.len)
        answer.channel_data = px_inside(channel_data);
    return succeed(question, &answer);
}

int pusher_authorization_succeed_encrypted(pusher_authorization *question, pusher_string auth,
                                           pusher_string shared_secret) {
    const px_authorization answer = {.auth = px_inside(auth),
                                     .shared_secret = px_inside(shared_secret)};
    return succeed(question, &answer);
}

void pusher_authorization_fail(pusher_authorization *question, int status, pusher_string message) {
    pusher_client *client = question->client;
    px_core_authorize_failed(px_client_core(client), question->id, status, px_inside(message));
    end_question(question);
    px_client_changed(client);
}

void px_client_forget_questions(pusher_client *client) {
    while (client->questions)
        end_question(client->questions);
}

/* ---- Providers ---- */

enum { MAX_PAIRS = 64, MAX_PAIRS_MEMORY = 65536 };

struct pusher_pairs {
    bool are_headers;
    size_t count;
    px_arena *arena;
    px_header items[MAX_PAIRS];
};

int pusher_pairs_add(pusher_pairs *pairs, pusher_string name, pusher_string value) {
    if (pairs->count == MAX_PAIRS)
        return PUSHER_ERR_LIMIT;
    if (pairs->are_headers && !px_header_valid(px_inside(name), px_inside(value)))
        return PUSHER_ERR_ARGUMENT;
    px_header pair;
    int result = px_arena_copy(pairs->arena, px_inside(name), &pair.name);
    if (!result)
        result = px_arena_copy(pairs->arena, px_inside(value), &pair.value);
    if (result)
        return result;
    pairs->items[pairs->count++] = pair;
    return PUSHER_OK;
}

static void ask_provider(pusher_client *client, pusher_provider_fn provider,
                         const px_action *action, pusher_pairs *pairs) {
    if (provider && !client->dying)
        provider(client, px_outside(action->as.authorize.channel_name), pairs,
                 asking_of(client, action)->context);
}

static void ask_providers(pusher_client *client, const px_action *action) {
    px_arena arena;
    px_arena_init(&arena, client->allocator, MAX_PAIRS_MEMORY);
    pusher_pairs params = {.arena = &arena};
    pusher_pairs headers = {.arena = &arena, .are_headers = true};
    const px_asking *asking = asking_of(client, action);
    ask_provider(client, asking->params_provider, action, &params);
    ask_provider(client, asking->headers_provider, action, &headers);
    if (px_core_authorize_with(client->core, action->id, params.items, params.count, headers.items,
                               headers.count))
        px_core_authorize_failed(px_client_core(client), action->id, 0,
                                 PX_SLICE("no memory left for an authorization request"));
    px_arena_free(&arena);
}

void px_client_authorize(pusher_client *client, const px_action *action) {
    if (asking_of(client, action)->authorizer)
        ask_authorizer(client, action);
    else
        ask_providers(client, action);
}
