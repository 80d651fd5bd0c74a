#include "driver/easy.h"

#include <pthread.h>

static pthread_once_t global_once = PTHREAD_ONCE_INIT;
static bool global_ready;

static void init_global(void) {
    global_ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

/* Texts that are set where there is one. */
typedef struct px_easy_text {
    CURLoption option;
    const char *text;
} px_easy_text;

static CURLcode set_texts(CURL *easy, const px_easy_text *texts, size_t count) {
    CURLcode code = CURLE_OK;
    for (size_t i = 0; i < count && !code; i++) {
        if (texts[i].text)
            code = curl_easy_setopt(easy, texts[i].option, texts[i].text);
    }
    return code;
}

typedef struct px_easy_number {
    CURLoption option;
    long value;
} px_easy_number;

static CURLcode set_numbers(CURL *easy, const px_easy_number *numbers, size_t count) {
    CURLcode code = CURLE_OK;
    for (size_t i = 0; i < count && !code; i++)
        code = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
    return code;
}

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The authorities are those of the proxy, too; the pin and the certificate are not its business. */
static CURLcode set_tls(CURL *easy, const px_tls_options *tls) {
    static const px_easy_number insecure[] = {
        {CURLOPT_SSL_VERIFYPEER, 0},
        {CURLOPT_SSL_VERIFYHOST, 0},
        {CURLOPT_PROXY_SSL_VERIFYPEER, 0},
        {CURLOPT_PROXY_SSL_VERIFYHOST, 0},
    };
    CURLcode code = tls->insecure ? set_numbers(easy, insecure, COUNT_OF(insecure)) : CURLE_OK;
    if (!code && (tls->ca_file || tls->ca_path)) {
        /* Both are set, so that the system's authorities are out. */
        code = curl_easy_setopt(easy, CURLOPT_CAINFO, tls->ca_file);
        if (!code)
            code = curl_easy_setopt(easy, CURLOPT_CAPATH, tls->ca_path);
        if (!code)
            code = curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, tls->ca_file);
        if (!code)
            code = curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, tls->ca_path);
    }
    const px_easy_text texts[] = {
        {CURLOPT_PINNEDPUBLICKEY, tls->pin},
        {CURLOPT_SSLCERT, tls->client_cert},
        {CURLOPT_SSLKEY, tls->client_key},
        {CURLOPT_KEYPASSWD, tls->client_key_password},
    };
    return code ? code : set_texts(easy, texts, COUNT_OF(texts));
}

/* Ways to prove who we are that need no server but the proxy: Negotiate would ask the network, and
 * the loop would wait for it. */
static CURLcode set_proxy(CURL *easy, const px_proxy_options *proxy) {
    static const px_easy_number numbers[] = {
        {CURLOPT_PROXYAUTH, (long)(CURLAUTH_BASIC | CURLAUTH_DIGEST)},
        {CURLOPT_SOCKS5_AUTH, (long)CURLAUTH_BASIC},
    };
    const px_easy_text texts[] = {
        {CURLOPT_PROXY, proxy->url},
        {CURLOPT_PROXYUSERNAME, proxy->username},
        {CURLOPT_PROXYPASSWORD, proxy->password},
        {CURLOPT_NOPROXY, proxy->exceptions},
    };
    CURLcode code = set_numbers(easy, numbers, COUNT_OF(numbers));
    return code ? code : set_texts(easy, texts, COUNT_OF(texts));
}

static CURLcode set_common(CURL *easy, const char *url, char *error_text) {
    static const px_easy_number numbers[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_QUICK_EXIT, 1},
        {CURLOPT_NOPROGRESS, 1},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_TCP_NODELAY, 1},
        /* Whatever the system's OpenSSL would still take. */
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        /* HTTP/2 has no upgrade, and its buffering defeats curl_easy_recv. */
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    };
    CURLcode code = set_numbers(easy, numbers, COUNT_OF(numbers));
    if (!code)
        code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    if (!code)
        code = curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text);
    if (!code)
        code = curl_easy_setopt(easy, CURLOPT_URL, url);
    return code;
}

bool px_easy_global(void) {
    return !pthread_once(&global_once, init_global) && global_ready;
}

CURL *px_easy_new(const char *url, const px_route *route, char *error_text) {
    CURL *easy = px_easy_global() ? curl_easy_init() : NULL;
    if (!easy)
        return NULL;
    error_text[0] = '\0';
    if (set_common(easy, url, error_text) || set_tls(easy, &route->tls) ||
        set_proxy(easy, &route->proxy)) {
        curl_easy_cleanup(easy);
        return NULL;
    }
    return easy;
}
