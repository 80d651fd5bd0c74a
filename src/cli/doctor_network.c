/* The way to the server: names, addresses, the proxy. */
#include "cli/doctor.h"
#include "cli/doctor_resolver.h"
#include "cli/doctor_words.h"

#include <arpa/inet.h>
#include <stdarg.h>

/* ---- Looking ---- */

uint32_t px_doctor_timeout_ms(const px_doctor *doctor) {
    return doctor->options->timeout * 1000;
}

void px_doctor_url(const px_cli_settings *settings, const char *host, char url[PX_DOCTOR_URL_SIZE],
                   const char *format, ...) {
    int len = snprintf(url, PX_DOCTOR_URL_SIZE, "%s://%s:%u", settings->tls ? "https" : "http",
                       host, (unsigned)settings->port);
    if (len < 0 || len >= PX_DOCTOR_URL_SIZE)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(url + len, (size_t)(PX_DOCTOR_URL_SIZE - len), format, arguments);
    va_end(arguments);
}

void px_doctor_look(px_doctor *doctor) {
    if (doctor->looked)
        return;
    doctor->looked = true;
    char url[PX_DOCTOR_URL_SIZE];
    px_doctor_url(doctor->settings, doctor->settings->websocket_host, url, "/");
    px_probe_options options = {.route = &doctor->settings->route,
                                .timeout_ms = px_doctor_timeout_ms(doctor)};
    px_probe probe;
    (void)!px_probe_connect(&probe, url, &options);
    doctor->facts = probe.facts;
    doctor->failure = probe.failure;
    px_probe_close(&probe);
}

/* ---- Names ---- */

/* The host without the brackets of an IPv6 address. */
static void bare_host(const px_cli_settings *settings, char out[PX_CLI_HOST_SIZE]) {
    const char *host = settings->websocket_host;
    size_t len = strlen(host);
    bool in_brackets = len > 2 && host[0] == '[' && host[len - 1] == ']';
    snprintf(out, PX_CLI_HOST_SIZE, "%.*s", (int)(in_brackets ? len - 2 : len),
             in_brackets ? host + 1 : host);
}

static bool is_address(const char *host) {
    unsigned char bytes[16];
    return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

static void say_unresolved(px_doctor *doctor, px_doctor_result *result, const char *host,
                           const char *why) {
    px_doctor_look(doctor);
    if (doctor->facts.proxy[0]) {
        px_doctor_say(result, PX_DOCTOR_SKIPPED,
                      "this machine has no address for %s (%s); the proxy looks for it", host, why);
        return;
    }
    px_doctor_say(result, PX_DOCTOR_FAILED, "this machine finds no address for %s: %s", host, why);
    px_doctor_advise(result, "check the spelling, and this machine's DNS (/etc/resolv.conf, "
                             "/etc/hosts)");
}

static void write_addresses(const px_doctor *doctor, px_doctor_result *result) {
    px_json_key(&result->details, PX_SLICE("addresses"));
    px_json_array_begin(&result->details);
    for (size_t i = 0; i < doctor->address_count; i++)
        px_json_string(&result->details, px_slice_of_text(doctor->addresses[i]));
    px_json_array_end(&result->details);
}

void px_doctor_resolve(px_doctor *doctor, px_doctor_result *result) {
    char host[PX_CLI_HOST_SIZE];
    bare_host(doctor->settings, host);
    px_json_member(&result->details, PX_SLICE("host"), px_slice_of_text(host));
    const char *why = "";
    if (is_address(host)) {
        snprintf(doctor->addresses[0], PX_DOCTOR_ADDRESS_SIZE, "%.63s", host);
        doctor->address_count = 1;
        px_doctor_say(result, PX_DOCTOR_OK, "%s is an address, not a name", host);
    } else if (!px_doctor_find_addresses(doctor, host, &why)) {
        say_unresolved(doctor, result, host, why);
    } else {
        char list[512] = "";
        for (size_t i = 0, len = 0; i < doctor->address_count && len < sizeof list; i++)
            len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", i ? ", " : "",
                                    doctor->addresses[i]);
        px_doctor_say(result, PX_DOCTOR_OK, "%s is %s", host, list);
    }
    write_addresses(doctor, result);
}

/* ---- Addresses ---- */

static void write_attempt(px_doctor_result *result, const char *address, const px_probe *probe,
                          const px_doctor_words *words) {
    px_json_writer *out = &result->details;
    bool connected = probe->failure.result == PX_OK;
    px_json_object_begin(out);
    px_json_member(out, PX_SLICE("address"), px_slice_of_text(address));
    px_json_key(out, PX_SLICE("connected"));
    px_json_bool(out, connected);
    px_json_key(out, PX_SLICE("us"));
    px_json_u64(out, connected ? probe->facts.connect_us : 0);
    if (!connected)
        px_json_member(out, PX_SLICE("error"), px_slice_of_text(words->what));
    px_json_object_end(out);
}

/* Connects to one address, without TLS and past all proxies. */
static bool try_address(px_doctor *doctor, px_doctor_result *result, const char *address,
                        px_doctor_words *words) {
    char url[128];
    bool is_v6 = strchr(address, ':');
    snprintf(url, sizeof url, "http://%s%s%s:%u/", is_v6 ? "[" : "", address, is_v6 ? "]" : "",
             (unsigned)doctor->settings->port);
    px_probe_options options = {.direct = true, .timeout_ms = px_doctor_timeout_ms(doctor)};
    px_probe probe;
    bool connected = px_probe_connect(&probe, url, &options) == PX_OK;
    if (!connected)
        *words = px_doctor_words_of_connect(
            probe.failure.result == PX_ERR_TIMEOUT ? 0 : probe.facts.system_error);
    write_attempt(result, address, &probe, words);
    if (connected)
        px_doctor_add_line(result, "%s: connected in %.1f ms", address,
                           (double)probe.facts.connect_us / 1000);
    else
        px_doctor_add_line(result, "%s: %s", address, words->what);
    px_probe_close(&probe);
    return connected;
}

static void judge_addresses(const px_doctor *doctor, px_doctor_result *result, size_t connected,
                            const px_doctor_words *words) {
    const px_cli_settings *settings = doctor->settings;
    unsigned port = settings->port;
    if (connected == doctor->address_count) {
        px_doctor_say(result, PX_DOCTOR_OK, "port %u is open", port);
        if (connected == 1)
            px_buffer_clear(&result->lines);
    } else if (connected > 0) {
        px_doctor_say(result, PX_DOCTOR_OK, "port %u is open at %zu of %zu addresses", port,
                      connected, doctor->address_count);
        px_doctor_advise(result, "clients that try the closed one first lose time: let the server "
                                 "listen there too, or take the address out of the DNS");
    } else {
        px_doctor_say(result, PX_DOCTOR_FAILED, "port %u can't be reached: %s", port, words->what);
        if (settings->local)
            px_doctor_advise(result, "start a server with: pusher serve --listen 127.0.0.1:%u",
                             port);
        else
            px_doctor_advise(result, "%s", words->advice);
    }
}

void px_doctor_connect(px_doctor *doctor, px_doctor_result *result) {
    px_doctor_look(doctor);
    if (doctor->facts.proxy[0]) {
        px_doctor_say(result, PX_DOCTOR_SKIPPED, "the proxy connects, not this machine");
        return;
    }
    px_doctor_words words = {"", ""};
    size_t connected = 0;
    px_json_key(&result->details, PX_SLICE("port"));
    px_json_u64(&result->details, doctor->settings->port);
    px_json_key(&result->details, PX_SLICE("addresses"));
    px_json_array_begin(&result->details);
    for (size_t i = 0; i < doctor->address_count; i++)
        connected += try_address(doctor, result, doctor->addresses[i], &words);
    px_json_array_end(&result->details);
    judge_addresses(doctor, result, connected, &words);
}

/* ---- The proxy ---- */

static void fail_proxy(const px_doctor *doctor, px_doctor_result *result) {
    const px_probe_facts *facts = &doctor->facts;
    if (facts->proxy_status >= 300) {
        px_doctor_say(result, PX_DOCTOR_FAILED, "the proxy %s refused a connection to %s:%u (%d)",
                      facts->proxy, doctor->settings->websocket_host,
                      (unsigned)doctor->settings->port, facts->proxy_status);
        px_doctor_advise(result,
                         facts->proxy_status == 407
                             ? "it wants a password: put it into the proxy's URL, "
                               "http://USER:PASSWORD@HOST:PORT"
                             : "let it allow CONNECT to this host and port, or go past it with "
                               "no_proxy");
    } else {
        px_doctor_say(result, PX_DOCTOR_FAILED, "the proxy %s can't be used: %s", facts->proxy,
                      facts->detail);
        px_doctor_advise(result, "check %s, or go past the proxy with no_proxy",
                         facts->proxy_variable[0] ? facts->proxy_variable : "--proxy");
    }
}

void px_doctor_proxy(px_doctor *doctor, px_doctor_result *result) {
    px_doctor_look(doctor);
    const px_probe_facts *facts = &doctor->facts;
    if (!facts->proxy[0]) {
        px_doctor_say(result, PX_DOCTOR_SKIPPED, "none is set for this host");
        return;
    }
    px_json_member(&result->details, PX_SLICE("proxy"), px_slice_of_text(facts->proxy));
    px_json_member(&result->details, PX_SLICE("variable"), px_slice_of_text(facts->proxy_variable));
    px_json_key(&result->details, PX_SLICE("status"));
    px_json_u64(&result->details, (uint64_t)facts->proxy_status);
    result->timed = true;
    result->ms = facts->connect_us / 1000;
    int failure = doctor->failure.result;
    if (failure && failure != PX_ERR_TLS)
        fail_proxy(doctor, result);
    else
        px_doctor_say(result, PX_DOCTOR_OK, "goes through %s, as %s%s says", facts->proxy,
                      facts->proxy_variable[0] ? "the variable " : "--proxy",
                      facts->proxy_variable);
}
