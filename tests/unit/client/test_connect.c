/* Reaching the server, and failing to: addresses, names, certificates. */
#include "certificates.h"
#include "client_fixture.h"

#include "driver/loop.h"

#include <errno.h>
#include <netdb.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void greet_and_hold(test_connection *connection, void *context) {
    (void)context;
    if (test_greet(connection))
        test_hold(connection);
}

/* ---- Names ----------------------------------------------------------------------------------------------
 * libcurl asks this program's getaddrinfo: there is no network, and "slow.test" takes its time. */

static int gate[2]; /* what "slow.test" waits for */
static atomic_int asked;
static atomic_int answered;

#define FOR_LIBCURL __attribute__((visibility("default")))

FOR_LIBCURL int getaddrinfo(const char *restrict node, const char *restrict service,
                            const struct addrinfo *restrict hints,
                            struct addrinfo **restrict result);
FOR_LIBCURL void freeaddrinfo(struct addrinfo *list);

typedef struct made_address {
    struct addrinfo info;
    struct sockaddr_in socket;
} made_address;

static struct addrinfo *loopback(const char *service) {
    made_address *made = calloc(1, sizeof *made);
    if (!made)
        return NULL;
    made->socket = (struct sockaddr_in){.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)strtoul(service, NULL, 10)),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    made->info = (struct addrinfo){.ai_family = AF_INET,
                                   .ai_socktype = SOCK_STREAM,
                                   .ai_addrlen = sizeof made->socket,
                                   .ai_addr = (struct sockaddr *)&made->socket};
    return &made->info;
}

int getaddrinfo(const char *restrict node, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict result) {
    (void)hints;
    bool slow = strcmp(node, "slow.test") == 0;
    if (slow) {
        atomic_fetch_add(&asked, 1);
        char byte;
        while (read(gate[0], &byte, 1) < 0 && errno == EINTR)
            continue;
    }
    bool known = strcmp(node, "localhost") == 0 || strcmp(node, "127.0.0.1") == 0;
    *result = known ? loopback(service) : NULL;
    if (slow)
        atomic_fetch_add(&answered, 1);
    return *result ? 0 : EAI_NONAME;
}

void freeaddrinfo(struct addrinfo *list) {
    free(list);
}

static void tells_of_unknown_names(void **state) {
    (void)state;
    fixture *world = fixture_new(greet_and_hold, NULL);
    world->options.host = pusher_str("nowhere.invalid");
    fixture_make(world);
    pusher_connect(world->client);
    await(world, "error WebSocketError PUSHER_ERR_RESOLVE 0 0 could not resolve the host name of "
                 "nowhere.invalid:");
    fixture_free(world);
}

static void finds_names(void **state) {
    (void)state;
    fixture *world = fixture_new(greet_and_hold, NULL);
    world->options.host = pusher_str("localhost");
    fixture_connect(world);
    fixture_free(world);
}

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* The name is being resolved and never comes: nothing of ours waits for it. */
static void dies_while_a_name_is_resolved(void **state) {
    (void)state;
    assert_int_equal(pipe(gate), 0);
    for (int shared = 0; shared < 2; shared++) {
        fixture *world = fixture_new(greet_and_hold, NULL);
        world->options.host = pusher_str("slow.test");
        if (shared)
            assert_int_equal(pusher_loop_new(&world->options.loop), PUSHER_OK);
        fixture_make(world);
        pusher_connect(world->client);
        while (atomic_load(&asked) <= shared)
            assert_int_equal(pusher_poll(world->client, 1), PUSHER_OK);
        long long begin = now_ms();
        pusher_client_free(world->client);
        world->client = NULL;
        pusher_loop_free(world->options.loop);
        assert_true(now_ms() - begin < 1000);
        assert_int_equal(atomic_load(&answered), 0);
        fixture_free(world);
    }
    assert_int_equal(write(gate[1], "xx", 2), 2);
    while (atomic_load(&answered) < 2)
        sched_yield();
}

/* ---- Addresses ---- */

static void tells_of_closed_ports(void **state) {
    (void)state;
    fixture *world = fixture_new(greet_and_hold, NULL);
    fixture_make(world);
    fixture_stop_peer(world);
    pusher_connect(world->client);
    char expected[128];
    snprintf(expected, sizeof expected,
             "error WebSocketError PUSHER_ERR_CONNECT 0 0 could not connect to 127.0.0.1:%u: ",
             (unsigned)world->options.port);
    await(world, expected);
    fixture_free(world);
}

static void connects_again_when_the_server_is_back(void **state) {
    (void)state;
    fixture *world = fixture_new(greet_and_hold, NULL);
    fixture_connect(world);
    test_peer_stop(world->peer);
    await(world, "PUSHER_ERR_CLOSED");
    world->peer = test_peer_start(greet_and_hold, NULL, NULL, NULL);
    /* On another port; so it is refused for now. */
    await(world, "PUSHER_ERR_CONNECT");
    assert_int_not_equal(pusher_connection_state(world->client), PUSHER_CONNECTED);
    fixture_free(world);
}

static void tells_of_an_unknown_proxy(void **state) {
    (void)state;
    fixture *world = fixture_new(greet_and_hold, NULL);
    world->options.proxy = pusher_str("http://name:secret@nowhere.invalid:80");
    world->options.host = pusher_str("far.invalid");
    fixture_make(world);
    pusher_connect(world->client);
    await(world,
          "PUSHER_ERR_PROXY 0 0 could not resolve the proxy nowhere.invalid:80 for far.invalid:");
    assert_int_equal(noted(world, "secret"), 0);
    fixture_free(world);
}

/* ---- Certificates ---- */

enum { TRUST_AUTHORITY = 1, TRUST_FOLDER = 2, PIN = 4, WRONG_PIN = 8, INSECURE = 16 };

static const struct certificate_case {
    const char *name;
    const char *certificate;
    const char *key;
    unsigned flags;
    const char *expected;
} certificate_cases[] = {
    {"trusted", "good", "good", TRUST_AUTHORITY, "connected\n"},
    {"not trusted", "good", "good", 0,
     "error WebSocketError PUSHER_ERR_TLS 0 0 did not trust the certificate of 127.0.0.1:"},
    {"expired", "expired", "good", TRUST_AUTHORITY, "PUSHER_ERR_TLS"},
    {"for another host", "stranger", "good", TRUST_AUTHORITY, "PUSHER_ERR_TLS"},
    {"signed by itself", "self", "self", TRUST_AUTHORITY, "PUSHER_ERR_TLS"},
    {"an empty folder of authorities", "good", "good", TRUST_FOLDER, "PUSHER_ERR_TLS"},
    {"pinned", "good", "good", TRUST_AUTHORITY | PIN, "connected\n"},
    {"pinned to another key", "good", "good", TRUST_AUTHORITY | WRONG_PIN,
     "error WebSocketError PUSHER_ERR_TLS 0 0 refused the public key of 127.0.0.1:"},
    {"insecure", "expired", "good", INSECURE, "connected\n"},
    {"insecure is told", "self", "self", INSECURE, "log 2 [\"TLS certificates are not verified"},
    {"no TLS at all", NULL, NULL, TRUST_AUTHORITY,
     "error WebSocketError PUSHER_ERR_TLS 0 0 TLS failed with 127.0.0.1:"},
};

/* What a plain server says to a TLS greeting. */
static void say_400(test_connection *connection, void *context) {
    (void)context;
    test_send_text(connection, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    test_hold(connection);
}

static void judges_certificates(void **state) {
    const struct certificate_case *test = *state;
    char certificate[256];
    char key[256];
    char authority[256];
    char pin[128] = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    snprintf(authority, sizeof authority, "%s/ca.pem", test_certificates);
    snprintf(certificate, sizeof certificate, "%s/%s.pem", test_certificates, test->certificate);
    snprintf(key, sizeof key, "%s/%s.key", test_certificates, test->key);
    fixture *world = test->certificate ? fixture_new_tls(greet_and_hold, NULL, certificate, key)
                                       : fixture_new(say_400, NULL);
    world->options.plain = false;
    if (test->flags & TRUST_AUTHORITY)
        world->options.ca_file = pusher_str(authority);
    if (test->flags & TRUST_FOLDER)
        world->options.ca_path = pusher_str("/var/empty");
    if (test->flags & PIN) {
        char path[256];
        snprintf(path, sizeof path, "%s/good.pin", test_certificates);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        assert_non_null(fgets(pin, sizeof pin, file));
        fclose(file);
    }
    if (test->flags & (PIN | WRONG_PIN))
        world->options.pin = pusher_str(pin);
    world->options.insecure = test->flags & INSECURE;
    fixture_make(world);
    pusher_connect(world->client);
    await(world, test->expected);
    if (strcmp(test->expected, "connected\n") != 0 && !(test->flags & INSECURE))
        assert_int_equal(noted(world, "connected\n"), 0);
    fixture_free(world);
}

/* ---- TLS carries everything ---- */

/* One frame of 19 bytes, so often that the loop's buffer is full before the last TLS record is read
 * to its end: the rest must not wait in the TLS layer for the socket to be readable again. */
static const char burst_frame[] = "\x81\x11{\"event\":\"burst\"}";
enum { BURST_FRAME = sizeof burst_frame - 1, BURST = PX_LOOP_SCRATCH / BURST_FRAME + 6 };

static void burst(test_connection *connection, void *context) {
    enum { FIRST_RECORD = BURST * BURST_FRAME - PX_LOOP_SCRATCH };
    static char frames[BURST * BURST_FRAME];
    for (size_t i = 0; i < BURST; i++)
        memcpy(frames + i * BURST_FRAME, burst_frame, BURST_FRAME);
    if (!test_greet(connection) || !test_await_text(connection, "\"go\"") ||
        !test_send(connection, frames, FIRST_RECORD) ||
        !test_send(connection, frames + FIRST_RECORD, sizeof frames - FIRST_RECORD))
        return;
    atomic_store((atomic_bool *)context, true);
    if (test_await_text(connection, "echo 99"))
        test_hold(connection);
}

static void count_burst(const pusher_event *event, void *context) {
    (void)event;
    ++*(int *)context;
}

static void carries_bursts_over_tls(void **state) {
    (void)state;
    char certificate[256];
    char key[256];
    snprintf(certificate, sizeof certificate, "%s/self.pem", test_certificates);
    snprintf(key, sizeof key, "%s/self.key", test_certificates);
    atomic_bool sent = false;
    fixture *world = fixture_new_tls(burst, &sent, certificate, key);
    world->options.insecure = true;
    fixture_connect(world);
    int count = 0;
    assert_int_equal(pusher_bind(world->client, pusher_str("burst"), count_burst, &count, NULL),
                     PUSHER_OK);
    pusher_connection_unbind_global(world->client, NULL, NULL);
    assert_int_equal(
        pusher_send_event(world->client, pusher_str("go"), pusher_str(""), pusher_str("")),
        PUSHER_OK);
    settle(pusher_client_loop(world->client));
    while (!atomic_load(&sent))
        sched_yield();
    time_t end = time(NULL) + 10;
    while (count < BURST && time(NULL) < end)
        assert_int_equal(pusher_poll(world->client, 1000), PUSHER_OK);
    assert_int_equal(count, BURST);
    for (int i = 0; i < 100; i++) {
        char event[32];
        snprintf(event, sizeof event, "echo %d", i);
        assert_int_equal(
            pusher_send_event(world->client, pusher_str(event), pusher_str(""), pusher_str("")),
            PUSHER_OK);
        settle(pusher_client_loop(world->client));
    }
    fixture_free(world);
}

/* ---- A socket that is full ---- */

enum { LETTERS = 300, LETTER = 16000 };

/* Reads nothing until it is told; then every letter must be there, whole and in order. */
typedef struct late_reader {
    atomic_bool may_read;
    atomic_int letters;
} late_reader;

static void read_late(test_connection *connection, void *context) {
    late_reader *reader = context;
    test_frame *frame = malloc(sizeof *frame);
    bool open = frame && test_greet(connection);
    while (open && !atomic_load(&reader->may_read))
        sched_yield();
    char begin[32] = "";
    for (int i = 0; open && i < LETTERS && memcmp(frame->text, begin, strlen(begin)) == 0; i++) {
        snprintf(begin, sizeof begin, "{\"event\":\"letter-%d\",", i);
        open = test_read_frame(connection, frame) && frame->len > LETTER;
        atomic_fetch_add(&reader->letters, memcmp(frame->text, begin, strlen(begin)) == 0);
    }
    free(frame);
    test_hold(connection);
}

static void writes_when_the_socket_takes_it(void **state) {
    (void)state;
    char certificate[256];
    char key[256];
    snprintf(certificate, sizeof certificate, "%s/self.pem", test_certificates);
    snprintf(key, sizeof key, "%s/self.key", test_certificates);
    static char data[LETTER + 2];
    memset(data, '1', LETTER);
    for (int tls = 0; tls < 2; tls++) {
        late_reader reader = {false, 0};
        fixture *world = tls ? fixture_new_tls(read_late, &reader, certificate, key)
                             : fixture_new(read_late, &reader);
        world->options.insecure = true;
        world->options.max_outbound = 2 * LETTERS * LETTER;
        fixture_connect(world);
        for (int i = 0; i < LETTERS; i++) {
            char event[32];
            snprintf(event, sizeof event, "letter-%d", i);
            assert_int_equal(pusher_send_event(world->client, pusher_str(event),
                                               (pusher_string){data, LETTER}, pusher_str("")),
                             PUSHER_OK);
            settle(pusher_client_loop(world->client));
        }
        atomic_store(&reader.may_read, true);
        time_t end = time(NULL) + 10;
        while (atomic_load(&reader.letters) < LETTERS && time(NULL) < end)
            assert_int_equal(pusher_poll(world->client, 10), PUSHER_OK);
        assert_int_equal(atomic_load(&reader.letters), LETTERS);
        assert_int_equal(noted(world, "error"), 0);
        fixture_free(world);
    }
}

int main(void) {
    enum { CASES = sizeof certificate_cases / sizeof certificate_cases[0] };
    const struct CMUnitTest others[] = {
        cmocka_unit_test(tells_of_unknown_names),
        cmocka_unit_test(finds_names),
        cmocka_unit_test(dies_while_a_name_is_resolved),
        cmocka_unit_test(tells_of_closed_ports),
        cmocka_unit_test(tells_of_an_unknown_proxy),
        cmocka_unit_test(connects_again_when_the_server_is_back),
        cmocka_unit_test(carries_bursts_over_tls),
        cmocka_unit_test(writes_when_the_socket_takes_it),
    };
    struct CMUnitTest tests[CASES + sizeof others / sizeof others[0]];
    for (size_t i = 0; i < CASES; i++)
        tests[i] = (struct CMUnitTest){certificate_cases[i].name, judges_certificates, NULL, NULL,
                                       (void *)&certificate_cases[i]};
    memcpy(tests + CASES, others, sizeof others);
    return cmocka_run_group_tests(tests, test_make_certificates, test_remove_certificates);
}
