/* Connections over HTTP, from the options down to the bytes; and what is remembered of them. */
#include "client_fixture.h"

#include "client/internal.h"
#include "driver/cache_file.h"

#include <dirent.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- A server of HTTP transports ---- */

/* What it heard, in the order it came. */
typedef struct test_site {
    pthread_mutex_t lock;
    char heard[65536];
    sem_t received; /* posted for each message that was sent to it */
    bool refuses_websockets;
} test_site;

static void site_init(test_site *site) {
    memset(site, 0, sizeof *site);
    pthread_mutex_init(&site->lock, NULL);
    sem_init(&site->received, 0, 0);
}

static void hear(test_site *site, const char *request) {
    pthread_mutex_lock(&site->lock);
    const char *line = strchr(request, ' ');
    const char *body = strstr(request, "\r\n\r\n");
    size_t len = strlen(site->heard);
    if (line && body)
        snprintf(site->heard + len, sizeof site->heard - len, "%.*s %s\n",
                 (int)strcspn(line + 1, " "), line + 1, body + 4);
    pthread_mutex_unlock(&site->lock);
}

static int heard(test_site *site, const char *text) {
    pthread_mutex_lock(&site->lock);
    int count = 0;
    for (const char *at = site->heard; (at = strstr(at, text)) != NULL; at += strlen(text))
        count++;
    pthread_mutex_unlock(&site->lock);
    return count;
}

#define GREETING                                                                                   \
    "a[\"{\\\"event\\\":\\\"pusher:connection_established\\\",\\\"data\\\":\\\"{\\\\\\\"socket_"   \
    "id\\\\\\\":"                                                                                  \
    "\\\\\\\"7.7\\\\\\\",\\\\\\\"activity_timeout\\\\\\\":120}\\\"}\"]\n"
#define EVENT "m{\"event\":\"news\",\"channel\":\"c\",\"data\":\"hello\"}\n"

static bool send_chunk(test_connection *connection, const char *text) {
    char size[32];
    snprintf(size, sizeof size, "%zx\r\n", strlen(text));
    return test_send_text(connection, size) && test_send_text(connection, text) &&
           test_send_text(connection, "\r\n");
}

static bool answer(test_connection *connection, const char *status, const char *body) {
    char head[256];
    snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", status, strlen(body));
    return test_send_text(connection, head) && test_send_text(connection, body);
}

static void stream(test_connection *connection, test_site *site) {
    if (!test_send_text(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") ||
        !send_chunk(connection, "hhhh\n") || !send_chunk(connection, "o\n") ||
        !send_chunk(connection, GREETING))
        return;
    sem_wait(&site->received); /* the subscription */
    send_chunk(connection, EVENT);
    test_hold(connection);
}

/* One session's polls: the opening, the greeting, and an event for each message it got. */
static bool poll(test_connection *connection, test_site *site, int number) {
    if (number == 1)
        return answer(connection, "200 OK", "o\n");
    if (number == 2)
        return answer(connection, "200 OK", GREETING);
    sem_wait(&site->received);
    return answer(connection, "200 OK", EVENT);
}

static void serve(test_connection *connection, void *context) {
    test_site *site = context;
    int polls = 0;
    while (test_read_request(connection)) {
        const char *request = test_request(connection);
        hear(site, request);
        if (strstr(request, "/xhr_streaming?")) {
            stream(connection, site);
            return;
        }
        if (strstr(request, "/xhr_send?")) {
            sem_post(&site->received);
            if (!answer(connection, "204 No Content", ""))
                return;
        } else if (strstr(request, "/xhr?")) {
            if (!poll(connection, site, ++polls))
                return;
        } else if (!site->refuses_websockets && test_upgrade(connection) &&
                   test_say_hello(connection)) {
            test_hold(connection);
            return;
        } else if (!answer(connection, "400 Bad Request", "")) {
            return;
        }
    }
}

static const pusher_string streaming[] = {{"xhr_streaming", 13}};
static const pusher_string polling[] = {{"xhr_polling", 11}};
static const pusher_string all[] = {{"ws", 2}, {"xhr_streaming", 13}};

static fixture *make(test_site *site, const pusher_string *transports, size_t count) {
    fixture *world = fixture_new(serve, site);
    world->options.enabled_transports = transports;
    world->options.enabled_transport_count = count;
    return world;
}

static void subscribe(fixture *world) {
    pusher_channel *channel;
    assert_int_equal(pusher_subscribe(world->client, pusher_str("c"), &channel), PUSHER_OK);
    assert_int_equal(pusher_channel_bind_global(channel, note_event, world, NULL), PUSHER_OK);
}

/* The scripts may wait for messages that do not come any more. */
static void end(fixture *world, test_site *site) {
    for (int i = 0; i < 16; i++)
        sem_post(&site->received);
    fixture_free(world);
}

/* ---- Tests ---- */

static void streams(void **state) {
    (void)state;
    test_site site;
    site_init(&site);
    fixture *world = make(&site, streaming, 1);
    world->options.http_path = pusher_str("/other");
    fixture_connect(world);
    pusher_string name = pusher_transport(world->client);
    assert_int_equal(name.len, 13);
    assert_memory_equal(name.ptr, "xhr_streaming", 13);
    subscribe(world);
    await(world, "news hello\n");
    assert_int_equal(heard(&site, "/other/app/KEY/"), 2);
    assert_int_equal(heard(&site, "pusher:subscribe"), 1);
    end(world, &site);
}

static void polls(void **state) {
    (void)state;
    enum { EVENTS = 20 };
    test_site site;
    site_init(&site);
    fixture *world = make(&site, polling, 1);
    fixture_connect(world);
    subscribe(world);
    await_times(world, "news hello\n", 1);
    for (int i = 2; i <= EVENTS; i++) {
        assert_int_equal(pusher_send_event(world->client, pusher_str("client-x"), pusher_str("1"),
                                           pusher_str("c")),
                         PUSHER_OK);
        await_times(world, "news hello\n", i);
    }
    assert_in_range(test_peer_count(world->peer), 1, 2); /* one to get, one to send */
    end(world, &site);
}

/* The handlers of the first event on the stream end it all. */
static void free_client(const pusher_event *event, void *context) {
    fixture *world = context;
    (void)event;
    pusher_client_free(world->client);
    world->client = NULL;
    note(world, "freed\n");
}

static void dies_while_it_streams(void **state) {
    (void)state;
    test_site site;
    site_init(&site);
    fixture *world = make(&site, streaming, 1);
    pusher_loop *loop;
    assert_int_equal(pusher_loop_new(&loop), PUSHER_OK);
    world->options.loop = loop;
    fixture_make(world);
    assert_int_equal(
        pusher_connection_bind(world->client, pusher_str("connected"), free_client, world, NULL),
        PUSHER_OK);
    pusher_connect(world->client);
    while (!noted(world, "freed\n"))
        assert_int_equal(pusher_loop_poll(loop, 1000), PUSHER_OK);
    pusher_loop_free(loop);
    end(world, &site);
}

/* ---- What is remembered ---- */

static char folder[] = "/tmp/pusher-test-XXXXXX";

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
}

/* The content of the one file in the folder; false: there is none. */
static bool read_cache(char *path, size_t path_size, char *text, size_t size) {
    DIR *listing = opendir(folder);
    bool found = false;
    for (const struct dirent *item; (item = readdir(listing)) != NULL;) {
        if (item->d_name[0] == '.')
            continue;
        assert_false(found);
        found = true;
        snprintf(path, path_size, "%s/%s", folder, item->d_name);
    }
    closedir(listing);
    if (!found)
        return false;
    FILE *file = fopen(path, "r");
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
    return true;
}

static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
}

static void remembers_what_worked(void **state) {
    (void)state;
    char path[512], text[PX_CACHE_FILE_MAX];
    test_site site;
    site_init(&site);
    fixture *world = make(&site, streaming, 1);
    fixture_connect(world); /* remembers nothing: the fixture says so */
    assert_false(read_cache(path, sizeof path, text, sizeof text));
    pusher_client_free(world->client);

    world->options.no_transport_cache = false;
    world->options.cache_dir = pusher_str(folder);
    world->journal[world->journal_len = 0] = '\0';
    fixture_connect(world);
    settle(pusher_client_loop(world->client));
    assert_true(read_cache(path, sizeof path, text, sizeof text));
    assert_non_null(strstr(text, "\"transport\":\"xhr_streaming\""));
    pusher_client_free(world->client);

    /* Often enough, it is tried first. */
    char *count = strstr(text, "\"cacheSkipCount\":");
    assert_non_null(count);
    count[strlen("\"cacheSkipCount\":")] = '4';
    write_text(path, text);
    site.heard[0] = '\0';
    world->options.enabled_transports = all;
    world->options.enabled_transport_count = 2;
    world->journal[world->journal_len = 0] = '\0';
    fixture_connect(world);
    assert_int_equal(heard(&site, "/xhr_streaming?"), 1);
    assert_int_equal(heard(&site, "flash=false"), 0);
    pusher_client_free(world->client);

    /* Nonsense is as good as nothing, and written over. */
    write_text(path, "{\"version\":1,\"place\":");
    world->journal[world->journal_len = 0] = '\0';
    fixture_connect(world);
    settle(pusher_client_loop(world->client));
    assert_int_equal(heard(&site, "flash=false"), 1);
    assert_true(read_cache(path, sizeof path, text, sizeof text));
    assert_non_null(strstr(text, "\"transport\":\"ws\""));
    end(world, &site);
}

static void lives_without_a_cache(void **state) {
    (void)state;
    test_site site;
    site_init(&site);
    fixture *world = make(&site, all, 2);
    world->options.no_transport_cache = false;
    world->options.cache_dir = pusher_str("/dev/null/nowhere");
    world->options.log_level = PUSHER_LOG_DEBUG;
    fixture_connect(world);
    await(world, "log 3 [\"which transport worked can't be remembered");
    end(world, &site);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams),
        cmocka_unit_test(polls),
        cmocka_unit_test(dies_while_it_streams),
        cmocka_unit_test(remembers_what_worked),
        cmocka_unit_test(lives_without_a_cache),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
