/* What the demo pages may ask for: with the default app, from this machine, and no page from
 * elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "host_peer.h"

static test_server server;

static int start(void **state) {
    (void)state;
    test_server_start(&server, NULL);
    return 0;
}

static int stop(void **state) {
    (void)state;
    test_server_stop(&server);
    return 0;
}

static void use_own_app(px_server_options *options) {
    static px_app_options app;
    px_app_options_default(&app);
    app.id = app.key = PX_SLICE("own");
    app.secret = PX_SLICE("of-my-own");
    options->apps = &app;
    options->app_count = 1;
}

static void authorize_for_development(px_server_options *options) {
    use_own_app(options);
    options->dev_auth = true;
}

static void disable_the_app(px_server_options *options) {
    static px_app_options app;
    px_app_options_default(&app);
    app.id = app.key = PX_SLICE("app-id");
    app.secret = PX_SLICE(PX_SERVER_DEFAULT_SECRET);
    app.enabled = false;
    options->apps = &app;
    options->app_count = 1;
}

#define LOCAL "Host: localhost\r\n"

static int ask(const char *method, const char *path, const char *headers, const char *body,
               test_peer *peer) {
    char request[2048];
    snprintf(request, sizeof request,
             "%s %s HTTP/1.1\r\n%sConnection: close\r\nContent-Length: %zu\r\n\r\n%s", method, path,
             headers, strlen(body), body);
    return peer_request(server.port, request, peer);
}

static void expect(const char *method, const char *path, const char *headers, const char *body,
                   int status, const char *part) {
    test_peer peer;
    int got = ask(method, path, headers, body, &peer);
    if (got != status || !strstr(peer.bytes, part))
        fail_msg("%s %s\n%s\n%s\nwas answered: %s", method, path, headers, body, peer.bytes);
    peer_close(&peer);
}

#define EVENT "{\"channel\":\"news\",\"name\":\"hello\",\"data\":\"1\"}"

static void a_page_publishes(void **state) {
    (void)state;
    test_peer reader = peer_open(server.port);
    peer_subscribe(&reader, "news");
    expect("POST", "/demo/publish", LOCAL "Origin: http://localhost:1\r\n", EVENT, 200, "{}");
    peer_expect(&reader, "{\"event\":\"hello\",\"channel\":\"news\",\"data\":\"1\"}");
    expect("POST", "/demo/publish", LOCAL, "{\"channel\":\"news\"}", 400, "\"error\":");
    expect("POST", "/demo/publish", LOCAL, "", 400, "\"error\":");
    expect("POST", "/demo/publish", LOCAL, "[", 400, "\"error\":");
    expect("GET", "/demo/publish", LOCAL, "", 405, "Allow: POST\r\n");
    peer_close(&reader);
}

#define FIELDS "socket_id=1.2&channel_name=presence-a&user_id=u"

static void a_page_is_authorized(void **state) {
    (void)state;
    expect("POST", "/demo/auth", LOCAL, FIELDS, 200, "\"auth\":\"app-key:");
    expect("POST", "/demo/auth", LOCAL, FIELDS, 200, "\\\"user_id\\\":\\\"u\\\"");
    expect("POST", "/demo/auth", LOCAL, "socket_id=1.2&channel_name=a", 400, "Only private");
    expect("POST", "/demo/auth", LOCAL, FIELDS "&callback=a", 200, "{\"auth\"");
    expect("GET", "/demo/auth?" FIELDS, LOCAL, "", 405, "Allow: POST\r\n");
}

static void nobody_else_is(void **state) {
    (void)state;
    static const char *const PATHS[] = {"/demo/auth", "/demo/publish"};
    static const char *const BODIES[] = {FIELDS, EVENT};
    static const char *const FOREIGN[] = {
        "Host: evil.example\r\n",
        LOCAL "Origin: http://evil.example\r\n",
        LOCAL "Origin: null\r\n",
        LOCAL "Origin: http://localhost.evil.example\r\n",
        LOCAL "Referer: http://evil.example/\r\n",
        LOCAL "Sec-Fetch-Site: cross-site\r\n",
        LOCAL "X-Forwarded-For: 192.0.2.1\r\n", /* came through a proxy */
    };
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < sizeof FOREIGN / sizeof *FOREIGN; j++)
            expect("POST", PATHS[i], FOREIGN[j], BODIES[i], 403, "\"code\":403");
}

static void settings_say_what_there_is(void **state) {
    (void)state;
    expect("GET", "/demo/settings.js", LOCAL, "", 200,
           "const settings = {\"version\":\"" PUSHER_VERSION_TEXT
           "\",\"key\":\"app-key\",\"auth\":\"auth\",\"publish\":\"publish\"};\n");
    expect("GET", "/demo/settings.js", LOCAL, "", 200,
           "Content-Type: text/javascript; charset=utf-8\r\n");
    expect("GET", "/demo/settings.js", LOCAL "X-Forwarded-For: 192.0.2.1\r\n", "", 200,
           "\"key\":\"\",\"auth\":\"\",\"publish\":\"\"}");
}

static void an_own_app_is_not_for_the_pages(void **state) {
    (void)state;
    test_server_start(&server, use_own_app);
    expect("GET", "/demo/settings.js", LOCAL, "", 200,
           "\"key\":\"\",\"auth\":\"\",\"publish\":\"\"}");
    expect("POST", "/demo/publish", LOCAL, EVENT, 403, "default credentials");
    expect("POST", "/demo/auth", LOCAL, FIELDS, 403, "default credentials");
    test_server_stop(&server);
    test_server_start(&server, authorize_for_development);
    expect("GET", "/demo/settings.js", LOCAL, "", 200, "\"auth\":\"../pusher/auth\"");
    expect("POST", "/demo/auth", LOCAL, FIELDS, 403, "default credentials");
    test_server_stop(&server);
}

static void a_disabled_app_publishes_nothing(void **state) {
    (void)state;
    test_server_start(&server, disable_the_app);
    expect("POST", "/demo/publish", LOCAL, EVENT, 403, "Application disabled");
    test_server_stop(&server);
}

int main(void) {
#define SERVED(test) cmocka_unit_test_setup_teardown(test, start, stop)
    const struct CMUnitTest tests[] = {
        SERVED(a_page_publishes),
        SERVED(a_page_is_authorized),
        SERVED(nobody_else_is),
        SERVED(settings_say_what_there_is),
        cmocka_unit_test(an_own_app_is_not_for_the_pages),
        cmocka_unit_test(a_disabled_app_publishes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
