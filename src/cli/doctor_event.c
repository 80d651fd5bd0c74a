/* One event there and back: published through the HTTP API, received over each transport that
 * works. */
#include "cli/app.h"
#include "cli/doctor_client.h"
#include "cli/doctor_words.h"
#include "driver/clock.h"
#include "driver/memory.h"
#include "driver/random.h"

enum { MAX_TIMES = 1024, NONCE_SIZE = 24, CHANNEL_SIZE = 48 };

/* How it went over one transport. */
typedef struct journey {
    px_doctor *doctor;
    px_doctor_result *result;
    pusher_app *app;
    char channel[CHANNEL_SIZE];
    char nonce[NONCE_SIZE];
    int api_status;
    size_t tried, arrived;
    bool stream_held; /* what was published did not come through the stream */
} journey;

/* False: the event was not taken, and the result says why. */
static bool publish(journey *this) {
    px_doctor_result *result = this->result;
    pusher_answer answer;
    int failure = pusher_app_trigger(this->app, pusher_str(this->channel), pusher_str("doctor"),
                                     pusher_str(this->nonce), &answer);
    this->api_status = answer.status;
    if (failure == PUSHER_ERR_REFUSED) {
        px_doctor_words words = px_doctor_words_of_api(answer.status);
        px_doctor_say(result, PX_DOCTOR_FAILED, "the HTTP API answered %d to the event: %s",
                      answer.status, words.what);
        px_doctor_advise(result, "%s", words.advice);
    } else if (failure) {
        px_doctor_say(result, PX_DOCTOR_FAILED, "the event could not be published: %s",
                      answer.error);
        px_doctor_advise(result, "the HTTP API is expected at the same place as WebSockets: check "
                                 "that the gateway passes /apps/ on");
    }
    return failure == PUSHER_OK;
}

static void write_journey(const journey *this, const char *transport, bool received, uint64_t ms) {
    px_json_writer *out = &this->result->details;
    px_json_object_begin(out);
    px_json_member(out, PX_SLICE("name"), px_slice_of_text(transport));
    px_json_key(out, PX_SLICE("api_status"));
    px_json_u64(out, (uint64_t)this->api_status);
    px_json_key(out, PX_SLICE("ms"));
    if (received)
        px_json_u64(out, ms);
    else
        px_json_null(out);
    px_json_object_end(out);
}

static void set_names(journey *this) {
    uint64_t random[2] = {0, 0};
    (void)!px_random_fill(random, sizeof random);
    snprintf(this->channel, sizeof this->channel, "doctor-%016llx", (unsigned long long)random[0]);
    snprintf(this->nonce, sizeof this->nonce, "%016llx", (unsigned long long)random[1]);
}

/* False: it is no use to try the other transports. */
static bool travel(journey *this, px_doctor_transport transport, px_buffer *times) {
    const char *name = px_doctor_transport_names[transport];
    px_doctor_visit visit;
    set_names(this);
    this->tried++;
    this->api_status = 0;
    bool subscribed = px_doctor_visit_begin(&visit, this->doctor, transport, this->channel, NULL);
    uint64_t start = px_clock_ms();
    bool published = subscribed && publish(this);
    bool received = published && px_doctor_visit_wait(&visit, this->nonce);
    uint64_t ms = px_clock_ms() - start;
    write_journey(this, name, received, ms);
    char line[64];
    if (!subscribed) {
        px_doctor_add_line(this->result, "%s: not subscribed: %s", name, visit.error);
    } else if (received) {
        this->arrived++;
        snprintf(line, sizeof line, "%s%s %llu ms", times->len ? ", " : "", name,
                 (unsigned long long)ms);
        (void)!px_buffer_append(times, px_slice_of_text(line));
    } else if (published) {
        this->stream_held |= transport == PX_DOCTOR_STREAMING;
        px_doctor_add_line(this->result, "%s: the event did not come back within %u s", name,
                           (unsigned)this->doctor->options->timeout);
    }
    px_doctor_visit_end(&visit);
    return published || !subscribed;
}

static void judge(const journey *this, px_slice times) {
    if (this->arrived == this->tried) {
        px_doctor_say(this->result, PX_DOCTOR_OK, "published and received: %.*s", (int)times.len,
                      times.ptr);
        return;
    }
    px_doctor_say(this->result, PX_DOCTOR_FAILED,
                  "published, and received over %zu of %zu transports%s%.*s", this->arrived,
                  this->tried, times.len ? ": " : "", (int)times.len, times.ptr ? times.ptr : "");
    if (this->arrived == 0)
        px_doctor_advise(this->result, "the HTTP API and the clients may be at different servers "
                                       "that know nothing of each other");
    else if (this->stream_held)
        px_doctor_advise(this->result, PX_DOCTOR_STOP_BUFFERING);
    else
        px_doctor_advise(this->result, "something on the way holds back what the others get: see "
                                       "their steps");
}

static void travel_all(journey *this) {
    px_buffer times;
    px_buffer_init(&times, &px_malloc_allocator, MAX_TIMES);
    bool go_on = true;
    px_json_key(&this->result->details, PX_SLICE("transports"));
    px_json_array_begin(&this->result->details);
    for (int i = 0; i < PX_DOCTOR_TRANSPORTS && go_on; i++) {
        if (this->doctor->works[i])
            go_on = travel(this, (px_doctor_transport)i, &times);
    }
    px_json_array_end(&this->result->details);
    if (!this->tried)
        px_doctor_say(this->result, PX_DOCTOR_SKIPPED, "no transport works");
    else if (go_on)
        judge(this, px_buffer_slice(&times));
    px_buffer_free(&times);
}

void px_doctor_event(px_doctor *doctor, px_doctor_result *result) {
    const px_cli_settings *settings = doctor->settings;
    journey this = {.doctor = doctor, .result = result};
    if (!settings->secret || !settings->id) {
        px_doctor_say(result, PX_DOCTOR_SKIPPED, "publishing takes the app's id and secret");
        px_doctor_advise(result, "give them with PUSHER_APP_ID and PUSHER_APP_SECRET");
        return;
    }
    if (!px_cli_app_new(settings, px_doctor_timeout_ms(doctor), &this.app)) {
        px_doctor_say(result, PX_DOCTOR_SKIPPED, "these settings are of no use for publishing");
        return;
    }
    travel_all(&this);
    pusher_app_free(this.app);
}
