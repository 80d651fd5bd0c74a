/* A hub with a host that records what it is asked to do: what the hub's tests play in.
 *
 * Texts may use ' for ", which spares the tests most backslashes. */
#ifndef TEST_HUB_WORLD_H
#define TEST_HUB_WORLD_H

#include "memory.h"
#include "server/hub.h"

/* The app that every world has; world_start's second argument may change the rest of it. */
#define TEST_ID     "3"
#define TEST_KEY    "278d425bdf160c739803"
#define TEST_SECRET "7ad3773142a6692b25b8"
#define TEST_TIME   1353088179 /* unix seconds */

typedef struct test_world {
    test_allocator memory; /* what the hub is given */
    px_hub *hub;
    uint64_t now_ms;
    size_t deliver_calls;
    bool is_recording; /* messages to the clients; counted in any case */
    int status;        /* of the last HTTP answer */
    const char *allow;
    uint32_t retry_after;
    px_buffer body;
    px_buffer notices; /* not yet expected, each with a newline */
    size_t notices_read;
} test_world;

typedef struct test_client {
    px_hub_connection connection; /* must be first */
    px_buffer received;           /* messages not yet expected, each with a newline */
    size_t read;                  /* of them, the bytes that were expected already */
    size_t message_count;
    size_t pings;
    bool is_closed;
    uint16_t close_code;
    char socket_id[64];
} test_client;

/* NULL: the defaults. world_stop checks that the hub left no memory behind. */
void world_start(test_world *world, const px_app_options *app, const px_hub_options *hub);
void world_stop(test_world *world);

/* The defaults with the test app's id, key and secret. */
px_app_options world_app(void);

/* Lets time go on, with a tick at every deadline. */
void world_pass(test_world *world, uint64_t ms);

/* The next event for the app's webhooks is exactly this; printf-like. */
void world_expect_notice(test_world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* There is none. */
void world_expect_no_notice(const test_world *world);

/* Opens a connection and takes its first message if it is connection_established. */
void client_open(test_world *world, test_client *client);
void client_open_as(test_world *world, test_client *client, const px_hub_open *open);

/* The transport is cut. Frees the record. */
void client_cut(test_world *world, test_client *client);

/* Receives a message from the client; printf-like. */
void client_send(test_world *world, test_client *client, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The next message that the client received is exactly this; printf-like. */
void client_expect(test_client *client, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* It received nothing more. */
void client_expect_nothing(test_client *client);
/* It received pusher:error with this code (0: null) and text, and after it nothing more. */
void client_expect_error(test_client *client, int code, const char *text);
/* The same, and then it was closed with the code. */
void client_expect_close(test_client *client, int code, const char *text);
/* It was refused a subscription: both messages. */
void client_expect_refusal(test_client *client, const char *channel, const char *type, int status,
                           int code, const char *text);
/* Forgets what was received. */
void client_clear(test_client *client);

/* Subscribes and expects success (on presence channels: any snapshot). channel_data may be NULL. */
void client_join(test_world *world, test_client *client, const char *channel,
                 const char *channel_data);
/* Only sends the request, signed if the channel's name asks for it. */
void client_ask_to_join(test_world *world, test_client *client, const char *channel,
                        const char *channel_data);

/* Signs in and expects success, and nothing about a watchlist. */
void client_sign_in(test_world *world, test_client *client, const char *user_data);
/* Only sends the request, signed. */
void client_ask_to_sign_in(test_world *world, test_client *client, const char *user_data);
/* The answer to a successful one. */
void client_expect_signed_in(test_client *client, const char *user_data);

/* "KEY:SIGNATURE" for the client. Valid until the next call. */
const char *test_auth(const test_client *client, const char *channel, const char *channel_data);
/* The same for signing in. */
const char *test_signin_auth(const test_client *client, const char *user_data);

/* A request of the HTTP API, signed. `query` ("" for none) and body without the parameters of
 * authentication. Answers are in the world. */
void world_request(test_world *world, const char *method, const char *path, const char *query,
                   const char *body);
/* The same, signed with that key and secret. */
void world_request_as(test_world *world, const char *key, const char *secret, const char *method,
                      const char *path, const char *query, const char *body);
/* The same with the query as it is. */
void world_request_raw(test_world *world, const char *method, const char *path, const char *query,
                       const char *body);
/* The last answer. */
void world_expect(const test_world *world, int status, const char *body);
/* The last answer was an error with this text. */
void world_expect_error(const test_world *world, int status, const char *text);

#endif
