/* Files on real sockets: which are served, what is told of them, and that large ones are sent in
 * pieces, whoever takes them and however slowly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host_peer.h"

enum { LARGE = 3000000 };

static test_server server;
static char root[64];
static const char *prefix = "";

static void use_folder(px_server_options *options) {
    options->web = px_slice_of_text(root);
    options->path_prefix = px_slice_of_text(prefix);
    options->body_timeout_ms = 600000;
}

static void use_folder_in_a_hurry(px_server_options *options) {
    use_folder(options);
    options->body_timeout_ms = 100;
}

static const char *below(const char *name) {
    static char paths[2][256];
    static size_t next;
    char *path = paths[next++ % 2];
    snprintf(path, sizeof paths[0], "%s/%s", root, name);
    return path;
}

/* Writes a file of that time, in seconds. */
static void make_file(const char *name, const char *text, time_t when) {
    FILE *file = fopen(below(name), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    struct timespec times[] = {{.tv_sec = when}, {.tv_sec = when}};
    assert_int_equal(utimensat(AT_FDCWD, below(name), times, 0), 0);
}

static char large_byte(size_t index) {
    return (char)('a' + index % 23);
}

static void make_large_file(const char *name) {
    FILE *file = fopen(below(name), "w");
    assert_non_null(file);
    for (size_t i = 0; i < LARGE; i++)
        assert_true(fputc(large_byte(i), file) != EOF);
    assert_int_equal(fclose(file), 0);
}

static void fill_folder(void) {
    static const char *const FOLDERS[] = {"js", "js/1.2.3", "js/1.2", ("js/" PUSHER_VERSION_TEXT),
                                          "demo"};
    strcpy(root, "/tmp/pusher-web-XXXXXX");
    assert_non_null(mkdtemp(root));
    for (size_t i = 0; i < sizeof FOLDERS / sizeof *FOLDERS; i++)
        assert_int_equal(mkdir(below(FOLDERS[i]), 0700), 0);
    make_file("js/1.2.3/pusher.js", "the script", 784111777);
    make_file("js/1.2.3/pusher.js.gz", "gzipped", 784111777);
    make_file("js/1.2.3/pusher.js.br", "brotli", 784111777);
    make_file("js/1.2.3/stale.js", "fresh", 784111777);
    make_file("js/1.2.3/stale.js.gz", "stale", 784111776);
    make_file("js/1.2.3/.hidden", "secret", 1);
    make_file("js/1.2.3/empty.js", "", 1);
    make_file("js/1.2/pusher.js", "alias", 1);
    make_file("js/" PUSHER_VERSION_TEXT "/pusher.js", "of this version", 1);
    make_file("demo/index.html", "the index", 1);
    make_file("outside.js", "outside", 1);
    assert_int_equal(symlink("1.2.3", below("js/9.9.9")), 0);
    assert_int_equal(symlink("../outside.js", below("js/escape.js")), 0);
    assert_int_equal(symlink("/etc", below("js/etc")), 0);
    assert_int_equal(mkfifo(below("js/pipe.js"), 0600), 0);
    make_large_file("js/large.js");
}

static int start(void **state) {
    (void)state;
    prefix = "";
    fill_folder();
    test_server_start(&server, use_folder);
    return 0;
}

static int clear(void **state) {
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

static int stop(void **state) {
    test_server_stop(&server);
    return clear(state);
}

/* Asks on a connection of its own, with more headers, each with its line break. */
static int get(const char *path, const char *headers, test_peer *peer) {
    char request[1024];
    snprintf(request, sizeof request,
             "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n", path, headers);
    return peer_request(server.port, request, peer);
}

#define LASTING  "Cache-Control: public, max-age=31536000, immutable\r\n"
#define CHANGING "Cache-Control: no-cache\r\n"
#define SCRIPT   "Content-Type: text/javascript; charset=utf-8\r\n"

static const struct {
    const char *path;
    const char *headers;
    int status;
    const char *part; /* of the answer */
} ANSWERS[] = {
    {"/js/1.2.3/pusher.js", "", 200, "\r\n\r\nthe script"},
    {"/js/1.2.3/pusher.js?v=1", "", 200, SCRIPT},
    {"/js/1.2.3/pusher.js", "", 200, LASTING},
    {"/js/1.2.3/pusher.js", "", 200, "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"},
    {"/js/1.2.3/pusher.js", "", 200, "Access-Control-Allow-Origin: *\r\n"},
    {"/js/1.2.3/pusher.js", "", 200, "Cross-Origin-Resource-Policy: cross-origin\r\n"},
    {"/js/1.2.3/pusher.js", "", 200, "X-Content-Type-Options: nosniff\r\n"},
    {"/js/1.2.3/pusher.js", "", 200, "Vary: Accept-Encoding\r\n"},
    {"/js/1.2.3/empty.js", "", 200, "Content-Length: 0\r\n"},
    {"/js/1.2/pusher.js", "", 200, CHANGING},
    {"/js/9.9.9/pusher.js", "", 200, "\r\n\r\nthe script"}, /* a link inside of the folder */
    {"/js/current/pusher.js", "", 200, "\r\n\r\nof this version"},
    {"/js/current/pusher.js", "", 200, CHANGING},
    /* What the client takes, and what is not out of date. */
    {"/js/1.2.3/pusher.js", "Accept-Encoding: gzip\r\n", 200, "\r\n\r\ngzipped"},
    {"/js/1.2.3/pusher.js", "Accept-Encoding: gzip\r\n", 200, "Content-Encoding: gzip\r\n"},
    {"/js/1.2.3/pusher.js", "Accept-Encoding: gzip\r\n", 200, SCRIPT},
    {"/js/1.2.3/pusher.js", "Accept-Encoding: gzip, br\r\n", 200, "\r\n\r\nbrotli"},
    {"/js/1.2.3/pusher.js", "Accept-Encoding: gzip\r\nAccept-Encoding: BR\r\n", 200, "brotli"},
    {"/js/1.2.3/pusher.js", "Accept-Encoding: br;q=0, gzip;q=0.5\r\n", 200, "gzipped"},
    {"/js/1.2.3/pusher.js", "Accept-Encoding: identity, gzip;q=0.0\r\n", 200, "the script"},
    {"/js/1.2.3/stale.js", "Accept-Encoding: gzip\r\n", 200, "\r\n\r\nfresh"},
    {"/js/1.2/pusher.js", "Accept-Encoding: gzip\r\n", 200, "\r\n\r\nalias"},
    /* What the client has already. */
    {"/js/1.2.3/pusher.js", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 304, LASTING},
    {"/js/1.2.3/pusher.js", "If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n", 200, ""},
    {"/js/1.2.3/pusher.js", "If-None-Match: *\r\n", 304, "ETag: "},
    {"/js/1.2.3/pusher.js", "If-None-Match: \"a\"\r\n", 200, ""},
    {"/js/1.2.3/pusher.js",
     "If-None-Match: \"a\"\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 200, ""},
    /* What is not served. */
    {"/js/", "", 404, "\"code\":404"},
    {"/js", "", 404, "\"code\":404"},
    {"/js/1.2.3", "", 404, "\"code\":404"},
    {"/js/1.2.3/", "", 404, "\"code\":404"},
    {"/js/1.2.3/none.js", "", 404, "There is no such file."},
    {"/js/1.2.3/.hidden", "", 404, "There is no such file."},
    {"/js/../outside.js", "", 404, "There is no such file."},
    {"/js/..%2foutside.js", "", 404, "There is no such file."},
    {"/js/1.2.3//pusher.js", "", 404, "There is no such file."},
    {"/js//etc/passwd", "", 404, "There is no such file."},
    {"/js/escape.js", "", 404, "There is no such file."},
    {"/js/etc/passwd", "", 404, "There is no such file."},
    {"/js/pipe.js", "", 404, "There is no such file."},
    /* The pages. */
    {"/demo/", "", 200, "\r\n\r\nthe index"},
    {"/demo/", "", 200, CHANGING},
    {"/demo/index.html", "", 200, "Content-Type: text/html; charset=utf-8\r\n"},
    {"/demo/", "", 200, "script-src 'self' 'wasm-unsafe-eval'"},
    {"/demo", "", 301, "Location: demo/\r\n"},
    {"/demo/current/index.html", "", 404, "There is no such file."},
    {"/demo/none.html", "", 404, "There is no such file."},
};

static void each_name_has_its_answer(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof ANSWERS / sizeof *ANSWERS; i++) {
        test_peer peer;
        int status = get(ANSWERS[i].path, ANSWERS[i].headers, &peer);
        if (status != ANSWERS[i].status || !strstr(peer.bytes, ANSWERS[i].part))
            fail_msg("%s\n%swas answered: %s", ANSWERS[i].path, ANSWERS[i].headers, peer.bytes);
        peer_close(&peer);
    }
}

static void a_tag_stands_for_one_content(void **state) {
    (void)state;
    char tags[2][128];
    char headers[256];
    test_peer peer;
    static const char *const ACCEPTS[] = {"", "Accept-Encoding: gzip\r\n"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(get("/js/1.2.3/pusher.js", ACCEPTS[i], &peer), 200);
        const char *tag = strstr(peer.bytes, "ETag: ");
        assert_non_null(tag);
        snprintf(tags[i], sizeof tags[i], "%.*s", (int)strcspn(tag + 6, "\r"), tag + 6);
        peer_close(&peer);
    }
    assert_string_not_equal(tags[0], tags[1]);
    static const char *const FORMS[] = {"If-None-Match: %s\r\n", "If-None-Match: W/%s\r\n",
                                        "If-None-Match: \"a\", %s\r\n"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(headers, sizeof headers, FORMS[i], tags[0]);
        assert_int_equal(get("/js/1.2.3/pusher.js", headers, &peer), 304);
        assert_null(strstr(peer.bytes, "Content-Length"));
        assert_string_equal(peer_answer_body(&peer), "");
        peer_close(&peer);
        snprintf(headers, sizeof headers, FORMS[i], tags[1]);
        assert_int_equal(get("/js/1.2.3/pusher.js", headers, &peer), 200);
        peer_close(&peer);
    }
}

/* ---- Large files ---- */

static void expect_large(test_peer *peer) {
    assert_non_null(strstr(peer->bytes, "Content-Length: 3000000\r\n"));
    const char *body = peer_answer_body(peer);
    assert_true(peer->answered - (size_t)(body - peer->bytes) == LARGE);
    for (size_t i = 0; i < LARGE; i++)
        if (body[i] != large_byte(i))
            fail_msg("byte %zu is wrong", i);
}

#define GET_LARGE "GET /js/large.js HTTP/1.1\r\nHost: localhost\r\n\r\n"

static void a_large_file_comes_whole(void **state) {
    (void)state;
    test_peer peer = peer_connect(server.port);
    peer_send_text(&peer, GET_LARGE);
    assert_int_equal(peer_answer(&peer), 200);
    expect_large(&peer);
    peer_send_text(&peer, "HEAD /js/large.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
                          "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    while (!strstr(peer.bytes, "\r\n\r\nok\n"))
        assert_true(peer_receive(&peer) > 0);
    assert_non_null(strstr(peer.bytes + peer.answered, "Content-Length: 3000000\r\n"));
    assert_true(peer.len - peer.answered < 2000); /* HEAD: without it */
    peer_close(&peer);
}

static void requests_wait_behind_a_large_file(void **state) {
    (void)state;
    test_peer peer = peer_connect_narrow(server.port);
    peer_send_text(&peer, GET_LARGE GET_LARGE
                   "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(peer_answer(&peer), 200);
        expect_large(&peer);
    }
    assert_int_equal(peer_answer(&peer), 200);
    assert_string_equal(peer_answer_body(&peer), "ok\n");
    peer_close(&peer);
}

static void a_connection_may_end_behind_a_large_file(void **state) {
    (void)state;
    test_peer peer;
    assert_int_equal(get("/js/large.js", "", &peer), 200);
    expect_large(&peer);
    assert_int_equal(peer_receive(&peer), 0);
    peer_close(&peer);
}

static void who_does_not_take_it_is_cut(void **state) {
    (void)state;
    fill_folder();
    test_server_start(&server, use_folder_in_a_hurry);
    test_peer peer = peer_connect_narrow(server.port);
    peer_send_text(&peer, GET_LARGE);
    /* Nothing is read until the server has given up: this ends when it has. */
    while (peer_try_send(&peer, PX_SLICE("GET / HTTP/1.1\r\nHost: a\r\n\r\n")))
        ;
    peer_receive_all(&peer);
    assert_true(peer.len < LARGE);
    peer_close(&peer);
    test_server_stop(&server);
}

static void who_leaves_leaves_nothing_behind(void **state) {
    (void)state;
    for (int i = 0; i < 20; i++) {
        test_peer peer = peer_connect_narrow(server.port);
        peer_send_text(&peer, GET_LARGE);
        assert_true(peer_receive(&peer) > 0);
        peer_close(&peer);
    }
}

static void a_file_that_shrinks_ends_the_connection(void **state) {
    (void)state;
    test_peer peer = peer_connect_narrow(server.port);
    peer_send_text(&peer, GET_LARGE);
    assert_true(peer_receive(&peer) > 0);
    assert_int_equal(truncate(below("js/large.js"), 100), 0);
    peer_receive_all(&peer);
    assert_true(peer.len < LARGE);
    peer_close(&peer);
}

/* ---- Where there is nothing, and elsewhere ---- */

static void without_a_folder_a_sentence_says_so(void **state) {
    (void)state;
    test_server_start(&server, NULL);
    test_peer peer;
    assert_int_equal(get("/demo/", "", &peer), 404);
    assert_non_null(strstr(peer.bytes, "Content-Type: text/plain; charset=utf-8\r\n"));
    assert_non_null(strstr(peer.bytes, "make dist"));
    peer_close(&peer);
    assert_int_equal(get("/js/1.2.3/pusher.js", "", &peer), 404);
    assert_non_null(strstr(peer.bytes, "make dist"));
    peer_close(&peer);
    test_server_stop(&server);
}

static void the_folder_may_be_filled_later(void **state) {
    (void)state;
    test_peer peer;
    assert_int_equal(rename(below("js"), below("kept")), 0);
    assert_int_equal(get("/js/1.2.3/pusher.js", "", &peer), 404);
    peer_close(&peer);
    assert_int_equal(symlink("kept", below("js")), 0); /* the folder itself may be a link */
    assert_int_equal(get("/js/1.2.3/pusher.js", "", &peer), 200);
    peer_close(&peer);
}

static void a_prefix_stands_before_files_too(void **state) {
    (void)state;
    prefix = "/real";
    fill_folder();
    test_server_start(&server, use_folder);
    test_peer peer;
    assert_int_equal(get("/real/js/1.2.3/pusher.js", "", &peer), 200);
    peer_close(&peer);
    assert_int_equal(get("/real/demo", "", &peer), 301);
    peer_close(&peer);
    assert_int_equal(get("/js/1.2.3/pusher.js", "", &peer), 404);
    peer_close(&peer);
    test_server_stop(&server);
}

static void a_folder_that_is_none_is_refused(void **state) {
    (void)state;
    static const char *const NAMES[] = {"/nowhere", "/etc/passwd", ""};
    for (size_t i = 0; i < 3; i++) {
        px_server_options options = test_server_options();
        px_server *made = NULL;
        char why[PX_SERVER_ERROR_SIZE];
        options.web = px_slice_of_text(NAMES[i]);
        int result = px_server_new(&options, &made, why, sizeof why);
        assert_int_equal(result, i < 2 ? PX_ERR_ARGUMENT : PX_OK);
        if (i < 2)
            assert_non_null(strstr(why, NAMES[i]));
        px_server_free(made);
    }
}

int main(void) {
#define SERVED(test) cmocka_unit_test_setup_teardown(test, start, stop)
#define ALONE(test)  cmocka_unit_test_setup_teardown(test, NULL, clear)
    const struct CMUnitTest tests[] = {
        SERVED(each_name_has_its_answer),
        SERVED(a_tag_stands_for_one_content),
        SERVED(a_large_file_comes_whole),
        SERVED(requests_wait_behind_a_large_file),
        SERVED(a_connection_may_end_behind_a_large_file),
        ALONE(who_does_not_take_it_is_cut),
        SERVED(who_leaves_leaves_nothing_behind),
        SERVED(a_file_that_shrinks_ends_the_connection),
        cmocka_unit_test(without_a_folder_a_sentence_says_so),
        SERVED(the_folder_may_be_filled_later),
        ALONE(a_prefix_stands_before_files_too),
        cmocka_unit_test(a_folder_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
