/* The HTTP transports: once by hand, to see what comes and when, and once with the library's client.
 */
#include "cli/doctor_client.h"
#include "cli/doctor_message.h"
#include "cli/doctor_words.h"
#include "driver/clock.h"
#include "driver/memory.h"
#include "driver/random.h"
#include "json/reader.h"

/* A stream's first bytes come at once, or something holds them back. */
enum { INPUT_SIZE = 65536, STREAM_PATIENCE_MS = 5000, KEY_SIZE = 1024 };

typedef struct fetch {
    px_probe probe;
    px_buffer input;
    px_doctor_frames frames;
    int result; /* of px_probe_request */
    uint64_t start;
    uint64_t first_ms;  /* until the first piece */
    uint64_t opened_ms; /* until the "o" frame */
    uint64_t told_ms;   /* until the first message */
    bool has_first;
} fetch;

static bool take_piece(void *context, px_slice piece) {
    fetch *this = context;
    uint64_t ms = px_clock_ms() - this->start;
    if (!this->has_first)
        this->first_ms = ms;
    this->has_first = true;
    if (px_buffer_append(&this->input, piece) != PX_OK)
        return false;
    bool opened = this->frames.opened;
    px_doctor_read_frames(px_buffer_slice(&this->input), &this->frames);
    if (this->frames.opened && !opened)
        this->opened_ms = ms;
    if (this->frames.complete)
        this->told_ms = ms;
    return !this->frames.complete && !this->frames.foreign;
}

/* Makes one request; whoever calls closes the probe and frees the input. */
static void request(fetch *this, const px_doctor *doctor, const char *url, px_slice method,
                    uint32_t timeout_ms) {
    px_probe_options options = {.route = &doctor->settings->route,
                                .timeout_ms = timeout_ms,
                                .method = method,
                                .piece = take_piece,
                                .context = this};
    *this = (fetch){.start = px_clock_ms()};
    px_buffer_init(&this->input, &px_malloc_allocator, INPUT_SIZE);
    this->result = px_probe_request(&this->probe, url, &options);
}

static void fetch_free(fetch *this) {
    px_probe_close(&this->probe);
    px_buffer_free(&this->input);
}

/* ---- Sessions ---- */

/* A session that nobody else has: .../pusher/app/KEY/SERVER/SESSION. */
static bool session_url(const px_doctor *doctor, char url[PX_DOCTOR_URL_SIZE]) {
    static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
    char key[KEY_SIZE], session[9];
    uint8_t random[sizeof session + 1];
    if (!px_doctor_encoded_key(doctor->settings, key, sizeof key))
        return false;
    if (px_random_fill(random, sizeof random))
        return false;
    for (size_t i = 0; i < sizeof session - 1; i++)
        session[i] = digits[random[i] % 32];
    session[sizeof session - 1] = '\0';
    unsigned server = (unsigned)(random[8] * 256 + random[9]) % 1000;
    px_doctor_url(doctor->settings, doctor->settings->http_host, url, "%s/app/%s/%u/%s",
                  doctor->settings->http_path, key, server, session);
    return true;
}

static void post(fetch *this, const px_doctor *doctor, const char *session, const char *kind,
                 uint32_t timeout_ms) {
    char url[PX_DOCTOR_URL_SIZE + 128];
    snprintf(url, sizeof url, "%s/%s?" PX_DOCTOR_QUERY, session, kind);
    request(this, doctor, url, PX_SLICE("POST"), timeout_ms);
    if (this->input.len && !memchr("oamhc", this->input.data[0], 5))
        this->frames.foreign = true;
}

/* ---- What it means ---- */

static void write_fetch(const fetch *this, px_doctor_result *result) {
    px_json_writer *out = &result->details;
    px_json_key(out, PX_SLICE("http_status"));
    px_json_u64(out, (uint64_t)this->probe.facts.status);
    px_json_member(out, PX_SLICE("server"), px_slice_of_text(this->probe.facts.server));
    px_json_key(out, PX_SLICE("open_ms"));
    if (this->frames.opened)
        px_json_u64(out, this->opened_ms);
    else
        px_json_null(out);
    px_json_key(out, PX_SLICE("first_message_ms"));
    if (this->frames.complete)
        px_json_u64(out, this->told_ms);
    else
        px_json_null(out);
}

/* False: this answer is none of an HTTP transport, and the result says why. */
static bool check_answer(const fetch *this, px_doctor_result *result) {
    const px_probe_facts *facts = &this->probe.facts;
    const char *who = facts->server[0] ? facts->server : "the server";
    if (this->result && !facts->status) {
        px_doctor_say(result, PX_DOCTOR_FAILED, "no answer: %s", facts->detail);
        px_doctor_advise(result, "check host, port and whether TLS is wanted");
        return false;
    }
    if (facts->status != 200) {
        px_doctor_words words = px_doctor_words_of_fallback(facts->status);
        px_doctor_say(
            result, px_doctor_is_not_offered(facts->status) ? PX_DOCTOR_SKIPPED : PX_DOCTOR_FAILED,
            "%s answered %d: %s", who, facts->status, words.what);
        px_doctor_advise(result, "%s", words.advice);
        return false;
    }
    if (this->frames.foreign) {
        px_doctor_say(result, PX_DOCTOR_FAILED, "%s answered with something else than frames", who);
        px_doctor_advise(result, "let the gateway pass /pusher/ on to the Channels server");
        return false;
    }
    return true;
}

/* The last word is the library's own. */
static void connect_really(px_doctor *doctor, px_doctor_result *result,
                           px_doctor_transport transport, uint64_t opened_ms, const char *advice) {
    px_doctor_visit visit;
    if (px_doctor_visit_begin(&visit, doctor, transport, NULL, NULL)) {
        px_doctor_say(result, PX_DOCTOR_OK, "opened in %llu ms, connected in %llu ms",
                      (unsigned long long)opened_ms, (unsigned long long)visit.connected_ms);
        doctor->works[transport] = true;
    } else if (visit.code) {
        px_doctor_say(result, PX_DOCTOR_OK,
                      "opened in %llu ms; the server refuses the key, see below",
                      (unsigned long long)opened_ms);
    } else {
        px_doctor_say(result, PX_DOCTOR_FAILED, "the client did not connect: %s", visit.error);
        px_doctor_advise(result, "%s", advice);
    }
    px_doctor_visit_end(&visit);
}

static void judge_message(px_doctor *doctor, px_doctor_result *result, const fetch *this,
                          px_doctor_transport transport, const char *advice) {
    if (this->frames.message.kind == PX_DOCTOR_MESSAGE_OTHER) {
        px_doctor_say(result, PX_DOCTOR_FAILED, "the first message is not one of the protocol");
        px_doctor_advise(result, "check host, port and --path");
    } else if (px_doctor_note_message(doctor, &this->frames.message)) {
        px_doctor_say(result, PX_DOCTOR_OK,
                      "opened in %llu ms; the server refuses the key, see below",
                      (unsigned long long)this->opened_ms);
    } else {
        connect_really(doctor, result, transport, this->opened_ms, advice);
    }
}

/* ---- Streaming ---- */

/* Does a poll get what the stream did not? */
static bool poll_opens(const px_doctor *doctor) {
    char session[PX_DOCTOR_URL_SIZE];
    if (!session_url(doctor, session))
        return false;
    fetch poll;
    post(&poll, doctor, session, "xhr", px_doctor_timeout_ms(doctor));
    bool opened = poll.probe.facts.status == 200 && poll.frames.opened;
    fetch_free(&poll);
    return opened;
}

static void judge_stream(px_doctor *doctor, px_doctor_result *result, const fetch *this,
                         uint32_t patience) {
    bool silent = this->result == PX_ERR_TIMEOUT && !this->has_first;
    px_json_key(&result->details, PX_SLICE("buffered"));
    if (silent && poll_opens(doctor)) {
        px_json_bool(&result->details, true);
        px_doctor_say(result, PX_DOCTOR_FAILED,
                      "nothing of the stream came within %.1f s, though polling works: it is "
                      "buffered",
                      (double)patience / 1000);
        px_doctor_advise(result, PX_DOCTOR_STOP_BUFFERING);
        return;
    }
    bool halted = this->has_first && !this->frames.complete && this->result == PX_ERR_TIMEOUT;
    px_json_bool(&result->details, halted);
    if (!check_answer(this, result))
        return;
    if (halted) {
        px_doctor_say(result, PX_DOCTOR_FAILED,
                      "the stream begins, but its first message did not come within %.1f s",
                      (double)patience / 1000);
        px_doctor_advise(result, PX_DOCTOR_STOP_BUFFERING);
    } else if (!this->frames.complete) {
        px_doctor_say(result, PX_DOCTOR_FAILED, "the stream ended before its first message");
        px_doctor_advise(result, "something on the way cuts long answers: let it wait at least "
                                 "60 s (proxy_read_timeout)");
    } else {
        judge_message(doctor, result, this, PX_DOCTOR_STREAMING, PX_DOCTOR_STOP_BUFFERING);
    }
}

static void fail_without_url(px_doctor_result *result) {
    px_doctor_say(result, PX_DOCTOR_FAILED,
                  "no URL: the key is too long, or the system gives no "
                  "random bytes");
}

void px_doctor_streaming(px_doctor *doctor, px_doctor_result *result) {
    char session[PX_DOCTOR_URL_SIZE];
    if (!session_url(doctor, session)) {
        fail_without_url(result);
        return;
    }
    uint32_t patience = px_doctor_timeout_ms(doctor);
    if (patience > STREAM_PATIENCE_MS)
        patience = STREAM_PATIENCE_MS;
    fetch stream;
    post(&stream, doctor, session, "xhr_streaming", patience);
    write_fetch(&stream, result);
    judge_stream(doctor, result, &stream, patience);
    fetch_free(&stream);
}

/* ---- Polling ---- */

void px_doctor_polling(px_doctor *doctor, px_doctor_result *result) {
    static const char advice[] = "see what differs between the polls of one session: a load "
                                 "balancer must send them all to one server";
    char session[PX_DOCTOR_URL_SIZE];
    if (!session_url(doctor, session)) {
        fail_without_url(result);
        return;
    }
    fetch first, second;
    post(&first, doctor, session, "xhr", px_doctor_timeout_ms(doctor));
    if (!check_answer(&first, result)) {
        write_fetch(&first, result);
    } else if (first.frames.complete) { /* all in one answer */
        write_fetch(&first, result);
        judge_message(doctor, result, &first, PX_DOCTOR_POLLING, advice);
    } else {
        post(&second, doctor, session, "xhr", px_doctor_timeout_ms(doctor));
        second.frames.opened = first.frames.opened;
        second.opened_ms = first.opened_ms;
        second.told_ms += second.start - first.start;
        write_fetch(&second, result);
        if (check_answer(&second, result) && !second.frames.complete) {
            px_doctor_say(result, PX_DOCTOR_FAILED, "the second poll brought no message");
            px_doctor_advise(result, "%s", advice);
        } else if (second.frames.complete) {
            judge_message(doctor, result, &second, PX_DOCTOR_POLLING, advice);
        }
        fetch_free(&second);
    }
    fetch_free(&first);
}

/* ---- SockJS ---- */

void px_doctor_sockjs(px_doctor *doctor, px_doctor_result *result) {
    char url[PX_DOCTOR_URL_SIZE];
    px_doctor_url(doctor->settings, doctor->settings->http_host, url, "%s/info",
                  doctor->settings->http_path);
    fetch info;
    request(&info, doctor, url, PX_SLICE("GET"), px_doctor_timeout_ms(doctor));
    uint64_t ms = px_clock_ms() - info.start;
    px_json_key(&result->details, PX_SLICE("http_status"));
    px_json_u64(&result->details, (uint64_t)info.probe.facts.status);
    px_json_member(&result->details, PX_SLICE("server"), px_slice_of_text(info.probe.facts.server));
    px_json_key(&result->details, PX_SLICE("info_ms"));
    px_json_u64(&result->details, ms);
    px_slice body = px_buffer_slice(&info.input);
    info.frames.foreign = !body.len || body.ptr[0] != '{' || !px_json_valid(body);
    if (check_answer(&info, result))
        connect_really(doctor, result, PX_DOCTOR_SOCKJS, ms,
                       "let the gateway pass all of /pusher/ on, POST included");
    fetch_free(&info);
}
