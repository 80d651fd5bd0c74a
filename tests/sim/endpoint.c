/* The application's endpoint, which authorizes channels and users, or fails to; and the application, when it
 * is asked in its place. */
#include <inttypes.h>
#include <string.h>

#include "client.h"
#include "net/signature.h"
#include "network.h"
#include "requests.h"
#include "sealing.h"

/* What the endpoint does, in plans. */
enum {
    MODE_GOOD,
    MODE_SLOW,
    MODE_503,
    MODE_403,
    MODE_LIES,    /* signs with a wrong secret */
    MODE_GARBAGE, /* no JSON */
    MODE_SILENT,  /* never answers */
    MODE_BROKEN,  /* the connection breaks */
    MODE_LACKS,   /* a member or an entry is missing */
    MODE_MIXED,   /* of a batch, some fail */
};

enum { MAX_ANSWER = 8192, SLOW_MS = 15000 };

static const px_slice NOTHING = {NULL, 0};

static uint32_t mode_of(const sim_world *world) {
    return world->endpoint_until > world->now ? world->endpoint_mode : MODE_GOOD;
}

/* ---- Writing answers ---- */

static void sign(const sim_world *world, const char *text, char out[PX_SIGNATURE_LENGTH + 1]) {
    const px_slice parts[] = {px_slice_of_text(text)};
    px_slice secret = mode_of(world) == MODE_LIES ? PX_SLICE("LIES") : PX_SLICE(SIM_SECRET);
    memset(out, '0', PX_SIGNATURE_LENGTH);
    (void)!px_signature(secret, parts, 1, out);
    out[PX_SIGNATURE_LENGTH] = '\0';
}

/* The members of an answer for one channel, as texts. */
typedef struct sim_grant {
    char auth[PX_SIGNATURE_LENGTH + sizeof(SIM_KEY) + 2];
    char data[160]; /* channel_data or user_data; empty: none */
    char secret[SIM_SECRET_TEXT + 1];
} sim_grant;

static void sign_grant(const sim_world *world, const char *text, sim_grant *grant) {
    char signature[PX_SIGNATURE_LENGTH + 1];
    sign(world, text, signature);
    (void)snprintf(grant->auth, sizeof(grant->auth), SIM_KEY ":%s", signature);
}

static void grant_channel(const sim_world *world, const sim_request *request, uint32_t channel,
                          sim_grant *grant) {
    char text[512];
    const uint32_t *settings = world->plan->client[request->client];
    bool lacks = mode_of(world) == MODE_LACKS;
    grant->data[0] = grant->secret[0] = '\0';
    if (sim_is_presence(channel) && !settings[SIM_C_AS_USER] && !lacks)
        (void)snprintf(grant->data, sizeof(grant->data), "{\"user_id\":\"u%" PRIu32 "\"}",
                       settings[SIM_C_USER]);
    if (sim_is_encrypted(channel) && !lacks)
        sim_shared_secret(channel, world->master_key, grant->secret);
    (void)snprintf(text, sizeof(text), "%s:%s%s%s", request->socket_id, sim_channel_names[channel],
                   grant->data[0] ? ":" : "", grant->data);
    sign_grant(world, text, grant);
}

static void grant_user(const sim_world *world, const sim_request *request, sim_grant *grant) {
    char text[512];
    const uint32_t *settings = world->plan->client[request->client];
    size_t len = (size_t)snprintf(grant->data, sizeof(grant->data),
                                  "{\"id\":\"u%" PRIu32 "\",\"watchlist\":[", settings[SIM_C_USER]);
    bool first = true;
    for (uint32_t i = 0; i < SIM_USERS; i++) {
        if (!(settings[SIM_C_WATCHES] >> i & 1))
            continue;
        len += (size_t)snprintf(grant->data + len, sizeof(grant->data) - len, "%s\"u%" PRIu32 "\"",
                                first ? "" : ",", i);
        first = false;
    }
    (void)snprintf(grant->data + len, sizeof(grant->data) - len, "]}");
    grant->secret[0] = '\0';
    (void)snprintf(text, sizeof(text), "%s::user::%s", request->socket_id, grant->data);
    sign_grant(world, text, grant);
}

static void add(char *out, const char *format, const char *text) {
    size_t len = strlen(out);
    (void)snprintf(out + len, MAX_ANSWER - len, format, text);
}

static void add_escaped(char *out, const char *text) {
    size_t len = strlen(out);
    for (; *text && len + 3 < MAX_ANSWER; text++) {
        if (*text == '"')
            out[len++] = '\\';
        out[len++] = *text;
    }
    out[len] = '\0';
}

static void add_grant(char *out, const sim_grant *grant, const char *data_name) {
    add(out, "{\"auth\":\"%s\"", grant->auth);
    if (grant->data[0]) {
        add(out, ",\"%s\":\"", data_name);
        add_escaped(out, grant->data);
        add(out, "%s", "\"");
    }
    if (grant->secret[0])
        add(out, ",\"shared_secret\":\"%s\"", grant->secret);
    add(out, "%s", "}");
}

static void write_batch(sim_world *world, const sim_request *request, char *out) {
    sim_grant grant;
    uint32_t mode = mode_of(world);
    bool first = true;
    add(out, "%s", "{");
    for (uint32_t i = 0; i < SIM_CHANNELS; i++) {
        if (!(request->channels >> i & 1) || (mode == MODE_LACKS && sim_random(&world->random, 2)))
            continue;
        add(out, first ? "\"%s\":" : ",\"%s\":", sim_channel_names[i]);
        first = false;
        if (mode == MODE_MIXED && sim_random(&world->random, 2)) {
            add(out, "%s", sim_random(&world->random, 2) ? "{\"status\":403}" : "{\"status\":500}");
            continue;
        }
        grant_channel(world, request, i, &grant);
        add(out, "%s", "{\"status\":200,\"data\":");
        add_grant(out, &grant, "channel_data");
        add(out, "%s", "}");
    }
    add(out, "%s", "}");
}

static uint32_t only_channel(const sim_request *request) {
    uint32_t channel = 0;
    while (!(request->channels >> channel & 1))
        channel++;
    return channel;
}

static void write_answer(sim_world *world, const sim_request *request, char *out) {
    sim_grant grant;
    (void)snprintf(out, MAX_ANSWER, "%s", request->is_script ? "Pusher.auth_callbacks['1'](" : "");
    if (request->kind == PX_REQUEST_USER_AUTHENTICATION) {
        grant_user(world, request, &grant);
        add_grant(out, &grant, "user_data");
    } else if (request->is_batch) {
        write_batch(world, request, out);
    } else {
        grant_channel(world, request, only_channel(request), &grant);
        add_grant(out, &grant, "channel_data");
    }
    add(out, "%s", request->is_script ? ");" : "");
}

/* ---- Answering ---- */

static int status_of(uint32_t mode) {
    switch (mode) {
    case MODE_503:
        return 503;
    case MODE_403:
        return 403;
    case MODE_BROKEN:
        return 0;
    default:
        return 200;
    }
}

static void answer(sim_world *world, const sim_event *event) {
    char body[MAX_ANSWER] = "no";
    const sim_request *request = world->requests[event->index];
    uint32_t mode = mode_of(world);
    int status = status_of(mode);
    uint64_t at = world->now + world->plan->world[SIM_W_AUTH_LATENCY];
    if (request->is_over || mode == MODE_SILENT)
        return;
    if (mode == MODE_SLOW)
        at += sim_random(&world->random, SLOW_MS);
    if (status == 200 && mode != MODE_GARBAGE)
        write_answer(world, request, body);
    sim_answer(world, request, at, status, status ? px_slice_of_text(body) : NOTHING);
}

/* ---- Asking ---- */

static void claim(sim_world *world, sim_client *client, sim_request *request, uint32_t channel) {
    if (channel >= SIM_CHANNELS || !client->views[channel].id)
        sim_fail(world, "authorization", "client %" PRIu32 " asks for a channel nobody knows",
                 client->index);
    sim_view *view = &client->views[channel];
    if (view->request != SIM_NOBODY && view->request != request->index &&
        !world->requests[view->request]->is_over)
        sim_fail(world, "authorization", "client %" PRIu32 " asks twice for %s", client->index,
                 sim_channel_names[channel]);
    view->request = request->index;
    request->channels |= 1u << channel;
}

static void check_socket(sim_world *world, const sim_client *client, sim_request *request,
                         px_slice socket_id) {
    bool is_live = px_core_is_live(client->core) && client->live != SIM_NOBODY;
    if (is_live && !px_slice_equal(socket_id, px_core_socket_id(client->core)))
        sim_fail(world, "authorization", "client %" PRIu32 " asks for %.*s, which it is not",
                 client->index, SIM_PRINT(socket_id));
    (void)snprintf(request->socket_id, sizeof(request->socket_id), "%.*s", SIM_PRINT(socket_id));
}

/* Reads the form: socket_id=1.2&channel_name=a or &channel_name%5B0%5D=a&channel_name%5B1%5D=b. */
static void read_form(sim_world *world, sim_client *client, sim_request *request, px_slice body) {
    check_socket(world, client, request, sim_between(body, "socket_id=", '&'));
    for (px_slice rest = body; (rest = sim_between(rest, "&channel_name", '\0')).len;) {
        px_slice name = sim_between(rest, "=", '&');
        request->is_batch = rest.ptr[0] != '=';
        claim(world, client, request, sim_channel_of(name));
    }
}

void sim_ask_endpoint(sim_world *world, sim_client *client, sim_request *request, px_slice body) {
    read_form(world, client, request, body);
    if (request->kind == PX_REQUEST_USER_AUTHENTICATION)
        client->user_request = request->index;
    if (sim_is_refused(world, client->index, SIM_WAY_ENDPOINT))
        sim_answer(world, request, world->now + 1, 0, NOTHING);
    else if (!sim_is_blocked(world, client->index, SIM_WAY_ENDPOINT))
        sim_later(world, world->now + world->plan->world[SIM_W_AUTH_LATENCY], answer, SIM_NOBODY,
                  request->index, 0, NOTHING);
}

/* ---- The application is asked ---- */

static bool is_of(const sim_client *client, const sim_request *request) {
    return client->core && client->life == request->life && !request->is_over;
}

static void decide(sim_world *world, const sim_event *event);

/* Without memory the question stays open. */
static void note_taken(sim_world *world, sim_client *client, sim_request *request, int result) {
    if (result == PX_OK)
        return;
    if (result != PX_ERR_NO_MEMORY || !client->memory.has_refused)
        sim_fail(world, "authorization", "client %" PRIu32 " does not take an answer",
                 client->index);
    request->is_over = false;
    sim_later(world, world->now + 1, decide, client->index, request->index, 0, NOTHING);
}

static void authorize(sim_world *world, sim_client *client, sim_request *request) {
    sim_grant grant;
    bool of_user = request->kind == PX_REQUEST_USER_AUTHENTICATION;
    if (of_user)
        grant_user(world, request, &grant);
    else
        grant_channel(world, request, only_channel(request), &grant);
    const px_slice data = grant.data[0] ? px_slice_of_text(grant.data) : NOTHING;
    const px_authorization answer = {
        .auth = px_slice_of_text(grant.auth),
        .channel_data = of_user ? NOTHING : data,
        .user_data = of_user ? data : NOTHING,
        .shared_secret = grant.secret[0] ? px_slice_of_text(grant.secret) : NOTHING};
    sim_note_answer(world, client, request, 200, px_slice_of_text(grant.secret));
    request->is_over = true;
    note_taken(world, client, request, px_core_authorized(client->core, request->id, &answer));
}

static void decide(sim_world *world, const sim_event *event) {
    static const px_header parameter = {PX_LITERAL("from"), PX_LITERAL("sim")};
    sim_request *request = world->requests[event->index];
    sim_client *client = &world->clients[request->client];
    uint32_t mode = mode_of(world);
    if (!is_of(client, request) || mode == MODE_SILENT)
        return;
    sim_call_begin(world, client);
    if (mode == MODE_503 || mode == MODE_403 || mode == MODE_BROKEN) {
        sim_note_answer(world, client, request, status_of(mode), NOTHING);
        request->is_over = true;
        px_core_authorize_failed(client->core, request->id, status_of(mode), PX_SLICE("no"));
    } else if (request->is_batch || sim_random(&client->random, 2)) {
        request->is_over = true;
        note_taken(world, client, request,
                   px_core_authorize_with(client->core, request->id, &parameter, 1, NULL, 0));
    } else {
        authorize(world, client, request);
    }
    sim_call_end(world, client);
}

/* Of a batch the application is not told what is in it; the views only care for channels that want a new key. */
static void claim_renewals(sim_client *client, sim_request *request) {
    for (uint32_t i = 0; i < SIM_CHANNELS; i++) {
        if (!client->views[i].renewing || client->views[i].request != SIM_NOBODY)
            continue;
        client->views[i].request = request->index;
        request->channels |= 1u << i;
    }
}

void sim_ask_application(sim_world *world, sim_client *client, const px_action *action) {
    sim_request *request = sim_new_request(world, client, action->id, action->as.authorize.kind);
    bool of_user = request->kind == PX_REQUEST_USER_AUTHENTICATION;
    request->is_question = true;
    request->is_batch = !of_user && !action->as.authorize.channel;
    sim_say(world, "client %" PRIu32 " asks %" PRIu32 ": its application for %.*s", client->index,
            request->index, SIM_PRINT(action->as.authorize.channel_name));
    check_socket(world, client, request, action->as.authorize.socket_id);
    if (request->is_batch)
        claim_renewals(client, request);
    else if (!of_user)
        claim(world, client, request, sim_channel_of(action->as.authorize.channel_name));
    sim_later(world, world->now + sim_random(&client->random, 50), decide, client->index,
              request->index, 0, NOTHING);
}

/* ---- What the views learn ---- */

/* The version of the master key in the answer for that channel; 0: no key. */
static uint32_t key_in(const sim_world *world, uint32_t channel, px_slice body) {
    char secret[SIM_SECRET_TEXT + 1];
    for (uint32_t key = world->master_key; key > 0; key--) {
        sim_shared_secret(channel, key, secret);
        if (sim_between(body, secret, '"').ptr)
            return key;
    }
    return 0;
}

void sim_note_answer(sim_world *world, sim_client *client, sim_request *request, int status,
                     px_slice body) {
    for (uint32_t i = 0; i < SIM_CHANNELS; i++) {
        if (!(request->channels >> i & 1) || client->views[i].request != request->index)
            continue;
        client->views[i].request = SIM_NOBODY;
        if (sim_is_encrypted(i))
            sim_key_answer(client, i, status == 200 ? key_in(world, i, body) : 0);
    }
    if (client->user_request == request->index)
        client->user_request = SIM_NOBODY;
}

void sim_note_no_answer(sim_client *client, sim_request *request) {
    for (uint32_t i = 0; i < SIM_CHANNELS; i++) {
        if (!(request->channels >> i & 1) || client->views[i].request != request->index)
            continue;
        client->views[i].request = SIM_NOBODY;
        if (sim_is_encrypted(i))
            sim_key_answer(client, i, 0);
    }
    if (client->user_request == request->index)
        client->user_request = SIM_NOBODY;
}
