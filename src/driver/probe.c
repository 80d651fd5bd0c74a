#include "driver/probe.h"

#include "driver/clock.h"
#include "driver/redact.h"

#include <poll.h>
#include <stdio.h>

/* ---- Facts ---- */

static void copy_text(char *out, size_t size, px_slice text) {
    size_t len = text.len < size - 1 ? text.len : size - 1;
    if (len)
        memcpy(out, text.ptr, len);
    out[len] = '\0';
}

/* The text between `before` and `after`; false when the line is another one. */
static bool between(px_slice line, px_slice before, const char *after, px_slice *found) {
    if (!px_slice_starts_with(line, before))
        return false;
    px_slice rest = px_slice_after(line, before.len);
    size_t end = 0, after_len = strlen(after);
    while (end + after_len <= rest.len && memcmp(rest.ptr + end, after, after_len) != 0)
        end++;
    if (end + after_len > rest.len)
        return false;
    *found = px_slice_of(rest.ptr, end);
    return true;
}

static void take_proxy_url(px_probe_facts *facts, px_slice url) {
    px_slice authority = px_url_authority(url);
    size_t scheme_len = 0;
    for (size_t i = 0; i + 2 < url.len && !scheme_len; i++) {
        if (memcmp(url.ptr + i, "://", 3) == 0)
            scheme_len = i;
    }
    px_slice scheme = scheme_len ? px_slice_of(url.ptr, scheme_len) : PX_SLICE("http");
    snprintf(facts->proxy, sizeof facts->proxy, "%.*s://%.*s",
             (int)(scheme.len < 16 ? scheme.len : 16), scheme.ptr,
             (int)(authority.len < 200 ? authority.len : 200), authority.ptr);
}

/* "Uses proxy env variable NAME == 'URL'": libcurl alone knows which variable it took, and whether
 * no_proxy let it. */
static void take_proxy(px_probe_facts *facts, px_slice line) {
    static const px_slice before = PX_LITERAL("Uses proxy env variable ");
    px_slice name, url;
    if (!between(line, before, " == '", &name) ||
        !between(px_slice_after(line, before.len + name.len), PX_SLICE(" == '"), "'", &url) ||
        px_slice_equal_ignore_case(name, PX_SLICE("no_proxy")))
        return;
    copy_text(facts->proxy_variable, sizeof facts->proxy_variable, name);
    take_proxy_url(facts, url);
}

/* What libcurl tells only as text. */
static int on_text(CURL *easy, curl_infotype type, char *text, size_t size, void *context) {
    (void)easy;
    px_probe *probe = context;
    if (type != CURLINFO_TEXT)
        return 0;
    px_slice line = px_slice_of(text, size), found;
    take_proxy(&probe->facts, line);
    if (px_slice_starts_with(line, PX_SLICE("Establish HTTP proxy tunnel")) ||
        px_slice_starts_with(line, PX_SLICE("SOCKS")))
        probe->tunnelled = true;
    if (between(line, PX_SLICE("SSL connection using "), "\n", &found))
        copy_text(probe->facts.tls, sizeof probe->facts.tls, found);
    return 0;
}

static uint64_t microseconds(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    return curl_easy_getinfo(easy, info, &value) || value < 0 ? 0 : (uint64_t)value;
}

static long number(CURL *easy, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(easy, info, &value) ? 0 : value;
}

/* The server's own certificate is the first. */
static void take_certificate(px_probe *probe) {
    px_probe_facts *facts = &probe->facts;
    struct curl_certinfo *chain = NULL;
    if (curl_easy_getinfo(probe->easy, CURLINFO_CERTINFO, &chain) || !chain ||
        chain->num_of_certs < 1)
        return;
    for (const struct curl_slist *line = chain->certinfo[0]; line; line = line->next) {
        px_slice text = px_slice_of_text(line->data);
        static const px_slice subject = PX_LITERAL("Subject:"), issuer = PX_LITERAL("Issuer:"),
                              until = PX_LITERAL("Expire date:"),
                              names = PX_LITERAL("X509v3 Subject Alternative Name:");
        if (px_slice_starts_with(text, subject))
            copy_text(facts->subject, sizeof facts->subject, px_slice_after(text, subject.len));
        else if (px_slice_starts_with(text, issuer))
            copy_text(facts->issuer, sizeof facts->issuer, px_slice_after(text, issuer.len));
        else if (px_slice_starts_with(text, names))
            copy_text(facts->names, sizeof facts->names, px_slice_after(text, names.len));
        else if (px_slice_starts_with(text, until))
            facts->valid_until = curl_getdate(line->data + until.len, NULL);
    }
}

/* Codes of X509_verify_cert (openssl-verification-options(1)). */
static px_probe_trust trust_of(CURL *easy, CURLcode code) {
    static const struct {
        long verdict;
        px_probe_trust trust;
    } verdicts[] = {
        {2, PX_PROBE_UNKNOWN_AUTHORITY},  {9, PX_PROBE_NOT_YET_VALID},
        {10, PX_PROBE_EXPIRED},           {18, PX_PROBE_SELF_SIGNED},
        {19, PX_PROBE_UNKNOWN_AUTHORITY}, {20, PX_PROBE_UNKNOWN_AUTHORITY},
        {21, PX_PROBE_UNKNOWN_AUTHORITY}, {62, PX_PROBE_OTHER_HOST},
        {64, PX_PROBE_OTHER_HOST},
    };
    if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
        return PX_PROBE_OTHER_KEY;
    if (code == CURLE_SSL_CONNECT_ERROR)
        return PX_PROBE_NO_TLS;
    if (code != CURLE_PEER_FAILED_VERIFICATION)
        return PX_PROBE_OTHER;
    long verdict = number(easy, CURLINFO_SSL_VERIFYRESULT);
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        if (verdicts[i].verdict == verdict)
            return verdicts[i].trust;
    }
    /* libcurl compares names itself, before it asks for the verdict. */
    return verdict <= 1 ? PX_PROBE_OTHER_HOST : PX_PROBE_OTHER;
}

static void take_header(CURL *easy, const char *name, char *out, size_t size) {
    struct curl_header *header;
    if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
        copy_text(out, size, px_slice_of_text(header->value));
}

static void take_facts(px_probe *probe) {
    px_probe_facts *facts = &probe->facts;
    CURL *easy = probe->easy;
    const char *address = NULL;
    if (curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address) == CURLE_OK && address)
        copy_text(facts->address, sizeof facts->address, px_slice_of_text(address));
    facts->proxy_status = (int)number(easy, CURLINFO_HTTP_CONNECTCODE);
    facts->system_error = (int)number(easy, CURLINFO_OS_ERRNO);
    facts->resolve_us = microseconds(easy, CURLINFO_NAMELOOKUP_TIME_T);
    facts->connect_us = microseconds(easy, CURLINFO_CONNECT_TIME_T);
    facts->tls_us = microseconds(easy, CURLINFO_APPCONNECT_TIME_T);
    facts->first_byte_us = microseconds(easy, CURLINFO_STARTTRANSFER_TIME_T);
    take_certificate(probe);
    facts->status = (int)number(easy, CURLINFO_RESPONSE_CODE);
    take_header(easy, "Server", facts->server, sizeof facts->server);
    take_header(easy, "Via", facts->via, sizeof facts->via);
    char date[64] = "";
    take_header(easy, "Date", date, sizeof date);
    facts->date = *date ? (int64_t)curl_getdate(date, NULL) : -1;
}

/* ---- The transfer ---- */

static CURLcode set_common(px_probe *probe, const px_probe_options *options) {
    CURL *easy = probe->easy;
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_TIMEOUT_MS, (long)options->timeout_ms},
        {CURLOPT_FRESH_CONNECT, 1},
        {CURLOPT_CERTINFO, 1},
        {CURLOPT_VERBOSE, 1}, /* told to on_text alone */
        /* The library's transports take a tunnel through every proxy, so that is what is tried. */
        {CURLOPT_HTTPPROXYTUNNEL, 1},
        {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
    };
    CURLcode code = CURLE_OK;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && !code; i++)
        code = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
    if (!code)
        code = curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_text);
    if (!code)
        code = curl_easy_setopt(easy, CURLOPT_DEBUGDATA, probe);
    return code;
}

static int begin(px_probe *probe, const char *url, const px_probe_options *options) {
    *probe = (px_probe){.facts = {.valid_until = -1, .date = -1}, .options = options};
    if (options->route)
        probe->route = *options->route;
    if (options->direct)
        probe->route.proxy = (px_proxy_options){.url = ""};
    probe->easy = px_easy_new(url, &probe->route, probe->error_text);
    if (probe->easy && set_common(probe, options) == CURLE_OK)
        return PX_OK;
    px_failure_of_peer(&probe->failure, PX_ERR_NO_MEMORY, px_slice_of_text(url),
                       "no memory left for", PX_SLICE(""));
    return PX_ERR_NO_MEMORY;
}

static void take_failure(px_probe *probe, CURLcode code, const char *url) {
    char *detail = probe->facts.detail;
    copy_text(detail, sizeof probe->facts.detail,
              px_slice_of_text(*probe->error_text ? probe->error_text : curl_easy_strerror(code)));
    detail[px_redact(detail, strlen(detail))] = '\0';
    px_failure_of_curl(&probe->failure, probe->easy, code, &probe->route, px_slice_of_text(url),
                       probe->error_text);
    if (probe->failure.result == PX_ERR_TLS)
        probe->facts.trust = trust_of(probe->easy, code);
}

/* A proxy of the route's own is not told of; whether it was an exception shows only by what came of
 * it. */
static void take_route_proxy(px_probe *probe) {
    px_slice url = px_slice_of_text(probe->route.proxy.url);
    if (url.len && (!px_route_has_exceptions(&probe->route) || probe->tunnelled ||
                    probe->failure.result == PX_ERR_PROXY))
        take_proxy_url(&probe->facts, url);
}

static int perform(px_probe *probe, const char *url) {
    CURLcode code = curl_easy_perform(probe->easy);
    if (code == CURLE_WRITE_ERROR && probe->enough)
        code = CURLE_OK;
    take_facts(probe);
    if (code != CURLE_OK)
        take_failure(probe, code, url);
    take_route_proxy(probe);
    return probe->failure.result;
}

int px_probe_connect(px_probe *probe, const char *url, const px_probe_options *options) {
    int result = begin(probe, url, options);
    if (result)
        return result;
    if (curl_easy_setopt(probe->easy, CURLOPT_CONNECT_ONLY, 1L))
        return PX_ERR_NO_MEMORY;
    return perform(probe, url);
}

void px_probe_close(px_probe *probe) {
    curl_easy_cleanup(probe->easy);
    curl_slist_free_all(probe->headers);
    probe->easy = NULL;
    probe->headers = NULL;
}

/* ---- Bytes ---- */

static int wait_for(px_probe *probe, short events, uint64_t deadline) {
    curl_socket_t fd = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(probe->easy, CURLINFO_ACTIVESOCKET, &fd) || fd == CURL_SOCKET_BAD)
        return PX_ERR_CLOSED;
    uint64_t now = px_clock_ms();
    if (now >= deadline)
        return PX_ERR_TIMEOUT;
    struct pollfd waited = {fd, events, 0};
    (void)poll(&waited, 1, (int)(deadline - now)); /* whatever comes of it, the caller looks */
    return PX_OK;
}

int px_probe_send(px_probe *probe, px_slice bytes, uint64_t deadline) {
    while (bytes.len) {
        size_t count = 0;
        CURLcode code = curl_easy_send(probe->easy, bytes.ptr, bytes.len, &count);
        if (code && code != CURLE_AGAIN)
            return PX_ERR_CLOSED;
        bytes = px_slice_after(bytes, count);
        int result = bytes.len ? wait_for(probe, POLLOUT, deadline) : PX_OK;
        if (result)
            return result;
    }
    return PX_OK;
}

int px_probe_receive(px_probe *probe, char *bytes, size_t size, uint64_t deadline, size_t *count) {
    while (true) {
        size_t received = 0;
        CURLcode code = curl_easy_recv(probe->easy, bytes, size, &received);
        if (code == CURLE_OK && received > 0) {
            *count = received;
            return PX_OK;
        }
        if (code != CURLE_AGAIN)
            return PX_ERR_CLOSED;
        int result = wait_for(probe, POLLIN, deadline);
        if (result)
            return result;
    }
}

/* ---- Requests ---- */

static size_t on_piece(char *bytes, size_t size, size_t count, void *context) {
    px_probe *probe = context;
    const px_probe_options *options = probe->options;
    size_t len = size * count;
    if (options->piece && !options->piece(options->context, px_slice_of(bytes, len))) {
        probe->enough = true;
        return 0;
    }
    return len;
}

static bool add_header(px_probe *probe, px_slice name, px_slice value) {
    char line[512];
    int len = snprintf(line, sizeof line, "%.*s:%s%.*s", (int)name.len, name.ptr,
                       value.len ? " " : "", (int)value.len, value.ptr);
    if (len < 0 || (size_t)len >= sizeof line || strpbrk(line, "\r\n"))
        return false;
    struct curl_slist *longer = curl_slist_append(probe->headers, line);
    if (longer)
        probe->headers = longer;
    return longer;
}

static CURLcode set_request(px_probe *probe) {
    const px_probe_options *options = probe->options;
    CURL *easy = probe->easy;
    CURLcode code = CURLE_OK;
    if (px_slice_equal(options->method, PX_SLICE("POST"))) {
        code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)options->body.len);
        if (!code)
            code = curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS,
                                    options->body.len ? options->body.ptr : "");
    }
    bool added = add_header(probe, PX_SLICE("Expect"), PX_SLICE(""));
    for (size_t i = 0; i < options->header_count && added; i++)
        added = add_header(probe, options->headers[i].name, options->headers[i].value);
    if (!added)
        return CURLE_OUT_OF_MEMORY;
    if (!code)
        code = curl_easy_setopt(easy, CURLOPT_HTTPHEADER, probe->headers);
    if (!code)
        code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_piece);
    if (!code)
        code = curl_easy_setopt(easy, CURLOPT_WRITEDATA, probe);
    if (!code)
        code = curl_easy_setopt(easy, CURLOPT_USERAGENT, "libpusher/" PUSHER_VERSION_TEXT);
    return code;
}

int px_probe_request(px_probe *probe, const char *url, const px_probe_options *options) {
    int result = begin(probe, url, options);
    if (result)
        return result;
    if (set_request(probe)) {
        px_failure_of_peer(&probe->failure, PX_ERR_ARGUMENT, px_slice_of_text(url),
                           "a header that is too long or has a line break for", PX_SLICE(""));
        return PX_ERR_ARGUMENT;
    }
    return perform(probe, url);
}
