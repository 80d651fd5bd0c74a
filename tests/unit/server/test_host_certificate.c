/* Certificates from files, what is said about bad ones, and those that are made on the spot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <unistd.h>

#include "server/host_certificate.h"
#include "server/host_dev_certificate.h"
#include "server/server.h"
#include "tls_peer.h"

enum { DAY = 86400 };

static tls_files files;
static char why[PX_SERVER_ERROR_SIZE];

static int set_up(void **state) {
    (void)state;
    tls_files_make(&files);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    tls_files_remove(&files);
    return 0;
}

static int read_files(px_certificate *out) {
    why[0] = '\0';
    return px_certificate_read(px_slice_of_text(files.certificate), px_slice_of_text(files.key),
                               time(NULL), out, why, sizeof why);
}

/* The reading fails, and the sentence names the file and contains `part`. */
static void expect_failure(int result, const char *file, const char *part) {
    px_certificate made;
    assert_int_equal(read_files(&made), result);
    if (strncmp(why, file, strlen(file)) != 0 || !strstr(why, part))
        fail_msg("not '%s' of %s but: %s", part, file, why);
}

static char *text_of(const char *path) {
    static char text[65536];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void good_files_are_read(void **state) {
    (void)state;
    px_certificate made;
    assert_int_equal(read_files(&made), PX_OK);
    assert_int_equal(sk_X509_num(made.chain), 0);
    assert_in_range(px_certificate_days_left(&made, time(NULL)), PX_DEV_CERTIFICATE_DAYS - 1,
                    PX_DEV_CERTIFICATE_DAYS);
    px_certificate_free(&made);
}

static void a_chain_is_read(void **state) {
    (void)state;
    char chain[65536];
    px_certificate made;
    snprintf(chain, sizeof chain, "Text before it.\n%s", text_of(files.certificate));
    snprintf(chain + strlen(chain), sizeof chain - strlen(chain), "%s", text_of(files.certificate));
    tls_files_write(files.certificate, chain);
    assert_int_equal(read_files(&made), PX_OK);
    assert_int_equal(sk_X509_num(made.chain), 1);
    px_certificate_free(&made);

    char *end = strrchr(chain, '=');
    memcpy(end ? end - 8 : chain + strlen(chain) - 50, "!!!!", 4);
    tls_files_write(files.certificate, chain);
    expect_failure(PX_ERR_SYNTAX, files.certificate, "certificate 2 of the chain");
}

static void files_must_be_there(void **state) {
    (void)state;
    unlink(files.key);
    expect_failure(PX_ERR_NOT_FOUND, files.key, "key can't be read: No such file");
    unlink(files.certificate);
    expect_failure(PX_ERR_NOT_FOUND, files.certificate, "certificate can't be read: No such file");
}

static void other_texts_are_refused(void **state) {
    (void)state;
    static char large[(1 << 20) + 2];
    tls_files_write(files.key, "no key");
    expect_failure(PX_ERR_SYNTAX, files.key, "no private key in this file");
    tls_files_write(files.certificate, "");
    expect_failure(PX_ERR_SYNTAX, files.certificate, "no certificate in this file");
    memset(large, 'x', sizeof large - 1);
    tls_files_write(files.certificate, large);
    expect_failure(PX_ERR_SYNTAX, files.certificate, "at most 1048576 bytes");
}

static void the_key_must_belong_to_the_certificate(void **state) {
    (void)state;
    char key[65536];
    snprintf(key, sizeof key, "%s", text_of(files.key));
    tls_files_renew(&files, time(NULL));
    tls_files_write(files.key, key);
    expect_failure(PX_ERR_ARGUMENT, files.key, "does not belong to the certificate in");
    assert_non_null(strstr(why, files.certificate));
}

static void the_time_must_be_right(void **state) {
    (void)state;
    tls_files_renew(&files, time(NULL) - (PX_DEV_CERTIFICATE_DAYS + 1) * DAY);
    expect_failure(PX_ERR_ARGUMENT, files.certificate, "expired on 20");
    tls_files_renew(&files, time(NULL) + 2 * DAY);
    expect_failure(PX_ERR_ARGUMENT, files.certificate, "not valid before 20");
}

/* And nobody is asked for it at the terminal. */
static void a_key_with_a_password_is_refused(void **state) {
    (void)state;
    px_certificate made;
    assert_int_equal(read_files(&made), PX_OK);
    FILE *file = fopen(files.key, "w");
    assert_int_equal(PEM_write_PrivateKey(file, made.key, EVP_aes_128_cbc(),
                                          (const unsigned char *)"secret", 6, NULL, NULL),
                     1);
    fclose(file);
    px_certificate_free(&made);
    expect_failure(PX_ERR_SYNTAX, files.key, "this key is encrypted");
}

static void odd_names_are_refused(void **state) {
    (void)state;
    px_certificate made;
    static char endless[5000];
    memset(endless, 'a', sizeof endless - 1);
    const px_slice names[] = {PX_SLICE(""), px_slice_of("a\0b", 3), px_slice_of_text(endless)};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(px_certificate_read(names[i], px_slice_of_text(files.key), time(NULL),
                                             &made, why, sizeof why),
                         PX_ERR_ARGUMENT);
        assert_string_equal(why, "tls_cert must name a file");
    }
}

/* ---- For development ---- */

/* A client that trusts the anchor believes the certificate for these names. */
static bool is_believed(const px_dev_certificate *made, const char *name, const char *address) {
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    X509_STORE_add_cert(store, made->anchor);
    X509_STORE_CTX_init(context, store, made->certificate.leaf, made->certificate.chain);
    X509_VERIFY_PARAM *wanted = X509_STORE_CTX_get0_param(context);
    if (name)
        X509_VERIFY_PARAM_set1_host(wanted, name, 0);
    if (address)
        X509_VERIFY_PARAM_set1_ip_asc(wanted, address);
    X509_VERIFY_PARAM_set_purpose(wanted, X509_PURPOSE_SSL_SERVER);
    bool is_right = X509_verify_cert(context) == 1;
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return is_right;
}

static void expect_this_machine_only(const px_dev_certificate *made) {
    assert_true(is_believed(made, "localhost", NULL));
    assert_false(is_believed(made, "app.localhost", NULL));
    assert_true(is_believed(made, NULL, "127.0.0.1"));
    assert_true(is_believed(made, NULL, "::1"));
    assert_false(is_believed(made, "example.com", NULL));
    assert_false(is_believed(made, NULL, "127.0.0.2"));
}

static void a_made_certificate_is_for_this_machine(void **state) {
    (void)state;
    px_dev_certificate made;
    px_dev_certificate next;
    assert_int_equal(px_dev_certificate_make(PX_SLICE(""), time(NULL), &made, why, sizeof why),
                     PX_OK);
    assert_string_equal(why, "");
    assert_false(made.is_signed);
    expect_this_machine_only(&made);
    assert_int_equal(X509_check_ca(made.certificate.leaf), 0);
    assert_int_equal(px_dev_certificate_make(PX_SLICE(""), time(NULL), &next, why, sizeof why),
                     PX_OK);
    assert_int_not_equal(
        ASN1_INTEGER_cmp(X509_get0_serialNumber(made.anchor), X509_get0_serialNumber(next.anchor)),
        0);
    px_dev_certificate_free(&made);
    px_dev_certificate_free(&next);
}

/* Makes an authority in the folder, as mkcert does. */
static void make_authority(bool may_sign) {
    char command[1024];
    snprintf(command, sizeof command,
             "cd %s && openssl req -x509 -newkey rsa:2048 -nodes -keyout rootCA-key.pem -out "
             "rootCA.pem -days 2 -subj '/CN=mkcert test' -addext basicConstraints=critical,CA:%s "
             "2>/dev/null",
             files.folder, may_sign ? "TRUE" : "FALSE");
    assert_int_equal(system(command), 0);
}

static void remove_authority(void) {
    char path[128];
    snprintf(path, sizeof path, "%s/rootCA.pem", files.folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/rootCA-key.pem", files.folder);
    unlink(path);
}

static void an_authority_of_the_machine_signs_it(void **state) {
    (void)state;
    px_dev_certificate made;
    make_authority(true);
    assert_int_equal(
        px_dev_certificate_make(px_slice_of_text(files.folder), time(NULL), &made, why, sizeof why),
        PX_OK);
    assert_string_equal(why, "");
    assert_true(made.is_signed);
    expect_this_machine_only(&made);
    px_dev_certificate_free(&made);
    remove_authority();
}

static void without_a_usable_one_it_signs_itself(void **state) {
    (void)state;
    px_dev_certificate made;
    assert_int_equal(
        px_dev_certificate_make(px_slice_of_text(files.folder), time(NULL), &made, why, sizeof why),
        PX_OK);
    assert_non_null(strstr(why, "rootCA.pem: the TLS certificate can't be read"));
    assert_false(made.is_signed);
    px_dev_certificate_free(&made);
    make_authority(false);
    assert_int_equal(
        px_dev_certificate_make(px_slice_of_text(files.folder), time(NULL), &made, why, sizeof why),
        PX_OK);
    assert_non_null(strstr(why, "may not sign"));
    assert_false(made.is_signed);
    px_dev_certificate_free(&made);
    remove_authority();
}

static void the_anchor_is_saved(void **state) {
    (void)state;
    px_dev_certificate made;
    px_certificate again;
    assert_int_equal(px_dev_certificate_make(PX_SLICE(""), time(NULL), &made, why, sizeof why),
                     PX_OK);
    px_slice path = px_slice_of_text(files.certificate);
    assert_int_equal(px_dev_certificate_save(&made, path, why, sizeof why), PX_OK);
    /* The file has the certificate and not the key. */
    assert_int_equal(px_certificate_read(path, path, time(NULL), &again, why, sizeof why),
                     PX_ERR_SYNTAX);
    assert_non_null(strstr(why, "no private key"));
    path = PX_SLICE("/nonexistent/file.pem");
    assert_int_equal(px_dev_certificate_save(&made, path, why, sizeof why), PX_ERR_STATE);
    assert_non_null(strstr(why, "/nonexistent/file.pem: "));
    px_dev_certificate_free(&made);
}

/* ---- The options ---- */

static void with_exposed_listener(px_server_options *options) {
    static const px_slice EVERYWHERE = PX_LITERAL("0.0.0.0:0");
    options->tls_listen = (px_name_list){&EVERYWHERE, 1};
}

static void with_listener(px_server_options *options) {
    static const px_slice ANY_PORT = PX_LITERAL("127.0.0.1:0");
    options->tls_listen = (px_name_list){&ANY_PORT, 1};
}

static void with_own_app(px_server_options *options) {
    static px_app_options app;
    px_app_options_default(&app);
    app.id = app.key = app.secret = PX_SLICE("mine");
    options->apps = &app;
    options->app_count = 1;
}

static void expect_refusal(const px_server_options *options, const char *part) {
    px_server *server;
    assert_int_equal(px_server_new(options, &server, why, sizeof why), PX_ERR_ARGUMENT);
    if (!strstr(why, part))
        fail_msg("not '%s' but: %s", part, why);
}

static void options_must_go_together(void **state) {
    (void)state;
    px_server_options options;
    px_server_options_default(&options);
    with_listener(&options);
    expect_refusal(&options, "tls_listen needs a certificate");
    options.tls_cert = PX_SLICE("c.pem");
    expect_refusal(&options, "tls_listen needs a certificate");
    options.tls_dev = true;
    expect_refusal(&options, "tls_dev makes a certificate of its own");
    px_server_options_default(&options);
    options.tls_cert = PX_SLICE("c.pem");
    expect_refusal(&options, "there are none");
    px_server_options_default(&options);
    options.tls_dev_cert = PX_SLICE("c.pem");
    expect_refusal(&options, "give tls_dev as well");
    px_server_options_default(&options);
    options.tls_dev_ca = PX_SLICE("/tmp");
    expect_refusal(&options, "give tls_dev as well");
}

static void what_is_for_this_machine_stays_on_it(void **state) {
    (void)state;
    px_server_options options;
    px_server_options_default(&options);
    with_exposed_listener(&options);
    options.tls_dev = true;
    with_own_app(&options);
    expect_refusal(&options, "refusing to listen on 0.0.0.0:0 with tls_dev");
    px_server_options_default(&options);
    with_exposed_listener(&options);
    options.tls_cert = options.tls_key = PX_SLICE("c.pem");
    expect_refusal(&options, "refusing to listen on 0.0.0.0:0 with the default credentials");
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FILES(good_files_are_read),
        WITH_FILES(a_chain_is_read),
        WITH_FILES(files_must_be_there),
        WITH_FILES(other_texts_are_refused),
        WITH_FILES(the_key_must_belong_to_the_certificate),
        WITH_FILES(the_time_must_be_right),
        WITH_FILES(a_key_with_a_password_is_refused),
        WITH_FILES(odd_names_are_refused),
        cmocka_unit_test(a_made_certificate_is_for_this_machine),
        WITH_FILES(an_authority_of_the_machine_signs_it),
        WITH_FILES(without_a_usable_one_it_signs_itself),
        WITH_FILES(the_anchor_is_saved),
        cmocka_unit_test(options_must_go_together),
        cmocka_unit_test(what_is_for_this_machine_stays_on_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
