/* pusher doctor: looks at everything between this machine and an app, and says what works, what
 * does not, and what to do next. */
#include "cli/doctor.h"
#include "cli/cli.h"
#include "cli/client_options.h"
#include "cli/doctor_url.h"
#include "cli/terminal.h"
#include "driver/clock.h"
#include "driver/memory.h"

#include <unistd.h>

enum { DEFAULT_TIMEOUT = 10, MAX_REPORT = 1 << 20 };

static const px_cli_usage usage = {
    .verb = "doctor",
    .arguments = "[OPTION]... [URL]",
    .text = "Find out why an app can't be reached, or that it can: names, addresses, proxy, TLS,\n"
            "clock, WebSocket, HTTP fallbacks, key, authorization endpoint, and one event there\n"
            "and back. For each step it says what it found and, where something is wrong, what\n"
            "to do. URL is ws://HOST:PORT/app/KEY or https://KEY:SECRET@HOST:PORT/apps/ID;\n"
            "options override it, and without it they and the environment say where to look.\n"
            "\n"
            "Exit status: 0 all that matters works, 1 something failed, 2 usage.",
    .examples =
        "  pusher doctor\n"
        "  pusher doctor wss://ws.example.com/app/my-key\n"
        "  PUSHER_APP_SECRET=... pusher doctor --host ws.example.com --key K --app-id 1 \\\n"
        "      --auth-endpoint https://example.com/pusher/auth\n"
        "  pusher doctor --json | jq '.steps[] | select(.status == \"failed\")'",
    .min_arguments = 0,
    .max_arguments = 1,
};

#define OFFSET(member) offsetof(px_doctor_options, member)

static const px_cli_option own_options[] = {
    {.name = "json",
     .kind = PX_CLI_FLAG,
     .offset = OFFSET(json),
     .help = "Print one JSON object at the end."},
    {.name = "timeout",
     .kind = PX_CLI_NUMBER,
     .offset = OFFSET(timeout),
     .value = "SECONDS",
     .help = "Wait that long for each answer. Default: 10.",
     .minimum = 1,
     .maximum = 600},
    {.name = "auth-endpoint",
     .kind = PX_CLI_TEXT,
     .offset = OFFSET(auth_endpoint),
     .value = "URL",
     .help = "Test this authorization endpoint, too."},
    {.name = "auth-param",
     .kind = PX_CLI_LIST,
     .offset = OFFSET(auth_parameters),
     .value = "NAME=VALUE",
     .help = "Send this along to it. May be repeated."},
    {.name = "auth-header",
     .kind = PX_CLI_LIST,
     .offset = OFFSET(auth_headers),
     .value = "NAME:VALUE",
     .help = "Send this header along to it. May be repeated."},
};

/* ---- The steps ---- */

typedef enum step_id {
    STEP_RESOLVE,
    STEP_PROXY,
    STEP_CONNECT,
    STEP_TLS,
    STEP_CLOCK,
    STEP_WS,
    STEP_STREAMING,
    STEP_POLLING,
    STEP_SOCKJS,
    STEP_KEY,
    STEP_AUTH,
    STEP_EVENT,
    STEP_COUNT,
} step_id;

#define NEEDS(step) (1u << STEP_##step)
#define NETWORK     (NEEDS(RESOLVE) | NEEDS(PROXY) | NEEDS(CONNECT) | NEEDS(TLS))

/* In their order. A step is skipped when one that it needs has failed. The names stay: programs
 * read them. */
static const struct {
    const char *name;
    unsigned needs;
    px_doctor_run_fn *run;
} steps[STEP_COUNT] = {
    [STEP_RESOLVE] = {"resolve", 0, px_doctor_resolve},
    [STEP_PROXY] = {"proxy", NEEDS(RESOLVE), px_doctor_proxy},
    [STEP_CONNECT] = {"connect", NEEDS(RESOLVE) | NEEDS(PROXY), px_doctor_connect},
    [STEP_TLS] = {"tls", NEEDS(RESOLVE) | NEEDS(PROXY) | NEEDS(CONNECT), px_doctor_tls},
    [STEP_CLOCK] = {"clock", NETWORK, px_doctor_clock},
    [STEP_WS] = {"ws", NETWORK, px_doctor_websocket},
    [STEP_STREAMING] = {"xhr_streaming", NETWORK, px_doctor_streaming},
    [STEP_POLLING] = {"xhr_polling", NETWORK, px_doctor_polling},
    [STEP_SOCKJS] = {"sockjs", NETWORK, px_doctor_sockjs},
    [STEP_KEY] = {"key", NETWORK, px_doctor_key},
    [STEP_AUTH] = {"auth", 0, px_doctor_auth},
    [STEP_EVENT] = {"event", NETWORK | NEEDS(KEY), px_doctor_event},
};

typedef struct examination {
    px_doctor doctor;
    px_doctor_result results[STEP_COUNT];
    unsigned failed; /* a bit for each step */
} examination;

static void say_skipped(px_doctor_result *result, unsigned missing) {
    size_t first = 0;
    while (!(missing & (1u << first)))
        first++;
    px_doctor_say(result, PX_DOCTOR_SKIPPED, "that needs %s, which failed", steps[first].name);
}

static void run_step(examination *this, size_t index) {
    px_doctor_result *result = &this->results[index];
    px_doctor_result_init(result, steps[index].name);
    unsigned missing = steps[index].needs & this->failed;
    uint64_t start = px_clock_ms();
    if (missing)
        say_skipped(result, missing);
    else
        steps[index].run(&this->doctor, result);
    if (!result->timed)
        result->ms = px_clock_ms() - start;
    px_doctor_result_end(result);
    if (result->status == PX_DOCTOR_FAILED)
        this->failed |= 1u << index;
}

/* ---- Telling ---- */

/* On a terminal, what is being tried stands below until it is over. */
static void tell_progress(const char *name) {
    if (isatty(fileno(stderr)))
        fprintf(stderr, "\r%s... %s%s", px_cli_colour_on(stderr, PX_CLI_DIM), name,
                px_cli_colour_on(stderr, PX_CLI_PLAIN));
}

static void end_progress(const char *name) {
    if (isatty(fileno(stderr)))
        fprintf(stderr, "\r%*s\r", (int)strlen(name) + 4, "");
}

static void print_summary(const examination *this) {
    size_t count = 0;
    for (size_t i = 0; i < STEP_COUNT; i++)
        count += (this->failed >> i) & 1;
    if (count == 0) {
        printf("\n%sAll that matters works.%s\n", px_cli_colour_on(stdout, PX_CLI_GREEN),
               px_cli_colour_on(stdout, PX_CLI_PLAIN));
        return;
    }
    printf("\n%s%zu of %d steps failed:", px_cli_colour_on(stdout, PX_CLI_RED), count, STEP_COUNT);
    for (size_t i = 0; i < STEP_COUNT; i++) {
        if ((this->failed >> i) & 1)
            printf(" %s", steps[i].name);
    }
    printf("%s\n", px_cli_colour_on(stdout, PX_CLI_PLAIN));
}

static void write_target(const px_cli_settings *settings, px_json_writer *out) {
    px_json_key(out, PX_SLICE("target"));
    px_json_object_begin(out);
    px_json_member(out, PX_SLICE("host"), px_slice_of_text(settings->websocket_host));
    px_json_key(out, PX_SLICE("port"));
    px_json_u64(out, settings->port);
    px_json_key(out, PX_SLICE("tls"));
    px_json_bool(out, settings->tls);
    px_json_member(out, PX_SLICE("path"), px_slice_of_text(settings->path));
    px_json_member(out, PX_SLICE("key"), px_slice_of_text(settings->key));
    px_json_object_end(out);
}

static int print_json(const examination *this) {
    px_buffer text;
    px_json_writer out;
    px_buffer_init(&text, &px_malloc_allocator, MAX_REPORT);
    px_json_writer_init(&out, &text);
    px_json_object_begin(&out);
    px_json_member(&out, PX_SLICE("version"), px_slice_of_text(pusher_version()));
    write_target(this->doctor.settings, &out);
    px_json_key(&out, PX_SLICE("ok"));
    px_json_bool(&out, this->failed == 0);
    px_json_key(&out, PX_SLICE("transports"));
    px_json_array_begin(&out);
    for (size_t i = 0; i < PX_DOCTOR_TRANSPORTS; i++) {
        if (this->doctor.works[i])
            px_json_string(&out, px_slice_of_text(px_doctor_transport_names[i]));
    }
    px_json_array_end(&out);
    px_json_key(&out, PX_SLICE("steps"));
    px_json_array_begin(&out);
    for (size_t i = 0; i < STEP_COUNT; i++)
        px_doctor_write(&out, &this->results[i]);
    px_json_array_end(&out);
    px_json_object_end(&out);
    int result = px_json_writer_finish(&out);
    if (result == PX_OK) {
        px_cli_print_json(stdout, px_buffer_slice(&text));
        putchar('\n');
    } else {
        px_cli_error("there is no memory for the report");
    }
    px_buffer_free(&text);
    return result;
}

static int examine(const px_cli_settings *settings, const px_doctor_options *options) {
    static examination this; /* too large for the stack of some machines */
    this.doctor = (px_doctor){.settings = settings, .options = options};
    int code = PX_CLI_DONE;
    if (!options->json)
        printf("%s://%s:%u%s, app key %s\n\n", settings->tls ? "wss" : "ws",
               settings->websocket_host, (unsigned)settings->port, settings->path, settings->key);
    for (size_t i = 0; i < STEP_COUNT; i++) {
        tell_progress(steps[i].name);
        run_step(&this, i);
        end_progress(steps[i].name);
        if (!options->json)
            px_doctor_print(stdout, &this.results[i]);
        if (!px_cli_flush())
            code = PX_CLI_FAILED;
    }
    if (!options->json)
        print_summary(&this);
    else if (print_json(&this) != PX_OK)
        code = PX_CLI_FAILED;
    for (size_t i = 0; i < STEP_COUNT; i++)
        px_doctor_result_free(&this.results[i]);
    return !px_cli_flush() || this.failed ? PX_CLI_FAILED : code;
}

int px_cli_doctor(int argc, char **argv) {
    px_cli_given given = {0};
    px_doctor_options own = {.timeout = DEFAULT_TIMEOUT};
    const px_cli_group groups[] = {
        {"Options:", own_options, PX_CLI_COUNT(own_options), &own},
        PX_CLI_WHERE_GROUP(&given),
        PX_CLI_APP_GROUP(&given),
    };
    size_t arguments;
    int code = px_cli_parse(&usage, groups, PX_CLI_COUNT(groups), argc, argv, &arguments);
    if (code != PX_CLI_GO_ON)
        return code;
    px_doctor_target target;
    char why[PX_CLI_WHY_SIZE];
    if (arguments == 1 && !px_doctor_read_url(argv[1], &target, &given, why)) {
        px_cli_error("%s", why);
        return PX_CLI_USAGE;
    }
    px_cli_settings settings;
    if (!px_cli_check_pairs(&own.auth_parameters, '=', "auth-param", "NAME=VALUE") ||
        !px_cli_check_pairs(&own.auth_headers, ':', "auth-header", "NAME:VALUE") ||
        !px_cli_settings_for(&given, PX_CLI_NEED_KEY, &settings))
        return PX_CLI_USAGE;
    return examine(&settings, &own);
}
