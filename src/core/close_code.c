#include "core/close_code.h"

#include <limits.h>
#include <stddef.h>

static const struct {
    int first;
    int last;
    px_close_action action;
} actions[] = {
    {1002, 1004, PX_CLOSE_BACKOFF}, {4000, 4000, PX_CLOSE_TLS_ONLY},
    {4001, 4099, PX_CLOSE_REFUSED}, {4100, 4199, PX_CLOSE_BACKOFF},
    {4200, 4299, PX_CLOSE_RETRY},   {4300, INT_MAX, PX_CLOSE_REFUSED},
};

px_close_action px_close_code_action(int code) {
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
        if (code >= actions[i].first && code <= actions[i].last)
            return actions[i].action;
    return PX_CLOSE_NONE;
}
