#include "server/app.h"

#define DEFAULT_TEXT(value)   PX_SLICE(value)
#define DEFAULT_NUMBER(value) (value)
#define DEFAULT_FLAG(value)   (value)
#define DEFAULT_LIST(value)                                                                        \
    { NULL, (value) }

#define DEFAULT(type, field, name, fallback, minimum, maximum, text)                               \
    .field = DEFAULT_##type(fallback),

void px_app_options_default(px_app_options *options) {
    *options = (px_app_options){PX_APP_OPTIONS(DEFAULT)};
}

void px_hub_options_default(px_hub_options *options) {
    *options = (px_hub_options){PX_HUB_OPTIONS(DEFAULT)};
}
