/* Codes in plain words: tables, and nothing else. */
#include "cli/doctor_words.h"
#include "cli/options.h"

#include <errno.h>
#include <limits.h>

/* The first row that fits counts; the last one of a table fits all. */
typedef struct row {
    int first, last;
    px_doctor_words words;
} row;

#define REST INT_MIN, INT_MAX

static px_doctor_words find(const row *rows, int code) {
    while (code < rows->first || code > rows->last)
        rows++;
    return rows->words;
}

static const row codes[] = {
    {4000, 4000, {"the app takes TLS connections only", "leave out --no-tls, or give --tls"}},
    {4001,
     4001,
     {"the server has no app with this key",
      "check --key (or PUSHER_APP_KEY) against the server's apps; with the hosted service, check "
      "--cluster too: a key belongs to one cluster"}},
    {4003, 4003, {"the app is disabled", "enable it in the server's configuration or dashboard"}},
    {4004,
     4004,
     {"the app has as many connections as its quota allows",
      "raise the app's limit of connections, or close some"}},
    {4005, 4005, {"the path is not the protocol's", "check --path"}},
    {4006, 4008, {"the server does not speak protocol version 7", "update the server"}},
    {4009,
     4009,
     {"the app allows connections of certain web origins only",
      "this machine is no browser and has no origin: the app's list of allowed origins must let "
      "such clients in"}},
    {4100, 4199, {"the server has no capacity left", "try again later, or raise its limits"}},
    {4200, 4299, {"the server asks to come back at once", "it may be restarting: try again"}},
    {REST, {"the server refused the connection", "see the server's log"}},
};

px_doctor_words px_doctor_words_of_code(int code) {
    return find(codes, code);
}

static const row trusts[] = {
    {PX_PROBE_UNKNOWN_AUTHORITY,
     PX_PROBE_UNKNOWN_AUTHORITY,
     {"issued by an authority that this machine does not know",
      "if a proxy here inspects TLS, give its CA with --ca-file; if the server has a CA of its "
      "own, "
      "give that; else the server may not send its intermediate certificates"}},
    {PX_PROBE_SELF_SIGNED,
     PX_PROBE_SELF_SIGNED,
     {"signed by nobody but itself",
      "give the certificate itself with --ca-file, or let the server use one of an authority"}},
    {PX_PROBE_EXPIRED,
     PX_PROBE_EXPIRED,
     {"expired", "renew it on the server; if it was renewed, let the server load it; check this "
                 "machine's clock"}},
    {PX_PROBE_NOT_YET_VALID,
     PX_PROBE_NOT_YET_VALID,
     {"not valid yet", "check this machine's clock, and the certificate's dates"}},
    {PX_PROBE_OTHER_HOST,
     PX_PROBE_OTHER_HOST,
     {"for another host",
      "connect by a name that the certificate has, or get one for this name; a load balancer or a "
      "wrong DNS entry may have led elsewhere"}},
    {PX_PROBE_OTHER_KEY,
     PX_PROBE_OTHER_KEY,
     {"not of the key that --pin names",
      "if the server's key was changed on purpose, update --pin; else somebody stands in between"}},
    {PX_PROBE_NO_TLS,
     PX_PROBE_NO_TLS,
     {"TLS could not be agreed on", "check that this port speaks TLS (is it the right one?), or "
                                    "give --no-tls; servers older than "
                                    "TLS 1.2 are not spoken to"}},
    {REST, {"not accepted", "check --ca-file, --ca-path and --pin"}},
};

px_doctor_words px_doctor_words_of_trust(px_probe_trust trust) {
    return find(trusts, (int)trust);
}

#define PASS_ON                                                                                    \
    "what answers there does not pass WebSocket upgrades on. nginx needs: proxy_http_version "     \
    "1.1; "                                                                                        \
    "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\";"

static const row upgrades[] = {
    {200, 299, {"an ordinary page", "check host, port and --path: " PASS_ON}},
    {300,
     399,
     {"a redirect, which a WebSocket does not follow",
      "check host, port and whether TLS is wanted"}},
    {400, 400, {"a refusal of the request", PASS_ON}},
    {401, 401, {"it asks for a password", "let the way to /app/ go without one"}},
    {403,
     403,
     {"it forbids it", "a firewall or gateway blocks WebSockets: allow upgrades for /app/"}},
    {404, 404, {"there is nothing at /app/", "check host, port and --path; or else " PASS_ON}},
    {407, 407, {"the proxy asks for a password", "give it in the proxy's URL"}},
    {426, 426, {"the upgrade got lost on the way", PASS_ON}},
    {429, 429, {"there were too many requests", "wait, or raise the limit of requests"}},
    {502,
     504,
     {"the gateway does not reach the server behind it",
      "check that the server runs, and where the gateway looks for it"}},
    {500, 599, {"the server failed", "see its log"}},
    {REST, {"no upgrade", PASS_ON}},
};

px_doctor_words px_doctor_words_of_upgrade(int status) {
    return find(upgrades, status);
}

static const row fallbacks[] = {
    {300, 399, {"a redirect, which is not followed", "check host, port and whether TLS is wanted"}},
    {401, 401, {"it asks for a password", "let the way to /pusher/ go without one"}},
    {403, 403, {"it forbids it", "a firewall or gateway blocks POST: allow it for /pusher/"}},
    {404,
     405,
     {"the server does not offer it",
      "if it should (`pusher serve` does), let the gateway pass /pusher/ on to it"}},
    {407, 407, {"the proxy asks for a password", "give it in the proxy's URL"}},
    {413, 413, {"the request is too large for it", "raise the gateway's limit of bodies"}},
    {429, 429, {"there were too many requests", "wait, or raise the limit of requests"}},
    {502,
     504,
     {"the gateway does not reach the server behind it, or does not wait for it",
      "check that the server runs; let the gateway wait at least 60 s (proxy_read_timeout)"}},
    {500, 599, {"the server failed", "see its log"}},
    {REST, {"it refused the request", "check host, port and --path"}},
};

px_doctor_words px_doctor_words_of_fallback(int status) {
    return find(fallbacks, status);
}

bool px_doctor_is_not_offered(int status) {
    return status == 404 || status == 405 || status == 410 || status == 501;
}

static const row endpoints[] = {
    {300,
     399,
     {"a redirect, which is not followed (to a login page, perhaps)",
      "give the final URL; let the endpoint answer 403 instead to who is not logged in"}},
    {401, 401, {"it does not know who asks", "give what identifies a user with --auth-header"}},
    {403,
     403,
     {"it denies the channel", "give what identifies a user with --auth-header; the "
                               "channel of this test is private-doctor-..."}},
    {404, 404, {"there is nothing at this URL", "check --auth-endpoint"}},
    {405, 405, {"it does not take POST", "let the endpoint take POST"}},
    {415, 415, {"it does not take forms", "let it read application/x-www-form-urlencoded"}},
    {419,
     419,
     {"it wants a CSRF token", "leave the endpoint out of the CSRF check, or give the "
                               "token with --auth-header"}},
    {500, 599, {"the endpoint failed", "see its log"}},
    {REST, {"it refused", "see the endpoint's log"}},
};

px_doctor_words px_doctor_words_of_endpoint(int status) {
    return find(endpoints, status);
}

static const row apis[] = {
    {401, 401, {"it does not accept the signature", "check the key, the secret and the clock"}},
    {403, 403, {"the app is disabled or over its quota", "see the server's configuration"}},
    {404, 404, {"it knows no such app", "check --app-id, and that the HTTP API is on this port"}},
    {413, 413, {"the event is too large for it", "raise the gateway's limit of bodies"}},
    {429, 429, {"there were too many requests", "wait, or raise the limit of requests"}},
    {502,
     504,
     {"the gateway does not reach the server behind it",
      "check that the server runs, and that the gateway passes /apps/ on"}},
    {500, 599, {"the server failed", "see its log"}},
    {REST, {"it refused", "check host, port and --path"}},
};

px_doctor_words px_doctor_words_of_api(int status) {
    return find(apis, status);
}

static const row connects[] = {
    {0, 0, {"no answer", "a firewall swallows the packets, or the address is wrong"}},
    {ECONNREFUSED,
     ECONNREFUSED,
     {"nothing is listening there", "check the port, and that the server runs"}},
    {ETIMEDOUT,
     ETIMEDOUT,
     {"no answer", "a firewall swallows the packets, or the address is wrong"}},
    {ENETUNREACH,
     ENETUNREACH,
     {"this machine has no network that leads there", "check routes; an IPv6 address needs IPv6"}},
    {EHOSTUNREACH, EHOSTUNREACH, {"no way leads there", "check routes and firewalls"}},
    {ECONNRESET, ECONNRESET, {"the connection was reset", "a firewall may refuse it"}},
    {REST, {"it can't be reached", "check the port, routes and firewalls"}},
};

px_doctor_words px_doctor_words_of_connect(int system_error) {
    return find(connects, system_error);
}
