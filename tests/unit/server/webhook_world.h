/* A webhook queue with a host that records what it is told, and receivers whose answers the test
 * chooses. Texts may use ' for ". */
#ifndef TEST_WEBHOOK_WORLD_H
#define TEST_WEBHOOK_WORLD_H

#include "memory.h"
#include "server/webhook_queue.h"

#define TEST_APP    "1"
#define TEST_KEY    "278d425bdf160c739803"
#define TEST_SECRET "7ad3773142a6692b25b8"
#define TEST_UNIX   1327078148132 /* when now_ms is 0 */

enum { TEST_LINES = 4096 };

typedef struct test_webhooks {
    test_allocator memory;
    px_webhook_queue *queue;
    uint64_t now_ms;
    char lines[64][512]; /* of the log, the last ones */
    size_t line_count;
    px_webhook_backlog backlog; /* of lane 0, as it was told last */
    px_webhook_request request; /* the last one that test_webhooks_expect took */
} test_webhooks;

/* An app with these webhooks, which must outlive the queue. */
px_app_options test_webhook_app(const char *id, const px_webhook_options *webhooks, size_t count);
px_webhook_options test_webhook(const char *url);

/* limits NULL: the defaults. */
void test_webhooks_start(test_webhooks *world, const px_app_options *apps, size_t count,
                         const px_webhook_limits *limits);
/* Checks that no memory is left behind. */
void test_webhooks_stop(test_webhooks *world);

/* A client event {"name":"client_event","channel":CHANNEL,"n":N}. */
void test_webhooks_put(test_webhooks *world, const char *app, const char *channel, unsigned n);
void test_webhooks_put_kind(test_webhooks *world, const char *app, px_webhook_kind kind,
                            const char *channel);

/* The next request goes out now, to that lane, with this body and a signature that fits. */
void test_webhooks_expect(test_webhooks *world, size_t lane, const char *body);
/* No request goes out now. */
void test_webhooks_expect_nothing(test_webhooks *world);

void test_webhooks_answer(test_webhooks *world, size_t lane, int status);

/* Time goes on. */
void test_webhooks_pass(test_webhooks *world, uint64_t ms);

/* Some line of the log holds the text. */
bool test_webhooks_said(const test_webhooks *world, const char *text);

#endif
