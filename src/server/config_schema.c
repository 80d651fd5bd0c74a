/* The objects of a configuration: the tables of settings, as schemas, and what must hold for an
 * object as a whole. */
#include "server/config_reader.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define SETTING(options, type, field, name, minimum, maximum)                                      \
    {PX_CONFIG_##type, PX_LITERAL(name), offsetof(options, field), minimum, maximum},
#define ALIAS(other, name, factor) {PX_LITERAL(other), PX_LITERAL(name), factor},

/* The lists of objects are read as one struct of their own (config_object.c). */
#define ASSERT_LIST(list)                                                                          \
    _Static_assert(offsetof(list, items) == 0 && offsetof(list, count) == sizeof(void *) &&        \
                       sizeof(list) == sizeof(void *) + sizeof(size_t),                            \
                   "a pointer and a count")
ASSERT_LIST(px_token_list);
ASSERT_LIST(px_webhook_list);
_Static_assert(offsetof(px_server_options, app_count) ==
                   offsetof(px_server_options, apps) + sizeof(void *),
               "a pointer and a count");

/* ---- Webhooks ---- */

#define FILTER_SETTING(type, field, name, fallback, minimum, maximum, text)                        \
    SETTING(px_webhook_filter, type, field, name, minimum, maximum)
static const px_config_setting FILTER_SETTINGS[] = {PX_WEBHOOK_FILTER(FILTER_SETTING)};
static const px_config_alias FILTER_ALIASES[] = {PX_WEBHOOK_FILTER_ALIASES(ALIAS)};
static const px_config_schema FILTER = {
    .settings = FILTER_SETTINGS,
    .setting_count = COUNT(FILTER_SETTINGS),
    .aliases = FILTER_ALIASES,
    .alias_count = COUNT(FILTER_ALIASES),
};

static void set_webhook_default(void *options) {
    px_webhook_options_default(options);
}

static int check_webhook(px_config *this, const void *options, size_t at) {
    const px_webhook_options *webhook = options;
    return webhook->url.len > 0 ? PX_OK : px_config_fail(this, at, "this webhook lacks its url");
}

#define WEBHOOK_SETTING(type, field, name, fallback, minimum, maximum, text)                       \
    SETTING(px_webhook_options, type, field, name, minimum, maximum)
static const px_config_setting WEBHOOK_SETTINGS[] = {PX_WEBHOOK_OPTIONS(WEBHOOK_SETTING)};
static const px_config_schema WEBHOOK = {
    .settings = WEBHOOK_SETTINGS,
    .setting_count = COUNT(WEBHOOK_SETTINGS),
    .size = sizeof(px_webhook_options),
    .set_default = set_webhook_default,
    .check = check_webhook,
};

/* ---- Apps and tokens ---- */

static const char SAME_KEY[] = "two apps or tokens have the same key";

/* Remembers a name that no other app may have. */
static int claim(const px_config *this, px_map *taken, px_slice name, size_t at,
                 const char *problem) {
    if (px_map_get(taken, name))
        return px_config_fail(this, at, "%s", problem);
    int result = px_map_put(taken, name, taken);
    return result == PX_OK ? PX_OK : px_config_fail_memory(this, result);
}

static void set_token_default(void *options) {
    *(px_token *)options = (px_token){.key = {NULL, 0}};
}

static int check_token(px_config *this, const void *options, size_t at) {
    const px_token *token = options;
    if (token->key.len == 0 || token->secret.len == 0)
        return px_config_fail(this, at, "this token lacks its %s; a token needs key and secret",
                              token->key.len == 0 ? "key" : "secret");
    return claim(this, &this->keys, token->key, at, SAME_KEY);
}

#define TOKEN_SETTING(type, field, name, fallback, minimum, maximum, text)                         \
    SETTING(px_token, type, field, name, minimum, maximum)
static const px_config_setting TOKEN_SETTINGS[] = {PX_TOKEN_OPTIONS(TOKEN_SETTING)};
static const px_config_schema TOKEN = {
    .settings = TOKEN_SETTINGS,
    .setting_count = COUNT(TOKEN_SETTINGS),
    .size = sizeof(px_token),
    .set_default = set_token_default,
    .check = check_token,
};

static void set_app_default(void *options) {
    px_app_options_default(options);
}

static int check_app(px_config *this, const void *options, size_t at) {
    const px_app_options *app = options;
    const char *missing = app->id.len == 0       ? "id"
                          : app->key.len == 0    ? "key"
                          : app->secret.len == 0 ? "secret"
                                                 : NULL;
    if (missing)
        return px_config_fail(this, at, "this app lacks its %s; an app needs id, key and secret",
                              missing);
    int result = claim(this, &this->ids, app->id, at, "two apps have the same id");
    return result == PX_OK ? claim(this, &this->keys, app->key, at, SAME_KEY) : result;
}

#define APP_SETTING(type, field, name, fallback, minimum, maximum, text)                           \
    SETTING(px_app_options, type, field, name, minimum, maximum)
static const px_config_setting APP_SETTINGS[] = {PX_APP_OPTIONS(APP_SETTING)};
static const px_config_alias APP_ALIASES[] = {PX_APP_ALIASES(ALIAS)};
_Static_assert(COUNT(APP_SETTINGS) <= PX_CONFIG_MAX_SETTINGS, "settings are bits of a word");
static const px_config_schema APP = {
    .settings = APP_SETTINGS,
    .setting_count = COUNT(APP_SETTINGS),
    .aliases = APP_ALIASES,
    .alias_count = COUNT(APP_ALIASES),
    .size = sizeof(px_app_options),
    .least = 1,
    .set_default = set_app_default,
    .check = check_app,
};

/* ---- The file ---- */

#define SERVER_SETTING(type, field, name, fallback, minimum, maximum, text)                        \
    SETTING(px_server_options, type, field, name, minimum, maximum)
#define HUB_SETTING(type, field, name, fallback, minimum, maximum, text)                           \
    SETTING(px_server_options, type, hub.field, name, minimum, maximum)
static const px_config_setting ROOT_SETTINGS[] = {PX_SERVER_OPTIONS(SERVER_SETTING) PX_HUB_OPTIONS(
    HUB_SETTING) SETTING(px_server_options, APPS, apps, "apps", 0, 0)};
_Static_assert(COUNT(ROOT_SETTINGS) <= PX_CONFIG_MAX_SETTINGS, "settings are bits of a word");
const px_config_schema px_config_root = {
    .settings = ROOT_SETTINGS,
    .setting_count = COUNT(ROOT_SETTINGS),
};

const px_config_schema *px_config_schema_of(px_config_type type) {
    static const px_config_schema *const SCHEMAS[PX_CONFIG_TYPE_COUNT] = {
        [PX_CONFIG_FILTER] = &FILTER,
        [PX_CONFIG_TOKENS] = &TOKEN,
        [PX_CONFIG_WEBHOOKS] = &WEBHOOK,
        [PX_CONFIG_APPS] = &APP,
    };
    return SCHEMAS[type];
}
