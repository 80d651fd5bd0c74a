/* Prints the tables of the documentation, in Markdown, from the tables that the code is made of.
 *
 *     option_tables client|javascript|option_names|server|app|webhook|aliases|results|protocol_errors
 *
 * check_docs.py compares them with what stands in docs/, and writes them there. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <pusher/pusher.h>

#include "client/option_names.h"
#include "core/options.h"
#include "server/app.h"
#include "server/protocol_error.h"
#include "server/server.h"

/* ---- The server's settings ---- */

#define FALLBACK_TEXT(fallback)   "\"" fallback "\""
#define FALLBACK_LIST(fallback)   "[]"
#define FALLBACK_FLAG(fallback)   (fallback) ? "true" : "false"
#define FALLBACK_NUMBER(fallback) #fallback
#define FALLBACK_URL(fallback)    ""
#define FALLBACK_HEADERS(f)       "{}"
#define FALLBACK_KINDS(fallback)  "all"
#define FALLBACK_FILTER(fallback) "{}"
#define FALLBACK_TOKENS(fallback) "[]"
#define FALLBACK_WEBHOOKS(f)      "[]"
#define IS_NUMBER_TEXT            false
#define IS_NUMBER_LIST            false
#define IS_NUMBER_FLAG            false
#define IS_NUMBER_URL             false
#define IS_NUMBER_HEADERS         false
#define IS_NUMBER_KINDS           false
#define IS_NUMBER_FILTER          false
#define IS_NUMBER_TOKENS          false
#define IS_NUMBER_WEBHOOKS        false
#define IS_NUMBER_NUMBER          true

#define SETTING_ROW(type, field, name, fallback, minimum, maximum, text)                           \
    print_setting(name, FALLBACK_##type(fallback), IS_NUMBER_##type, minimum, maximum, text);

static void print_range(uint32_t minimum, uint32_t maximum) {
    printf("%u to %u", (unsigned)minimum, (unsigned)maximum);
}

static void print_setting(const char *name, const char *fallback, bool is_number, uint32_t minimum,
                          uint32_t maximum, const char *text) {
    /* Without a default, it must be given. */
    bool has_default = strstr(text, "Required") == NULL;
    printf("| `%s` | %s%s%s | ", name, has_default ? "`" : "", has_default ? fallback : "",
           has_default ? "`" : "");
    if (is_number)
        print_range(minimum, maximum);
    printf(" | %s |\n", text);
}

static void print_settings_head(void) {
    printf("| key | default | range | what it is |\n|---|---|---|---|\n");
}

static int print_server(void) {
    print_settings_head();
    PX_SERVER_OPTIONS(SETTING_ROW)
    PX_HUB_OPTIONS(SETTING_ROW)
    printf("| `apps` | `[]` | | The apps: a list of objects with the keys below. |\n");
    return 0;
}

static int print_app(void) {
    print_settings_head();
    PX_APP_OPTIONS(SETTING_ROW)
    return 0;
}

static int print_webhook(void) {
    print_settings_head();
    PX_WEBHOOK_OPTIONS(SETTING_ROW)
    return 0;
}

static void print_alias(const char *other, const char *name, unsigned factor) {
    printf("| `%s` | `%s`%s |\n", other, name, factor == 1 ? "" : ", in KiB");
}

#define ALIAS_ROW(other, name, factor) print_alias(other, name, factor);

static int print_aliases(void) {
    printf("| key | means |\n|---|---|\n");
    PX_APP_ALIASES(ALIAS_ROW)
    PX_WEBHOOK_FILTER_ALIASES(ALIAS_ROW)
    return 0;
}

/* ---- The client's options ---- */

/* The public name of each of the engine's options. */
static const struct {
    const char *member;
    size_t place;  /* in the engine's table */
    size_t offset; /* so that the member must exist */
} public_options[] = {
#define PUBLIC(member, field) {#member, PX_OPTION_OF_##field, offsetof(pusher_options, member)},
    PX_CLIENT_OPTION_NAMES(PUBLIC)
#undef PUBLIC
};

/* What the library sets itself. The key is an argument of its own. */
static const char *const private_options[] = {
    "key",          "askAuthorization",      "clientName", "clientVersion", "statsTransport",
    "sockjsClient", "askUserAuthentication", "encryption"};

static bool is_private(px_slice name) {
    for (size_t i = 0; i < sizeof private_options / sizeof *private_options; i++)
        if (px_slice_equal(name, px_slice_of_text(private_options[i])))
            return true;
    return false;
}

static const char *member_of(const px_option *option) {
    for (size_t i = 0; i < sizeof public_options / sizeof *public_options; i++)
        if (option == &px_option_table[public_options[i].place])
            return public_options[i].member;
    return NULL;
}

static void print_default(const px_option *option) {
    if (option->type == PX_OPTION_NUMBER)
        printf("%u", (unsigned)option->default_number);
    else if (option->type == PX_OPTION_FLAG)
        printf("false");
    else if (option->type == PX_OPTION_TEXT && option->default_text[0])
        printf("`%s`", option->default_text);
}

/* What else than this is refused. */
static void print_allowed(const px_option *option) {
    static const px_slice must_be = {"must be ", 8};
    px_slice rule = px_option_rule(option);
    switch ((px_option_type)option->type) {
    case PX_OPTION_NUMBER:
        print_range(option->minimum, option->maximum);
        break;
    case PX_OPTION_FLAG:
        printf("true, false");
        break;
    case PX_OPTION_CHOICE:
        printf("yes, no, unset");
        break;
    case PX_OPTION_LIST:
        printf("names");
        break;
    case PX_OPTION_PAIRS:
        printf("names with values, %u bytes", (unsigned)px_option_pairs_limit(option));
        break;
    case PX_OPTION_TEXT:
        rule = px_slice_after(rule, px_slice_starts_with(rule, must_be) ? must_be.len : 0);
        printf("%.*s", (int)rule.len, rule.ptr);
        break;
    }
}

/* check_docs.py puts the names of the transcripts in the place of the braces. */
static void print_option(const px_option *option, const char *member) {
    px_slice documentation = px_option_documentation(option);
    printf("| `%s` | `%s` | ", member, option->name);
    print_default(option);
    printf(" | ");
    print_allowed(option);
    printf(" | %.*s | {tests %s} |\n", (int)documentation.len, documentation.ptr, option->name);
}

static int print_client(void) {
    int result = 0;
    printf("| member | in JavaScript | default | allowed | what it is | transcripts |\n"
           "|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < px_option_count; i++) {
        const px_option *option = &px_option_table[i];
        const char *member = member_of(option);
        if (member) {
            print_option(option, member);
        } else if (!is_private(px_option_name(option))) {
            fprintf(stderr, "option_tables: is %s public? Put it into one of the lists\n",
                    option->name);
            result = 1;
        }
    }
    return result;
}

/* The options that programs in JavaScript give under the engine's names. What has a dot in its name
 * they give otherwise; docs/javascript.md says how. */
static int print_javascript(void) {
    printf("| option | default | allowed | what it is |\n|---|---|---|---|\n");
    for (size_t i = 0; i < px_option_count; i++) {
        const px_option *option = &px_option_table[i];
        px_slice name = px_option_name(option);
        px_slice documentation = px_option_documentation(option);
        bool other_way = memchr(name.ptr, '.', name.len) ||
                         px_slice_equal(name, PX_SLICE("plain")) ||
                         px_slice_equal(name, PX_SLICE("logLevel"));
        if (other_way || is_private(name))
            continue;
        printf("| `%.*s` | ", (int)name.len, name.ptr);
        print_default(option);
        printf(" | ");
        print_allowed(option);
        printf(" | %.*s |\n", (int)documentation.len, documentation.ptr);
    }
    return 0;
}

/* The names of all options of the engine, one a line. */
static int print_option_names(void) {
    for (size_t i = 0; i < px_option_count; i++)
        printf("%s\n", px_option_table[i].name);
    return 0;
}

/* ---- Codes ---- */

static int print_results(void) {
    printf("| name | number | what it says |\n|---|---|---|\n");
#define ROW(name, number, text) printf("| `%s` | %d | %s |\n", #name, number, text);
    PUSHER_RESULTS(ROW)
#undef ROW
    return 0;
}

static void print_protocol_error(unsigned code, const char *text) {
    if (code)
        printf("| %u | %s |\n", code, text);
    else
        printf("| `null` | %s |\n", text);
}

static int print_protocol_errors(void) {
    printf("| code | message |\n|---|---|\n");
#define ROW(name, code, text) print_protocol_error(code, text);
    PX_PROTOCOL_ERRORS(ROW)
#undef ROW
    return 0;
}

static const struct {
    const char *name;
    int (*print)(void);
} tables[] = {{"client", print_client},
              {"option_names", print_option_names},
              {"server", print_server},
              {"app", print_app},
              {"webhook", print_webhook},
              {"aliases", print_aliases},
              {"javascript", print_javascript},
              {"results", print_results},
              {"protocol_errors", print_protocol_errors}};

int main(int argc, char **argv) {
    for (size_t i = 0; argc == 2 && i < sizeof tables / sizeof *tables; i++)
        if (strcmp(argv[1], tables[i].name) == 0)
            return tables[i].print();
    fprintf(stderr,
            "usage: option_tables "
            "client|javascript|option_names|server|app|webhook|aliases|results|protocol_errors\n");
    return 2;
}
