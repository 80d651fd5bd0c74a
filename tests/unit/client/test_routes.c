/* The way to the server: proxies of all kinds, client certificates, IPv6. */
#include "certificates.h"
#include "client_fixture.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void greet_and_hold(test_connection *connection, void *context) {
    (void)context;
    if (test_greet(connection))
        test_hold(connection);
}

/* ---- HTTP proxies ---- */

#define GO_AHEAD "HTTP/1.1 200 Go ahead\r\n\r\n"
#define LOG_IN(scheme)                                                                             \
    "HTTP/1.1 407 Log in\r\nProxy-Authenticate: " scheme "\r\nContent-Length: 0\r\n\r\n"
#define DIGEST "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=MD5"

/* A proxy that says what each of these lines says, once it was asked as it says, and then is the
 * server itself. */
typedef struct proxy_script {
    const char *asked;  /* what the CONNECT request must hold; NULL: the last was the last */
    const char *answer; /* NULL: hangs up */
} proxy_script;

static void be_a_proxy(test_connection *connection, void *context) {
    for (const proxy_script *script = context; script->asked; script++) {
        if (!test_read_request(connection) ||
            strncmp(test_request(connection), "CONNECT far.invalid:80 HTTP/1.1\r\n", 33) != 0 ||
            !strstr(test_request(connection), script->asked) || !script->answer ||
            !test_send_text(connection, script->answer))
            return;
    }
    greet_and_hold(connection, NULL);
}

static const proxy_script opens[] = {{"Host: far.invalid:80\r\n", GO_AHEAD}, {NULL, NULL}};
static const proxy_script refuses[] = {{"", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"},
                                       {NULL, NULL}};
static const proxy_script asks_for_basic[] = {
    {"", LOG_IN("Basic realm=\"r\"")},
    {"Proxy-Authorization: Basic bmFtZTpzZWNyZXQ=\r\n", GO_AHEAD},
    {NULL, NULL}};
static const proxy_script asks_for_digest[] = {
    {"", LOG_IN(DIGEST)},
    {"Proxy-Authorization: Digest username=\"name\", realm=\"r\", nonce=\"n\"", GO_AHEAD},
    {NULL, NULL}};
static const proxy_script is_not_pleased[] = {
    {"", LOG_IN("Basic realm=\"r\"")}, {"", LOG_IN("Basic realm=\"r\"")}, {NULL, NULL}};
static const proxy_script hangs_up[] = {{"", NULL}, {NULL, NULL}};

#define PROXY_ERROR                                                                                \
    "error WebSocketError PUSHER_ERR_PROXY 0 0 could not get through the proxy 127.0.0.1:"

static const struct proxy_case {
    const char *name;
    const proxy_script *script;
    const char *credentials; /* in the URL */
    const char *username, *password;
    bool by_environment;
    const char *expected[3];
} proxy_cases[] = {
    {"opens", opens, "", NULL, NULL, false, {"connected\n"}},
    {"opens, by the environment", opens, "", NULL, NULL, true, {"connected\n"}},
    {"refuses",
     refuses,
     "",
     NULL,
     NULL,
     false,
     {PROXY_ERROR, " for far.invalid:80: CONNECT tunnel failed, response 403; check the option"}},
    {"Basic, by the URL", asks_for_basic, "name:secret@", NULL, NULL, false, {"connected\n"}},
    {"Basic, by options", asks_for_basic, "", "name", "secret", false, {"connected\n"}},
    {"Basic, by both", asks_for_basic, "", "name", "secret", true, {"connected\n"}},
    {"Digest", asks_for_digest, "", "name", "secret", false, {"connected\n"}},
    {"no login",
     asks_for_basic,
     "",
     NULL,
     NULL,
     false,
     {PROXY_ERROR, "response 407; give the right proxy_username and proxy_password"}},
    {"a wrong login",
     is_not_pleased,
     "",
     "name",
     "secret",
     false,
     {PROXY_ERROR, "response 407; give the right proxy_username and proxy_password"}},
    {"a wrong login in the URL",
     is_not_pleased,
     "name:secret@",
     NULL,
     NULL,
     false,
     {PROXY_ERROR, " for far.invalid:80: CONNECT tunnel failed, response 407"}},
    {"hangs up",
     hangs_up,
     "name:secret@",
     NULL,
     NULL,
     false,
     {PROXY_ERROR, " for far.invalid:80: Proxy CONNECT aborted"}},
};

static void goes_through_proxies(void **state) {
    const struct proxy_case *test = *state;
    fixture *world = fixture_new(be_a_proxy, (void *)(uintptr_t)test->script);
    char url[96];
    snprintf(url, sizeof url, "http://%s127.0.0.1:%u", test->credentials,
             test_peer_port(world->peer));
    if (test->by_environment)
        setenv("http_proxy", url, 1);
    else
        world->options.proxy = pusher_str(url);
    world->options.proxy_username = pusher_str(test->username);
    world->options.proxy_password = pusher_str(test->password);
    world->options.log_level = PUSHER_LOG_DEBUG;
    world->options.host = pusher_str("far.invalid");
    world->options.port = 80;
    fixture_make(world);
    pusher_connect(world->client);
    for (size_t i = 0; i < 3 && test->expected[i]; i++)
        await(world, test->expected[i]);
    assert_int_equal(noted(world, "secret"), 0);
    fixture_free(world);
    unsetenv("http_proxy");
}

/* A port of the loopback where nobody listens. */
static uint16_t closed_port(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    close(fd);
    return ntohs(address.sin_port);
}

static void tells_of_a_proxy_that_is_down(void **state) {
    (void)state;
    static const char *const schemes[] = {"http", "https", "socks5", "socks5h"};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        fixture *world = fixture_new(greet_and_hold, NULL);
        char url[96], expected[128];
        unsigned port = closed_port();
        snprintf(url, sizeof url, "%s://name:secret@127.0.0.1:%u", schemes[i], port);
        snprintf(expected, sizeof expected, PROXY_ERROR "%u for 127.0.0.1:%u:", port,
                 test_peer_port(world->peer));
        world->options.proxy = pusher_str(url);
        fixture_make(world);
        pusher_connect(world->client);
        await(world, expected);
        assert_int_equal(noted(world, "secret"), 0);
        fixture_free(world);
    }
}

static void does_without_a_proxy(void **state) {
    (void)state;
    static const struct {
        const char *proxy, *no_proxy, *variable;
    } rows[] = {
        {"direct", "", ""},
        {"http://nowhere.invalid:1", "127.0.0.1", ""},
        {"", "example.org,127.0.0.1", ""},
        {"http://nowhere.invalid:1", "", "127.0.0.1"},
    };
    setenv("http_proxy", "http://nowhere.invalid:1", 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture *world = fixture_new(greet_and_hold, NULL);
        setenv("no_proxy", rows[i].variable, 1);
        world->options.proxy = pusher_str(rows[i].proxy);
        world->options.no_proxy = pusher_str(rows[i].no_proxy);
        fixture_connect(world);
        fixture_free(world);
        unsetenv("no_proxy");
    }
    unsetenv("http_proxy");
}

/* ---- SOCKS5 (RFC 1928, RFC 1929) ---- */

static bool expect_bytes(test_connection *connection, const void *expected, size_t len) {
    char bytes[64];
    return test_read_bytes(connection, bytes, len) && memcmp(bytes, expected, len) == 0;
}

#define EXPECT(connection, bytes) expect_bytes(connection, bytes, sizeof(bytes) - 1)
#define SAY(connection, bytes)    test_send(connection, bytes, sizeof(bytes) - 1)

/* Wants a login when the context is there, and fails it when the context says so. */
static void be_a_socks_proxy(test_connection *connection, void *context) {
    const char *verdict = context;
    if (!verdict) {
        if (!EXPECT(connection, "\5\1\0") || !SAY(connection, "\5\0"))
            return;
    } else if (!EXPECT(connection, "\5\2\0\2") || !SAY(connection, "\5\2") ||
               !EXPECT(connection, "\1\4name\6secret") || !test_send(connection, verdict, 2)) {
        return;
    }
    if (EXPECT(connection, "\5\1\0\3\13far.invalid\0\120") &&
        SAY(connection, "\5\0\0\1\177\0\0\1\0\120"))
        greet_and_hold(connection, NULL);
}

static fixture *through_socks(const char *verdict, const char *expected) {
    fixture *world = fixture_new(be_a_socks_proxy, (void *)(uintptr_t)verdict);
    char url[96];
    snprintf(url, sizeof url, "socks5h://%s127.0.0.1:%u", verdict ? "name:secret@" : "",
             test_peer_port(world->peer));
    world->options.proxy = pusher_str(url);
    world->options.host = pusher_str("far.invalid");
    world->options.port = 80;
    fixture_make(world);
    pusher_connect(world->client);
    await(world, expected);
    assert_int_equal(noted(world, "secret"), 0);
    return world;
}

static void goes_through_socks(void **state) {
    (void)state;
    fixture_free(through_socks(NULL, "connected\n"));
    fixture_free(through_socks("\1\0", "connected\n"));
    fixture *world = through_socks("\1\1", PROXY_ERROR);
    await(world, "; give the right proxy_username and proxy_password");
    fixture_free(world);
}

/* ---- Client certificates ---- */

/* A path in the folder, in a place of its own. */
static const char *in_folder(const char *name) {
    static char paths[8][64];
    static size_t next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", test_certificates, name);
    return path;
}

/* Both a Channels server and the endpoint that authorizes. */
static void serve(test_connection *connection, void *context) {
    (void)context;
    if (!test_read_request(connection))
        return;
    if (!strstr(test_request(connection), "Upgrade: websocket"))
        test_send_text(connection,
                       "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    else if (test_upgrade(connection) && test_say_hello(connection))
        test_hold(connection);
}

static const struct client_certificate_case {
    const char *name;
    const char *certificate, *key, *password;
    const char *expected;
} client_certificate_cases[] = {
    {"none", NULL, NULL, NULL, "error WebSocketError PUSHER_ERR_"},
    {"the right one", "client.pem", "client.key", NULL, "AuthError PUSHER_OK 0 403"},
    {"certificate and key in one file", "both.pem", NULL, NULL, "AuthError PUSHER_OK 0 403"},
    {"a locked key", "client.pem", "locked.key", "open", "AuthError PUSHER_OK 0 403"},
    {"a locked key, a wrong password", "client.pem", "locked.key", "sesame",
     "error WebSocketError PUSHER_ERR_TLS 0 0 could not use the client certificate for 127.0.0.1:"},
    {"a file that is not there", "nothing.pem", "client.key", NULL,
     "error WebSocketError PUSHER_ERR_TLS 0 0 could not use the client certificate for 127.0.0.1:"},
    {"a key of another", "client.pem", "good.key", NULL,
     "error WebSocketError PUSHER_ERR_TLS 0 0 could not use the client certificate for 127.0.0.1:"},
    {"of an authority that nobody knows", "self.pem", "self.key", NULL,
     "error WebSocketError PUSHER_ERR_"},
};

static void shows_its_certificate(void **state) {
    const struct client_certificate_case *test = *state;
    test_peer_options listen = {.certificate = in_folder("good.pem"),
                                .key = in_folder("good.key"),
                                .client_authority = in_folder("ca.pem")};
    fixture *world = fixture_new_with(serve, NULL, &listen);
    world->options.ca_file = pusher_str(listen.client_authority);
    if (test->certificate)
        world->options.client_cert = pusher_str(in_folder(test->certificate));
    if (test->key)
        world->options.client_key = pusher_str(in_folder(test->key));
    world->options.client_key_password = pusher_str(test->password);
    fixture_make(world);
    pusher_channel *channel;
    assert_int_equal(pusher_subscribe(world->client, pusher_str("private-x"), &channel), PUSHER_OK);
    assert_int_equal(pusher_channel_bind_global(channel, note_event, world, NULL), PUSHER_OK);
    pusher_connect(world->client);
    await(world, test->expected);
    assert_int_equal(noted(world, "sesame"), 0);
    fixture_free(world);
}

/* ---- IPv6 ---- */

static void be_an_ipv6_proxy(test_connection *connection, void *context) {
    (void)context;
    if (test_read_request(connection) &&
        strncmp(test_request(connection), "CONNECT [::1]:80 HTTP/1.1\r\n", 27) == 0 &&
        test_send_text(connection, GO_AHEAD))
        greet_and_hold(connection, NULL);
}

static void speaks_ipv6(void **state) {
    (void)state;
    const test_peer_options listen = {.ipv6 = true};
    static const char *const hosts[] = {"::1", "[::1]", "localhost"};
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        fixture *world = fixture_new_with(greet_and_hold, NULL, &listen);
        if (!world)
            skip();
        world->options.host = pusher_str(hosts[i]);
        fixture_connect(world);
        fixture_free(world);
    }
    fixture *world = fixture_new_with(be_an_ipv6_proxy, NULL, &listen);
    char proxy[64];
    snprintf(proxy, sizeof proxy, "http://[::1]:%u", test_peer_port(world->peer));
    world->options.proxy = pusher_str(proxy);
    world->options.host = pusher_str("::1");
    world->options.port = 80;
    fixture_connect(world);
    fixture_free(world);
}

static void tells_of_an_ipv6_proxy_that_is_down(void **state) {
    (void)state;
    char url[64], expected[128];
    unsigned port = closed_port();
    fixture *world = fixture_new(greet_and_hold, NULL);
    snprintf(url, sizeof url, "http://[::1]:%u/", port);
    snprintf(expected, sizeof expected,
             "PUSHER_ERR_PROXY 0 0 could not get through the proxy "
             "[::1]:%u for 127.0.0.1:",
             port);
    world->options.proxy = pusher_str(url);
    fixture_make(world);
    pusher_connect(world->client);
    await(world, expected);
    fixture_free(world);
}

int main(void) {
    enum {
        PROXIES = sizeof proxy_cases / sizeof proxy_cases[0],
        CERTIFICATES = sizeof client_certificate_cases / sizeof client_certificate_cases[0],
    };
    const struct CMUnitTest others[] = {
        cmocka_unit_test(tells_of_a_proxy_that_is_down),
        cmocka_unit_test(does_without_a_proxy),
        cmocka_unit_test(goes_through_socks),
        cmocka_unit_test(speaks_ipv6),
        cmocka_unit_test(tells_of_an_ipv6_proxy_that_is_down),
    };
    enum { OTHERS = sizeof others / sizeof others[0] };
    static struct CMUnitTest tests[PROXIES + CERTIFICATES + OTHERS];
    struct CMUnitTest *next = tests;
    for (size_t i = 0; i < PROXIES; i++)
        *next++ = (struct CMUnitTest){proxy_cases[i].name, goes_through_proxies, NULL, NULL,
                                      (void *)(uintptr_t)&proxy_cases[i]};
    for (size_t i = 0; i < CERTIFICATES; i++)
        *next++ = (struct CMUnitTest){client_certificate_cases[i].name, shows_its_certificate, NULL,
                                      NULL, (void *)(uintptr_t)&client_certificate_cases[i]};
    memcpy(next, others, sizeof others);
    return cmocka_run_group_tests(tests, test_make_certificates, test_remove_certificates);
}
