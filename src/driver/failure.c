#include "driver/failure.h"

#include "driver/redact.h"

#include <stdio.h>

enum { MAX_AUTHORITY = 200, MAX_DETAIL = 256 };

/* Sentences are "WHAT HOST:PORT: DETAIL; ADVICE". */
typedef struct px_failure_row {
    CURLcode code;
    int result;
    const char *what;
    const char *advice;
} px_failure_row;

#define CERTIFICATE_ADVICE                                                                         \
    "the certificate must be valid and for this host; give a private authority with ca_file"
#define PROXY_ADVICE                                                                               \
    "check the option proxy, or the variables http_proxy, https_proxy, all_proxy, no_proxy"
#define LOGIN_ADVICE "give the right proxy_username and proxy_password"

static const px_failure_row rows[] = {
    {CURLE_OUT_OF_MEMORY, PX_ERR_NO_MEMORY, "no memory left for", ""},
    {CURLE_URL_MALFORMAT, PX_ERR_ARGUMENT, "not a URL:", "use http://HOST:PORT/PATH or https://"},
    {CURLE_COULDNT_RESOLVE_HOST, PX_ERR_RESOLVE, "could not resolve the host name of",
     "check the spelling and the DNS of this machine"},
    {CURLE_COULDNT_RESOLVE_PROXY, PX_ERR_PROXY, "could not resolve the proxy", PROXY_ADVICE},
    {CURLE_COULDNT_CONNECT, PX_ERR_CONNECT, "could not connect to",
     "check that a server is running there, the port, and firewalls in between"},
    {CURLE_OPERATION_TIMEDOUT, PX_ERR_TIMEOUT, "no answer in time from", ""},
    {CURLE_PEER_FAILED_VERIFICATION, PX_ERR_TLS, "did not trust the certificate of",
     CERTIFICATE_ADVICE},
    {CURLE_SSL_CONNECT_ERROR, PX_ERR_TLS, "TLS failed with",
     "check that this port speaks TLS, or connect without it"},
    {CURLE_SSL_PINNEDPUBKEYNOTMATCH, PX_ERR_TLS, "refused the public key of",
     "it is not the pinned one; if the key was changed on purpose, update the pin"},
    {CURLE_SSL_INVALIDCERTSTATUS, PX_ERR_TLS, "refused the certificate status of",
     CERTIFICATE_ADVICE},
    {CURLE_SSL_CACERT_BADFILE, PX_ERR_TLS, "could not check the certificate of",
     "ca_file must name a readable PEM file"},
    {CURLE_SSL_ISSUER_ERROR, PX_ERR_TLS, "refused the issuer of the certificate of",
     CERTIFICATE_ADVICE},
    {CURLE_SSL_CERTPROBLEM, PX_ERR_TLS, "could not use the client certificate for",
     "client_cert and client_key must name readable PEM files that belong together, and the "
     "password must be right"},
    {CURLE_SSL_CIPHER, PX_ERR_TLS, "agreed on no cipher with", ""},
    {CURLE_SSL_ENGINE_NOTFOUND, PX_ERR_TLS, "TLS is not usable for", ""},
    {CURLE_SSL_ENGINE_SETFAILED, PX_ERR_TLS, "TLS is not usable for", ""},
    {CURLE_USE_SSL_FAILED, PX_ERR_TLS, "TLS is not usable for", ""},
    {CURLE_NOT_BUILT_IN, PX_ERR_TLS, "this libcurl lacks what is needed for", ""},
    {CURLE_PROXY, PX_ERR_PROXY, "could not get through the proxy", PROXY_ADVICE},
    {CURLE_GOT_NOTHING, PX_ERR_CLOSED, "the connection was closed without an answer by", ""},
    {CURLE_SEND_ERROR, PX_ERR_CLOSED, "the connection was cut while sending to", ""},
    {CURLE_RECV_ERROR, PX_ERR_CLOSED, "the connection was cut while receiving from", ""},
    {CURLE_ABORTED_BY_CALLBACK, PX_ERR_CLOSED, "the connection was closed without an answer by",
     ""},
    {CURLE_PARTIAL_FILE, PX_ERR_CLOSED, "the answer was cut short by", ""},
    {CURLE_WEIRD_SERVER_REPLY, PX_ERR_PROTOCOL, "no HTTP came from",
     "check that the port is the right one"},
    {CURLE_UNSUPPORTED_PROTOCOL, PX_ERR_PROTOCOL, "no HTTP came from",
     "the URL must begin with http:// or https://, and its port must speak that"},
    {CURLE_WRITE_ERROR, PX_ERR_LIMIT, "the answer was too big from", ""},
};

/* Codes that have no row: what is left is some break of the protocol. */
static const px_failure_row other = {CURLE_OK, PX_ERR_PROTOCOL, "the exchange failed with", ""};

static const px_failure_row *find(CURLcode code) {
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].code == code)
            return &rows[i];
    }
    return &other;
}

px_slice px_url_authority(px_slice url) {
    size_t start = 0;
    for (size_t i = 0; i + 2 < url.len; i++) {
        if (memcmp(url.ptr + i, "://", 3) == 0) {
            start = i + 3;
            break;
        }
    }
    size_t end = start;
    while (end < url.len && !memchr("/?#", url.ptr[end], 3))
        end++;
    for (size_t i = end; i > start; i--) {
        if (url.ptr[i - 1] == '@') {
            start = i;
            break;
        }
    }
    return start < end ? px_slice_of(url.ptr + start, end - start) : px_slice_of(NULL, 0);
}

static size_t shorter(size_t len, size_t max) {
    return len < max ? len : max;
}

static void write_sentence(px_failure *failure, const char *what, px_slice url, px_slice detail,
                           const char *advice) {
    px_slice authority = px_url_authority(url);
    snprintf(failure->text, sizeof failure->text, "%s %.*s%s%.*s%s%s", what,
             (int)shorter(authority.len, MAX_AUTHORITY), authority.ptr, detail.len ? ": " : "",
             (int)shorter(detail.len, MAX_DETAIL), detail.ptr, *advice ? "; " : "", advice);
}

/* ---- Proxies ---- */

static long number_of(CURL *easy, CURLINFO info) {
    long number = 0;
    return curl_easy_getinfo(easy, info, &number) ? 0 : number;
}

/* "HOST port PORT" is how libcurl names what it could not connect to. */
static bool names_the_proxy(const char *detail, px_slice proxy) {
    px_slice host = px_url_authority(proxy);
    px_slice port = PX_SLICE("");
    size_t end = host.len;
    while (end > 0 && host.ptr[end - 1] != ':' && host.ptr[end - 1] != ']')
        end--;
    if (end > 0 && host.ptr[end - 1] == ':') {
        port = px_slice_after(host, end);
        host.len = end - 1;
    }
    if (host.len > 2 && host.ptr[0] == '[')
        host = px_slice_of(host.ptr + 1, host.len - 2);
    char words[MAX_AUTHORITY + 16];
    int len = snprintf(words, sizeof words, "%.*s port %.*s", (int)shorter(host.len, MAX_AUTHORITY),
                       host.ptr, (int)shorter(port.len, 5), port.ptr);
    return len > 0 && strstr(detail, words);
}

/* TLS failed before the way through an https:// proxy was free. */
static bool is_tls_with_proxy(CURL *easy, CURLcode code, const px_route *route, px_slice proxy) {
    if (code == CURLE_PEER_FAILED_VERIFICATION)
        return number_of(easy, CURLINFO_PROXY_SSL_VERIFYRESULT) != 0;
    return code == CURLE_SSL_CONNECT_ERROR && px_slice_starts_with(proxy, PX_SLICE("https:")) &&
           number_of(easy, CURLINFO_HTTP_CONNECTCODE) == 0 && !px_route_has_exceptions(route);
}

/* libcurl counts what goes wrong with a proxy among the failures of the host. */
static bool is_of_proxy(CURL *easy, CURLcode code, const px_route *route, px_slice proxy,
                        const char *detail) {
    if (code == CURLE_PROXY || code == CURLE_COULDNT_RESOLVE_PROXY ||
        number_of(easy, CURLINFO_HTTP_CONNECTCODE) >= 300)
        return true;
    if (!proxy.len)
        return false;
    if (code == CURLE_COULDNT_CONNECT)
        return names_the_proxy(detail, proxy);
    return strncmp(detail, "Proxy CONNECT", 13) == 0 || is_tls_with_proxy(easy, code, route, proxy);
}

static bool wants_login(CURL *easy) {
    long error = number_of(easy, CURLINFO_PROXY_ERROR); /* of SOCKS */
    return number_of(easy, CURLINFO_HTTP_CONNECTCODE) == 407 || error == CURLPX_NO_AUTH ||
           error == CURLPX_USER_REJECTED;
}

static void write_proxy_sentence(px_failure *failure, const char *what, px_slice proxy,
                                 px_slice url, px_slice detail, const char *advice) {
    char begin[MAX_AUTHORITY + 64];
    px_slice authority = px_url_authority(proxy);
    snprintf(begin, sizeof begin, "%s %.*s for", what, (int)shorter(authority.len, MAX_AUTHORITY),
             authority.ptr);
    failure->result = PX_ERR_PROXY;
    write_sentence(failure, begin, url, detail, advice);
}

void px_failure_of_proxy_login(px_failure *failure, const px_route *route, px_slice url) {
    write_proxy_sentence(failure, find(CURLE_PROXY)->what, px_route_proxy(route, url), url,
                         PX_SLICE("it wants a user name and a password (status 407)"),
                         LOGIN_ADVICE);
}

void px_failure_of_curl(px_failure *failure, CURL *easy, CURLcode code, const px_route *route,
                        px_slice url, const char *detail) {
    px_slice proxy = px_route_proxy(route, url);
    /* libcurl quotes the URL of a proxy that it can't read, password included. */
    char text[CURL_ERROR_SIZE];
    snprintf(text, sizeof text, "%s", *detail ? detail : curl_easy_strerror(code));
    px_slice words = px_slice_of(text, px_redact(text, strlen(text)));
    if (is_of_proxy(easy, code, route, proxy, detail)) {
        const px_failure_row *row = find(code == CURLE_COULDNT_RESOLVE_PROXY ? code : CURLE_PROXY);
        bool login = wants_login(easy);
        write_proxy_sentence(failure, row->what, proxy, url, words,
                             login ? LOGIN_ADVICE : row->advice);
        return;
    }
    const px_failure_row *row = find(code);
    failure->result = row->result;
    if (code == CURLE_ABORTED_BY_CALLBACK)
        words.len = 0; /* they tell of ours */
    write_sentence(failure, row->what, url, words, row->advice);
}

void px_failure_of_peer(px_failure *failure, int result, px_slice url, const char *what,
                        px_slice detail) {
    failure->result = result;
    write_sentence(failure, what, url, detail, "");
}
