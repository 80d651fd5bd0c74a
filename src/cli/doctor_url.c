/* The URL that `pusher doctor` takes. */
#include "cli/doctor_url.h"
#include "base/slice.h"

#include <stdio.h>

static const struct {
    const char *prefix;
    bool tls, is_websocket;
} schemes[] = {
    {"ws://", false, true},
    {"wss://", true, true},
    {"http://", false, false},
    {"https://", true, false},
};

static int hex(char digit) {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    digit = (char)(digit | 0x20);
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* In place; what is no escape stays. */
static void decode(char *text) {
    char *out = text;
    for (; *text; text++) {
        if (text[0] == '%' && hex(text[1]) >= 0 && hex(text[2]) >= 0 &&
            hex(text[1]) * 16 + hex(text[2]) > 0) {
            *out++ = (char)(hex(text[1]) * 16 + hex(text[2]));
            text += 2;
        } else {
            *out++ = *text;
        }
    }
    *out = '\0';
}

/* Ends the text before the first `mark`, and gives what stands behind it; NULL: it is not there. */
static char *cut(char *text, char mark) {
    char *found = strchr(text, mark);
    if (!found)
        return NULL;
    *found = '\0';
    return found + 1;
}

static void set(const char **place, const char *value) {
    if (!*place && value && *value)
        *place = value;
}

static bool complain(char *why, const char *what) {
    snprintf(why, PX_CLI_WHY_SIZE,
             "%s; write ws://HOST:PORT/app/KEY, or https://KEY:SECRET@HOST:PORT/apps/ID", what);
    return false;
}

/* "[KEY[:SECRET]@]HOST[:PORT]" */
static bool read_authority(char *text, px_cli_given *given, char *why) {
    char *host = strrchr(text, '@');
    if (host) {
        *host++ = '\0';
        char *secret = cut(text, ':');
        if (secret)
            decode(secret);
        decode(text);
        set(&given->key, text);
        set(&given->secret, secret);
    } else {
        host = text;
    }
    char *behind = host[0] == '[' ? strchr(host, ']') : NULL;
    if (host[0] == '[' && !behind)
        return complain(why, "the URL's address has no closing bracket");
    char *port = cut(behind ? behind : host, ':');
    uint64_t number = 0;
    if (port &&
        (!px_slice_to_u64(px_slice_of_text(port), &number) || number == 0 || number > UINT16_MAX))
        return complain(why, "the URL's port is no number from 1 to 65535");
    if (!*host)
        return complain(why, "the URL names no host");
    set(&given->host, host);
    if (!given->port)
        given->port = (uint32_t)number;
    return true;
}

/* "[/PATH][/app/KEY]" or "[/PATH][/apps/ID]" */
static void read_path(char *path, bool is_websocket, px_cli_given *given) {
    const char *mark = is_websocket ? "/app/" : "/apps/";
    char *name = strstr(path, mark);
    if (name) {
        *name = '\0';
        name += strlen(mark);
        (void)cut(name, '/');
        decode(name);
        set(is_websocket ? &given->key : &given->id, name);
    }
    size_t len = strlen(path);
    while (len > 0 && path[len - 1] == '/')
        path[--len] = '\0';
    set(&given->path, path);
}

bool px_doctor_read_url(const char *url, px_doctor_target *target, px_cli_given *given,
                        char why[PX_CLI_WHY_SIZE]) {
    size_t i = 0, len = strlen(url);
    while (i < PX_CLI_COUNT(schemes) &&
           strncmp(url, schemes[i].prefix, strlen(schemes[i].prefix)) != 0)
        i++;
    if (i == PX_CLI_COUNT(schemes))
        return complain(why, "the URL begins with none of ws://, wss://, http:// and https://");
    if (len >= sizeof target->text - 1)
        return complain(why, "the URL is too long");
    /* A gap for the NUL between host and path, which keeps its slash. */
    const char *authority = url + strlen(schemes[i].prefix);
    size_t authority_len = strcspn(authority, "/?#");
    memcpy(target->text, authority, authority_len);
    target->text[authority_len] = '\0';
    char *path = target->text + authority_len + 1;
    memcpy(path, authority + authority_len, strlen(authority + authority_len) + 1);
    path[strcspn(path, "?#")] = '\0';
    if (!read_authority(target->text, given, why))
        return false;
    read_path(path, schemes[i].is_websocket, given);
    if (!given->tls && !given->no_tls) {
        given->tls = schemes[i].tls;
        given->no_tls = !schemes[i].tls;
    }
    return true;
}
