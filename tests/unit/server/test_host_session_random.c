/* The HTTP transports under random input, which is the same each time: bytes of all kinds at each
 * endpoint, requests with mistakes in them, and long sequences of right ones in any order. The driver
 * fails when an answer can't be understood; nothing may be left at the end. fuzz/fuzz_session.c
 * goes on from here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "host_driver.h"
#include "memory.h"

static uint64_t seed;

static uint32_t pick(uint32_t limit) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % limit;
}

static const char *const PATHS[] = {
    "/app/app-key/1/a/xhr?protocol=7",
    "/app/app-key/1/a/xhr_streaming?protocol=7",
    "/app/app-key/1/a/xhr_send",
    "/app/app-key/2/b/xhr_streaming?protocol=7",
    "/app/no-key/1/a/xhr?protocol=7",
    "/1/a/xhr",
    "/1/a/xhr_streaming",
    "/1/a/xhr_send",
    "/1/a/eventsource",
    "/1/a/htmlfile?c=x",
    "/1/a/jsonp?c=x",
    "/1/a/jsonp_send",
    "/1/a/websocket",
    "/websocket",
    "/info",
    "/iframe.html",
    "/",
};
enum { PATH_COUNT = sizeof PATHS / sizeof *PATHS, BLOCK = 65536, BLOCKS = 16 };

/* 1 MB for each endpoint, as the body of requests and as what stands behind them. */
static void bytes_at_each_endpoint(void **state) {
    (void)state;
    static char bytes[BLOCK];
    static const char *const METHODS[] = {"POST", "GET", "OPTIONS"};
    driver d;
    seed = 1;
    driver_start(&d);
    for (size_t path = 0; path < PATH_COUNT; path++)
        for (int block = 0; block < BLOCKS; block++) {
            char head[256];
            int len = snprintf(head, sizeof head,
                               "R%s /pusher%s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n",
                               METHODS[block % 3], PATHS[path], BLOCK - (int)pick(3) + 1);
            for (size_t i = 0; i < BLOCK; i++)
                bytes[i] = block % 2 ? (char)pick(256) : "[]\"\\{}a:, \r\n"[pick(12)];
            bytes[0] = 'R';
            driver_line(&d, px_slice_of(head, (size_t)len));
            driver_line(&d, px_slice_of(bytes, BLOCK));
            driver_line(&d, PX_SLICE("x"));
        }
    driver_stop(&d, true);
}

/* Right requests, and now and then a byte that is not. */
static void requests_with_mistakes(void **state) {
    (void)state;
    static const char *const BODIES[] = {
        "[]",
        "[\"{\\\"event\\\":\\\"pusher:ping\\\"}\"]",
        "[\"{\\\"path\\\":\\\"/app/app-key?protocol=7\\\"}\"]",
        "d=%5B%22x%22%5D",
    };
    driver d;
    seed = 2;
    driver_start(&d);
    for (int round = 0; round < 100000; round++) {
        char text[1024];
        const char *body = BODIES[pick(4)];
        int len = snprintf(text, sizeof text,
                           "R%s /pusher%s HTTP/1.%u\r\nHost: a\r\nContent-Length: %zu\r\n"
                           "Origin: http://a\r\nContent-Type: application/json\r\n\r\n%s",
                           pick(4) ? "POST" : "GET", PATHS[pick(PATH_COUNT)], pick(2), strlen(body),
                           body);
        for (uint32_t mistakes = pick(3); mistakes > 0; mistakes--)
            text[1 + pick((uint32_t)len - 1)] = (char)pick(256);
        driver_line(&d, px_slice_of(text, (size_t)len));
        char peer[] = {'@', (char)('0' + pick(4))};
        driver_line(&d, px_slice_of(peer, 2));
        if (pick(3) == 0)
            driver_line(&d, PX_SLICE("x"));
    }
    driver_stop(&d, true);
}

static const char *const SENT[] = {
    "[]",
    "[\"{\\\"path\\\":\\\"/app/app-key?protocol=7\\\"}\"]",
    "[\"{\\\"path\\\":\\\"/app/nobody\\\"}\"]",
    "[\"{\\\"event\\\":\\\"pusher:subscribe\\\",\\\"data\\\":{\\\"channel\\\":\\\"news\\\"}}\"]",
    "[\"{\\\"event\\\":\\\"pusher:ping\\\"}\",\"{\\\"event\\\":\\\"pusher:ping\\\"}\"]",
    "[\"x\",\"\",\"{}\"]",
    "x",
};

/* Every command of the driver, each answer taken apart. */
static void sequences_of_requests(void **state) {
    (void)state;
    static char large[9001];
    driver d;
    memset(large, 'p', sizeof large - 1);
    for (seed = 3; seed < 23; seed += 1) {
        uint64_t own = seed;
        driver_start(&d);
        for (int step = 0; step < 600; step++) {
            char text[1024];
            const char *sent = SENT[pick(7)];
            switch (pick(12)) {
            case 0:
                snprintf(text, sizeof text, "@%u", pick(4));
                break;
            case 1:
                snprintf(text, sizeof text, "W%s", PATHS[12 + pick(2)]);
                break;
            case 2:
                snprintf(text, sizeof text, "w%s", sent);
                break;
            case 3:
                snprintf(text, sizeof text, "pnews \u2028 %u", step);
                break;
            case 4:
                snprintf(text, sizeof text, pick(4) ? "t" : "x");
                break;
            case 5:
                snprintf(text, sizeof text, "%c%s", pick(2) ? 'G' : 'O', PATHS[pick(PATH_COUNT)]);
                break;
            default:
                snprintf(text, sizeof text, "P%s %s", PATHS[pick(PATH_COUNT)], sent);
                break;
            }
            driver_line(&d, px_slice_of_text(text));
            if (pick(10) == 0)
                driver_line(&d, px_slice_of_text(large));
        }
        assert_true(d.answers > 0);
        driver_stop(&d, true);
        seed = own;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_at_each_endpoint),
        cmocka_unit_test(requests_with_mistakes),
        cmocka_unit_test(sequences_of_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
