/* The WebSocket, twice: once by hand, to see what an answer other than the right one says, and once
 * with the library's client. */
#include "cli/doctor_client.h"
#include "cli/doctor_message.h"
#include "cli/doctor_words.h"
#include "driver/clock.h"
#include "driver/memory.h"
#include "driver/random.h"
#include "net/ws_frame.h"
#include "net/ws_handshake.h"

enum { INPUT_SIZE = 65536, MAX_REQUEST = 4096, KEY_SIZE = 1024 };

/* How far it came. */
typedef enum stage {
    ASKED,    /* no whole answer came to the request */
    REFUSED,  /* the answer is not the right one */
    UPGRADED, /* it is; no message came */
    TOLD,     /* a first message or close frame came */
} stage;

typedef struct attempt {
    px_probe probe;
    px_buffer input;
    char key[PX_WS_KEY_LENGTH];
    stage stage;
    int end;          /* why nothing more came: PX_ERR_*; 0: all that was wanted came */
    int status;       /* of the answer */
    const char *why;  /* it is not the right one */
    char server[128]; /* that the answer names */
    uint64_t upgraded_ms, told_ms; /* since the request */
    px_doctor_message message;
} attempt;

/* ---- The handshake ---- */

static int ask(attempt *this, const px_doctor *doctor, uint64_t deadline) {
    const px_cli_settings *settings = doctor->settings;
    char key[KEY_SIZE], path[KEY_SIZE + 512], host[PX_CLI_HOST_SIZE + 8];
    if (!px_doctor_encoded_key(settings, key, sizeof key))
        return PX_ERR_LIMIT;
    snprintf(path, sizeof path, "%.256s/app/%s?" PX_DOCTOR_QUERY, settings->path, key);
    bool usual = settings->port == (settings->tls ? 443 : 80);
    snprintf(host, sizeof host, usual ? "%s" : "%s:%u", settings->websocket_host,
             (unsigned)settings->port);
    uint8_t random[16];
    if (px_random_fill(random, sizeof random))
        return PX_ERR_SYSTEM;
    px_ws_key(random, this->key);
    px_buffer request;
    px_buffer_init(&request, &px_malloc_allocator, MAX_REQUEST);
    int result = px_ws_request(&request, px_slice_of_text(host), px_slice_of_text(path),
                               px_slice_of(this->key, sizeof this->key), PX_SLICE(""),
                               PX_SLICE("libpusher/" PUSHER_VERSION_TEXT));
    if (!result)
        result = px_probe_send(&this->probe, px_buffer_slice(&request), deadline);
    px_buffer_free(&request);
    return result;
}

static int read_more(attempt *this, uint64_t deadline) {
    enum { STEP = 4096 };
    int result = px_buffer_reserve(&this->input, STEP);
    size_t count;
    if (!result)
        result = px_probe_receive(&this->probe, this->input.data + this->input.len, STEP, deadline,
                                  &count);
    if (!result)
        this->input.len += count;
    return result;
}

/* The value of the Server header. */
static void find_server(attempt *this) {
    px_slice rest = px_buffer_slice(&this->input);
    while (rest.len) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        px_slice line = px_slice_of(rest.ptr, end ? (size_t)(end - rest.ptr) : rest.len);
        rest = px_slice_after(rest, end ? line.len + 1 : line.len);
        if (line.len && line.ptr[line.len - 1] == '\r')
            line.len--;
        if (line.len == 0)
            return;
        if (line.len > 8 &&
            px_slice_equal_ignore_case(px_slice_of(line.ptr, 7), PX_SLICE("server:"))) {
            line = px_slice_after(line, line.ptr[7] == ' ' ? 8 : 7);
            snprintf(this->server, sizeof this->server, "%.*s", (int)line.len, line.ptr);
        }
    }
}

static int shake_hands(attempt *this, uint64_t deadline) {
    size_t head_len = 0;
    px_ws_reply reply = PX_WS_REPLY_MORE;
    while (reply == PX_WS_REPLY_MORE) {
        int result = read_more(this, deadline);
        if (result)
            return result;
        reply = px_ws_read_reply(px_buffer_slice(&this->input),
                                 px_slice_of(this->key, sizeof this->key), &head_len, &this->status,
                                 &this->why);
    }
    find_server(this);
    this->stage = reply == PX_WS_REPLY_ACCEPTED ? UPGRADED : REFUSED;
    px_buffer_consume(&this->input, head_len);
    return PX_OK;
}

/* ---- The first message ---- */

/* True when `message` was the first that says something. */
static bool take(attempt *this, const px_ws_message *message) {
    if (message->opcode == PX_WS_TEXT)
        px_doctor_read_message(message->payload, &this->message);
    else if (message->opcode == PX_WS_CLOSE)
        px_doctor_read_close(message->close_code, message->payload, &this->message);
    else
        return false;
    return true;
}

static int listen_first(attempt *this, uint64_t deadline) {
    px_ws_decoder decoder;
    px_ws_decoder_init(&decoder, &px_malloc_allocator, INPUT_SIZE, false);
    int result = PX_OK;
    while (!result && this->stage != TOLD) {
        px_ws_message message;
        size_t consumed = 0;
        px_ws_status status =
            px_ws_decode(&decoder, this->input.data, this->input.len, &consumed, &message);
        if (status == PX_WS_FAILED)
            result = PX_ERR_PROTOCOL;
        else if (status == PX_WS_MESSAGE && take(this, &message))
            this->stage = TOLD;
        px_buffer_consume(&this->input, consumed);
        if (status == PX_WS_NEED_MORE)
            result = read_more(this, deadline);
    }
    px_ws_decoder_free(&decoder);
    return result;
}

static void try_by_hand(attempt *this, px_doctor *doctor) {
    char url[PX_DOCTOR_URL_SIZE];
    px_doctor_url(doctor->settings, doctor->settings->websocket_host, url, "/");
    px_probe_options options = {.route = &doctor->settings->route,
                                .timeout_ms = px_doctor_timeout_ms(doctor)};
    *this = (attempt){.why = ""};
    px_buffer_init(&this->input, &px_malloc_allocator, INPUT_SIZE);
    this->end = px_probe_connect(&this->probe, url, &options);
    uint64_t start = px_clock_ms(), deadline = start + options.timeout_ms;
    if (!this->end)
        this->end = ask(this, doctor, deadline);
    if (!this->end)
        this->end = shake_hands(this, deadline);
    this->upgraded_ms = px_clock_ms() - start;
    if (!this->end && this->stage == UPGRADED)
        this->end = listen_first(this, deadline);
    this->told_ms = px_clock_ms() - start;
}

/* ---- What it means ---- */

static void say_refused(const attempt *this, px_doctor_result *result) {
    px_doctor_words words = px_doctor_words_of_upgrade(this->status);
    if (!this->status || this->status == 101) {
        px_doctor_say(result, PX_DOCTOR_FAILED, "%s", this->why);
        px_doctor_advise(result, this->status ? "something on the way changes the answer: try "
                                                "with TLS, or go past the proxy"
                                              : "check host, port and whether TLS is wanted");
        return;
    }
    px_doctor_say(result, PX_DOCTOR_FAILED, "%s answered %d to the upgrade: %s",
                  this->server[0] ? this->server : "what listens there", this->status, words.what);
    px_doctor_advise(result, "%s", words.advice);
}

static void say_cut(const attempt *this, const px_doctor *doctor, px_doctor_result *result) {
    bool late = this->end == PX_ERR_TIMEOUT;
    unsigned limit = doctor->options->timeout;
    if (this->probe.failure.result) {
        px_doctor_say(result, PX_DOCTOR_FAILED, "%s", this->probe.failure.text);
        return;
    }
    if (this->stage == ASKED) {
        if (late)
            px_doctor_say(result, PX_DOCTOR_FAILED, "the upgrade got no answer within %u s", limit);
        else
            px_doctor_say(result, PX_DOCTOR_FAILED,
                          "the connection was cut in place of an answer "
                          "to the upgrade");
        px_doctor_advise(result, "check the port, and whether TLS is wanted; or something on the "
                                 "way stops WebSockets, and clients fall back to HTTP");
        return;
    }
    if (late)
        px_doctor_say(result, PX_DOCTOR_FAILED,
                      "the upgrade was answered with 101, but no message came within %u s", limit);
    else
        px_doctor_say(result, PX_DOCTOR_FAILED,
                      "the upgrade was answered with 101, then the connection was cut");
    px_doctor_advise(result, "something on the way lets the handshake pass, but not the frames "
                             "behind it: look at proxies and firewalls, and try with TLS; clients "
                             "fall back to HTTP");
}

/* The key is another step's matter: here it counts that messages go through. */
static void say_told(const attempt *this, px_doctor *doctor, px_doctor_result *result) {
    if (this->message.kind == PX_DOCTOR_MESSAGE_OTHER) {
        px_doctor_say(result, PX_DOCTOR_FAILED, "the first message is not one of the protocol");
        px_doctor_advise(result, "this is a WebSocket server of another kind: check host, port and "
                                 "--path");
        return;
    }
    if (px_doctor_note_message(doctor, &this->message)) {
        px_doctor_say(result, PX_DOCTOR_OK,
                      "upgraded in %llu ms; the server refuses the key, see "
                      "below",
                      (unsigned long long)this->upgraded_ms);
        return;
    }
    px_doctor_visit visit;
    if (px_doctor_visit_begin(&visit, doctor, PX_DOCTOR_WS, NULL, NULL)) {
        px_doctor_say(result, PX_DOCTOR_OK, "upgraded in %llu ms, connected in %llu ms",
                      (unsigned long long)this->upgraded_ms,
                      (unsigned long long)visit.connected_ms);
        doctor->works[PX_DOCTOR_WS] = true;
    } else {
        px_doctor_say(result, PX_DOCTOR_FAILED, "upgraded, but the client did not connect: %s",
                      visit.error);
    }
    px_doctor_visit_end(&visit);
}

static void write_details(const attempt *this, px_doctor_result *result) {
    px_json_writer *out = &result->details;
    px_json_key(out, PX_SLICE("http_status"));
    px_json_u64(out, (uint64_t)this->status);
    px_json_member(out, PX_SLICE("server"), px_slice_of_text(this->server));
    px_json_key(out, PX_SLICE("upgrade_ms"));
    if (this->stage >= UPGRADED)
        px_json_u64(out, this->upgraded_ms);
    else
        px_json_null(out);
    px_json_key(out, PX_SLICE("first_message_ms"));
    if (this->stage == TOLD)
        px_json_u64(out, this->told_ms);
    else
        px_json_null(out);
}

void px_doctor_websocket(px_doctor *doctor, px_doctor_result *result) {
    attempt this;
    try_by_hand(&this, doctor);
    px_probe_close(&this.probe); /* before another one is opened */
    if (this.stage == TOLD)
        say_told(&this, doctor, result);
    else if (this.stage == REFUSED)
        say_refused(&this, result);
    else
        say_cut(&this, doctor, result);
    write_details(&this, result);
    px_buffer_free(&this.input);
}
