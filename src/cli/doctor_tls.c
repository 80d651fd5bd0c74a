/* Whom one is connected to, and what time it is there. */
#include "cli/doctor.h"
#include "cli/doctor_words.h"

#include <time.h>

enum { SOON_DAYS = 14, DAY = 86400, MAX_SKEW = 600, NOTED_SKEW = 60 };

/* ---- TLS ---- */

/* The certificate of a server that is not trusted: nothing is sent to it but the handshake. */
static void look_at_stranger(px_doctor *doctor, px_probe_facts *facts) {
    char url[PX_DOCTOR_URL_SIZE];
    px_doctor_url(doctor->settings, doctor->settings->websocket_host, url, "/");
    px_route route = {.tls.insecure = true, .proxy = doctor->settings->route.proxy};
    px_probe_options options = {.route = &route, .timeout_ms = px_doctor_timeout_ms(doctor)};
    px_probe probe;
    (void)!px_probe_connect(&probe, url, &options);
    *facts = probe.facts;
    px_probe_close(&probe);
}

static void write_tls(px_doctor_result *result, const px_probe_facts *facts, int64_t days) {
    px_json_writer *out = &result->details;
    px_json_member(out, PX_SLICE("tls"), px_slice_of_text(facts->tls));
    px_json_member(out, PX_SLICE("subject"), px_slice_of_text(facts->subject));
    px_json_member(out, PX_SLICE("issuer"), px_slice_of_text(facts->issuer));
    px_json_member(out, PX_SLICE("names"), px_slice_of_text(facts->names));
    px_json_key(out, PX_SLICE("expires_in_days"));
    if (facts->valid_until >= 0)
        px_json_i64(out, days);
    else
        px_json_null(out);
}

static void add_certificate(px_doctor_result *result, const px_probe_facts *facts, int64_t days) {
    if (!facts->subject[0] && !facts->issuer[0])
        return;
    px_doctor_add_line(result, "certificate of %s, issued by %s",
                       facts->subject[0] ? facts->subject : "nobody", facts->issuer);
    if (facts->names[0])
        px_doctor_add_line(result, "for %s", facts->names);
    if (facts->valid_until < 0)
        return;
    if (days >= 0)
        px_doctor_add_line(result, "valid for %lld more days", (long long)days);
    else
        px_doctor_add_line(result, "expired %lld days ago", (long long)-days);
}

static void judge_trusted(const px_doctor *doctor, px_doctor_result *result, int64_t days) {
    const px_probe_facts *facts = &doctor->facts;
    const char *agreed = facts->tls[0] ? facts->tls : "TLS";
    if (doctor->settings->route.tls.insecure) {
        px_doctor_say(result, PX_DOCTOR_OK, "%s; the certificate was not verified (--insecure)",
                      agreed);
        px_doctor_advise(result, "leave out --insecure: as it is, this may be any server");
        return;
    }
    px_doctor_say(result, PX_DOCTOR_OK, "%s; the certificate is valid for %s", agreed,
                  doctor->settings->websocket_host);
    if (facts->valid_until >= 0 && days < SOON_DAYS)
        px_doctor_advise(result, "renew the certificate: it expires in %lld days", (long long)days);
}

void px_doctor_tls(px_doctor *doctor, px_doctor_result *result) {
    if (!doctor->settings->tls) {
        px_doctor_say(result, PX_DOCTOR_SKIPPED, "the connection is to be without TLS");
        return;
    }
    px_doctor_look(doctor);
    px_probe_facts facts = doctor->facts;
    int failure = doctor->failure.result;
    bool untrusted = failure == PX_ERR_TLS && facts.trust != PX_PROBE_NO_TLS;
    if (untrusted)
        look_at_stranger(doctor, &facts);
    int64_t days = (facts.valid_until - (int64_t)time(NULL)) / DAY;
    result->timed = facts.tls_us > 0;
    result->ms = (facts.tls_us - facts.connect_us) / 1000;
    write_tls(result, &facts, days);
    if (!failure) {
        judge_trusted(doctor, result, days);
    } else if (failure == PX_ERR_TLS) {
        px_doctor_words words = px_doctor_words_of_trust(doctor->facts.trust);
        px_doctor_say(result, PX_DOCTOR_FAILED, "%s%s (%s)",
                      untrusted ? "the certificate was refused: " : "", words.what,
                      doctor->facts.detail);
        px_doctor_advise(result, "%s", words.advice);
    } else {
        px_doctor_say(result, PX_DOCTOR_FAILED, "there was no handshake: %s", doctor->failure.text);
        px_doctor_advise(result, "check that this port speaks TLS, or give --no-tls");
    }
    add_certificate(result, &facts, days);
}

/* ---- The clock ---- */

static bool no_more(void *context, px_slice piece) {
    (void)context;
    (void)piece;
    return false;
}

static void judge_clock(px_doctor_result *result, int64_t ahead) {
    int64_t off = ahead < 0 ? -ahead : ahead;
    const char *which = ahead < 0 ? "behind" : "ahead of";
    if (off > MAX_SKEW) {
        px_doctor_say(result, PX_DOCTOR_FAILED,
                      "this machine's clock is %lld s %s the server's; signed requests are "
                      "refused beyond %d s",
                      (long long)off, which, MAX_SKEW);
        px_doctor_advise(result, "set the clock that is wrong (NTP keeps it right)");
    } else if (off > NOTED_SKEW) {
        px_doctor_say(result, PX_DOCTOR_OK, "this machine's clock is %lld s %s the server's",
                      (long long)off, which);
        px_doctor_advise(result,
                         "set the clock that is wrong before it is off by %d s: signed "
                         "requests are refused then",
                         MAX_SKEW);
    } else {
        px_doctor_say(result, PX_DOCTOR_OK, "this machine's clock and the server's agree");
    }
}

void px_doctor_clock(px_doctor *doctor, px_doctor_result *result) {
    char url[PX_DOCTOR_URL_SIZE];
    px_doctor_url(doctor->settings, doctor->settings->api_host, url, "%s/", doctor->settings->path);
    px_probe_options options = {.route = &doctor->settings->route,
                                .timeout_ms = px_doctor_timeout_ms(doctor),
                                .piece = no_more};
    px_probe probe;
    int failure = px_probe_request(&probe, url, &options);
    const px_probe_facts *facts = &probe.facts;
    if (failure && !facts->status) {
        px_doctor_say(result, PX_DOCTOR_FAILED, "no HTTP is answered there: %s", facts->detail);
        px_doctor_advise(result, "check host and port, and whether TLS is wanted (--tls): a "
                                 "Channels server answers HTTP");
    } else if (facts->date < 0) {
        px_doctor_say(result, PX_DOCTOR_SKIPPED, "the server does not tell the time");
    } else {
        int64_t ahead = (int64_t)time(NULL) - facts->date;
        px_json_key(&result->details, PX_SLICE("ahead_s"));
        px_json_i64(&result->details, ahead);
        judge_clock(result, ahead);
    }
    px_json_member(&result->details, PX_SLICE("server"), px_slice_of_text(facts->server));
    px_json_member(&result->details, PX_SLICE("via"), px_slice_of_text(facts->via));
    px_probe_close(&probe);
}
