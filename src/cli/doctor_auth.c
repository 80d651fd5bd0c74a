/* The endpoint that authorizes private channels: it answers, in the right form, with a signature
 * that the server accepts. */
#include "backend/signing.h"
#include "cli/client_options.h"
#include "cli/doctor_client.h"
#include "cli/doctor_words.h"
#include "driver/http_call.h"
#include "driver/memory.h"
#include "driver/random.h"
#include "driver/redact.h"
#include "json/reader.h"
#include "json/writer.h"

enum { MAX_FORM = 65536, MAX_AUTH = 4096, CHANNEL_SIZE = 48, SHOWN = 80 };

typedef struct question {
    px_doctor *doctor;
    px_doctor_result *result;
    char url[PX_DOCTOR_URL_SIZE];
    bool given; /* by the user; else it is the place where `pusher serve --dev-auth` has one */
    char channel[CHANNEL_SIZE];
    const char *socket_id;
    px_http_reply reply;
} question;

/* ---- Asking ---- */

static int add_field(px_buffer *form, px_slice name, px_slice value) {
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    const px_slice texts[] = {name, value};
    int result = form->len ? px_buffer_append_byte(form, '&') : PX_OK;
    for (size_t i = 0; i < 2 && !result; i++) {
        if (i)
            result = px_buffer_append_byte(form, '=');
        for (size_t j = 0; j < texts[i].len && !result; j++) {
            char escape[4] = {texts[i].ptr[j], '\0'};
            if (!memchr(plain, escape[0], sizeof plain - 1))
                snprintf(escape, sizeof escape, "%%%02X", (unsigned)(unsigned char)escape[0]);
            result = px_buffer_append(form, px_slice_of_text(escape));
        }
    }
    return result;
}

static int write_form(const question *this, px_buffer *form) {
    const px_doctor_options *own = this->doctor->options;
    pusher_pair pairs[PX_CLI_LIST_MAX];
    size_t count = px_cli_cut_pairs(&own->auth_parameters, '=', pairs);
    int result = add_field(form, PX_SLICE("socket_id"), px_slice_of_text(this->socket_id));
    if (!result)
        result = add_field(form, PX_SLICE("channel_name"), px_slice_of_text(this->channel));
    for (size_t i = 0; i < count && !result; i++)
        result = add_field(form, px_slice_of(pairs[i].name.ptr, pairs[i].name.len),
                           px_slice_of(pairs[i].value.ptr, pairs[i].value.len));
    return result;
}

/* False: no answer came, and the result says why. */
static bool ask(question *this) {
    const px_doctor *doctor = this->doctor;
    pusher_pair pairs[PX_CLI_LIST_MAX];
    px_header headers[PX_CLI_LIST_MAX + 1] = {
        {PX_LITERAL("Content-Type"), PX_LITERAL("application/x-www-form-urlencoded")}};
    size_t count = px_cli_cut_pairs(&doctor->options->auth_headers, ':', pairs);
    for (size_t i = 0; i < count; i++)
        headers[i + 1] = (px_header){px_slice_of(pairs[i].name.ptr, pairs[i].name.len),
                                     px_slice_of(pairs[i].value.ptr, pairs[i].value.len)};
    px_buffer form;
    px_buffer_init(&form, &px_malloc_allocator, MAX_FORM);
    int result = write_form(this, &form);
    px_http_call_options options = {.method = PX_SLICE("POST"),
                                    .url = px_slice_of_text(this->url),
                                    .headers = headers,
                                    .header_count = count + 1,
                                    .body = px_buffer_slice(&form),
                                    .route = &doctor->settings->route,
                                    .timeout_ms = px_doctor_timeout_ms(doctor)};
    if (result) {
        px_doctor_say(this->result, PX_DOCTOR_FAILED, "--auth-param is too long");
        px_buffer_init(&this->reply.body, &px_malloc_allocator, 0);
    } else if ((result = px_http_call(&options, &this->reply)) != PX_OK) {
        px_doctor_say(this->result, PX_DOCTOR_FAILED, "%s", this->reply.failure.text);
        px_doctor_advise(this->result, "check --auth-endpoint, and that the application runs");
    }
    px_buffer_free(&form);
    return result == PX_OK;
}

/* ---- Judging ---- */

/* The string member "auth"; false: there is none. */
static bool find_auth(px_slice body, px_buffer *auth) {
    px_json_reader reader;
    px_json_reader_init(&reader, body);
    if (!px_json_valid(body) || px_json_next(&reader) != PX_JSON_OBJECT_BEGIN)
        return false;
    while (px_json_next(&reader) == PX_JSON_KEY) {
        bool found = px_slice_equal(reader.text, PX_SLICE("auth"));
        px_json_token token = px_json_next(&reader);
        if (found && token == PX_JSON_STRING)
            return px_json_unescape(reader.text, auth) == PX_OK;
        if (!px_json_skip(&reader, token))
            return false;
    }
    return false;
}

static void say_not_json(const question *this, px_slice body) {
    int shown = (int)(body.len < SHOWN ? body.len : SHOWN);
    if (!px_json_valid(body)) {
        px_doctor_say(this->result, PX_DOCTOR_FAILED, "its answer is not JSON: %.*s%s", shown,
                      body.ptr ? body.ptr : "", body.len > SHOWN ? "..." : "");
        px_doctor_advise(this->result, "let it answer {\"auth\":\"KEY:SIGNATURE\"} and nothing "
                                       "else: no page, no warning of the framework");
    } else {
        px_doctor_say(this->result, PX_DOCTOR_FAILED, "its answer has no text \"auth\"");
        px_doctor_advise(this->result, "let it answer {\"auth\":\"KEY:SIGNATURE\"}, as the server "
                                       "SDKs make it");
    }
}

static bool has_key(const question *this, px_slice auth) {
    px_slice key = px_slice_of_text(this->doctor->settings->key);
    if (auth.len > key.len && px_slice_starts_with(auth, key) && auth.ptr[key.len] == ':')
        return true;
    const char *colon = auth.len ? memchr(auth.ptr, ':', auth.len) : NULL;
    px_doctor_say(this->result, PX_DOCTOR_FAILED, "it signs for another key: %.*s, not %s",
                  (int)(colon ? colon - auth.ptr : 0), auth.ptr ? auth.ptr : "",
                  this->doctor->settings->key);
    px_doctor_advise(this->result, "give the application and the client the same app");
    return false;
}

static void say_wrong_signature(const question *this) {
    px_doctor_say(this->result, PX_DOCTOR_FAILED, "its signature is wrong");
    px_doctor_advise(this->result, "check the app's secret in the application, and that it signs "
                                   "SOCKET_ID:CHANNEL as they were sent");
}

/* With the secret the signature can be computed; without it the server must judge. */
static void check_signature(const question *this, px_slice auth) {
    const px_cli_settings *settings = this->doctor->settings;
    if (settings->secret) {
        px_buffer expected;
        px_buffer_init(&expected, &px_malloc_allocator, MAX_AUTH);
        const px_credentials by = {px_slice_of_text(settings->key),
                                   px_slice_of_text(settings->secret)};
        bool right = px_backend_sign_channel(&by, px_slice_of_text(this->socket_id),
                                             px_slice_of_text(this->channel), PX_SLICE(""),
                                             &expected) == PX_OK &&
                     px_slice_equal(auth, px_buffer_slice(&expected));
        px_buffer_free(&expected);
        if (!right) {
            say_wrong_signature(this);
            return;
        }
    }
    px_doctor_say(this->result, PX_DOCTOR_OK, "it authorizes %s%s", this->channel,
                  settings->secret ? ", and its signature is right" : "");
}

static void subscribe_really(const question *this) {
    px_doctor *doctor = this->doctor;
    for (int i = 0; i < PX_DOCTOR_TRANSPORTS; i++) {
        if (!doctor->works[i])
            continue;
        px_doctor_visit visit;
        if (px_doctor_visit_begin(&visit, doctor, (px_doctor_transport)i, this->channel,
                                  this->url)) {
            px_doctor_say(this->result, PX_DOCTOR_OK,
                          "it authorizes %s, and the server accepts that", this->channel);
        } else {
            px_doctor_say(this->result, PX_DOCTOR_FAILED,
                          "it authorizes %s, but there was no subscription: %s", this->channel,
                          visit.error);
            px_doctor_advise(this->result, "check the app's secret in the application: the server "
                                           "refuses signatures made with another one");
        }
        px_doctor_visit_end(&visit);
        return;
    }
}

static void judge_answer(const question *this, bool has_auth, px_slice auth) {
    int status = this->reply.status;
    if (!this->given && (status != 200 || !has_auth)) { /* whatever is there, it is none */
        px_doctor_say(this->result, PX_DOCTOR_SKIPPED, "none was given");
        px_doctor_advise(this->result, "give your application's with --auth-endpoint, or start "
                                       "`pusher serve` with --dev-auth");
    } else if (status != 200) {
        px_doctor_words words = px_doctor_words_of_endpoint(status);
        px_doctor_say(this->result, PX_DOCTOR_FAILED, "it answered %d: %s", status, words.what);
        px_doctor_advise(this->result, "%s", words.advice);
    } else if (!has_auth) {
        say_not_json(this, px_buffer_slice(&this->reply.body));
    } else if (has_key(this, auth)) {
        check_signature(this, auth);
        if (this->result->status == PX_DOCTOR_OK)
            subscribe_really(this);
    }
}

static void judge(const question *this) {
    px_buffer auth;
    px_buffer_init(&auth, &px_malloc_allocator, MAX_AUTH);
    bool has_auth = find_auth(px_buffer_slice(&this->reply.body), &auth);
    judge_answer(this, has_auth, px_buffer_slice(&auth));
    px_buffer_free(&auth);
}

/* The URL, or false when there is none to ask. */
static bool find_endpoint(question *this) {
    const px_doctor *doctor = this->doctor;
    const char *given = doctor->options->auth_endpoint;
    this->given = given;
    if (given)
        snprintf(this->url, sizeof this->url, "%s", given);
    else
        px_doctor_url(doctor->settings, doctor->settings->websocket_host, this->url,
                      "%s/pusher/auth", doctor->settings->path);
    return given || (doctor->settings->local && doctor->accepted);
}

void px_doctor_auth(px_doctor *doctor, px_doctor_result *result) {
    question this = {.doctor = doctor, .result = result};
    uint32_t random = 0;
    if (!find_endpoint(&this)) {
        px_doctor_say(result, PX_DOCTOR_SKIPPED, "none was given");
        px_doctor_advise(result, "give your application's with --auth-endpoint");
        return;
    }
    (void)!px_random_fill(&random, sizeof random);
    snprintf(this.channel, sizeof this.channel, "private-doctor-%08x", (unsigned)random);
    this.socket_id = doctor->socket_id[0] ? doctor->socket_id : "1.1";
    if (ask(&this))
        judge(&this);
    px_http_reply_free(&this.reply);
    size_t url_len = px_redact(this.url, strlen(this.url)); /* reports are passed on */
    px_json_member(&result->details, PX_SLICE("url"), px_slice_of(this.url, url_len));
    px_json_key(&result->details, PX_SLICE("http_status"));
    px_json_u64(&result->details, (uint64_t)this.reply.status);
}
