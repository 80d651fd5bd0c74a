#include "driver/easy.h"

#include <pthread.h>

static pthread_once_t global_once = PTHREAD_ONCE_INIT;
static bool global_ready;

static void init_global(void) {
    global_ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

static CURLcode set_tls(CURL *easy, const px_tls_options *tls) {
    CURLcode code = CURLE_OK;
    if (tls->insecure) {
        code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        if (!code)
            code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (!code && (tls->ca_file || tls->ca_path)) {
        /* Both are set, so that the system's authorities are out. */
        code = curl_easy_setopt(easy, CURLOPT_CAINFO, tls->ca_file);
        if (!code)
            code = curl_easy_setopt(easy, CURLOPT_CAPATH, tls->ca_path);
    }
    if (!code && tls->pin)
        code = curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, tls->pin);
    return code;
}

static CURLcode set_common(CURL *easy, const char *url, char *error_text) {
    static const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_QUICK_EXIT, 1},
        {CURLOPT_NOPROGRESS, 1},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_TCP_NODELAY, 1},
        /* HTTP/2 has no upgrade, and its buffering defeats curl_easy_recv. */
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        CURLcode code = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
        if (code)
            return code;
    }
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    if (!code)
        code = curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text);
    if (!code)
        code = curl_easy_setopt(easy, CURLOPT_URL, url);
    return code;
}

CURL *px_easy_new(const char *url, const px_tls_options *tls, char *error_text) {
    if (pthread_once(&global_once, init_global) || !global_ready)
        return NULL;
    CURL *easy = curl_easy_init();
    if (!easy)
        return NULL;
    error_text[0] = '\0';
    if (set_common(easy, url, error_text) || set_tls(easy, tls)) {
        curl_easy_cleanup(easy);
        return NULL;
    }
    return easy;
}
