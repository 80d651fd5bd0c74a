#include "driver/route_settings.h"

#include <stdio.h>

int px_refuse(const px_complaint *complaint, const char *sentence) {
    if (complaint->size)
        snprintf(complaint->text, complaint->size, "%s", sentence);
    return PX_ERR_ARGUMENT;
}

int px_options_read(void *options, size_t size, const void *given, const char *init,
                    const px_complaint *complaint) {
    size_t given_size;
    if (!given)
        return PX_OK;
    memcpy(&given_size, given, sizeof given_size);
    if (given_size < sizeof given_size) {
        char sentence[96];
        snprintf(sentence, sizeof sentence, "size is not set: start from %s", init);
        return px_refuse(complaint, sentence);
    }
    size_t known = given_size < size ? given_size : size;
    const char *bytes = given;
    for (size_t i = known; i < given_size; i++) {
        if (bytes[i])
            return px_refuse(complaint,
                             "size is that of a newer library, and an option is set that "
                             "this one does not know");
    }
    memcpy(options, given, known);
    return PX_OK;
}

int px_copy_option(px_arena *arena, px_slice text, const char *name, const char **copy,
                   const px_complaint *complaint) {
    if (!text.len)
        return PX_OK;
    if (memchr(text.ptr, '\0', text.len)) {
        char sentence[64];
        snprintf(sentence, sizeof sentence, "%s must not hold a NUL", name);
        return px_refuse(complaint, sentence);
    }
    void *memory;
    int result = px_arena_alloc(arena, text.len + 1, &memory);
    if (result)
        return result;
    memcpy(memory, text.ptr, text.len);
    ((char *)memory)[text.len] = '\0';
    *copy = memory;
    return PX_OK;
}

/* ---- Checks ---- */

static bool holds(px_slice text, char mark) {
    return text.len && memchr(text.ptr, mark, text.len);
}

static int check_proxy(const px_route_texts *options, const px_complaint *complaint) {
    px_slice url = options->proxy;
    bool has_url = url.len && !px_slice_equal(url, PX_SLICE(PX_PROXY_NONE));
    const char *fault = has_url ? px_route_proxy_fault(url) : NULL;
    if (fault) {
        char sentence[160];
        snprintf(sentence, sizeof sentence, "proxy %s", fault);
        return px_refuse(complaint, sentence);
    }
    if (options->proxy_password.len && !options->proxy_username.len)
        return px_refuse(complaint, "proxy_password makes no sense without proxy_username");
    if (has_url && options->proxy_username.len && holds(url, '@'))
        return px_refuse(complaint, "proxy has a user name already: leave out proxy_username");
    return PX_OK;
}

static int check_client_certificate(const px_route_texts *options, const px_complaint *complaint) {
    if (options->client_key.len && !options->client_cert.len)
        return px_refuse(complaint, "client_key makes no sense without client_cert");
    if (options->client_key_password.len && !options->client_cert.len)
        return px_refuse(complaint, "client_key_password makes no sense without client_cert");
    return PX_OK;
}

static int check_pin(const px_route_texts *options, const px_complaint *complaint) {
    px_slice pin = options->pin;
    if (pin.len && !px_slice_starts_with(pin, PX_SLICE("sha256//")))
        return px_refuse(complaint, "pin must be sha256//BASE64, or several joined by semicolons");
    if (options->insecure && pin.len)
        return px_refuse(complaint, "insecure makes no sense together with pin");
    return PX_OK;
}

/* ---- Reading ---- */

static const struct {
    uint16_t text; /* where it is in px_route_texts */
    uint16_t copy; /* in px_route */
    char name[20];
} rows[] = {
#define ROW(name, member) {offsetof(px_route_texts, name), offsetof(px_route, member), #name},
    PX_ROUTE_TEXTS(ROW)
#undef ROW
};
#define FITS(called, member)                                                                       \
    _Static_assert(sizeof #called <= sizeof rows[0].name, "the name needs its NUL");
PX_ROUTE_TEXTS(FITS)
#undef FITS

static int copy_route(px_route *route, px_arena *arena, const px_route_texts *options,
                      const px_complaint *complaint) {
    int result = PX_OK;
    route->tls.insecure = options->insecure;
    for (size_t i = 0; !result && i < sizeof rows / sizeof rows[0]; i++) {
        const px_slice *text = (const void *)((const char *)options + rows[i].text);
        const char **copy = (void *)((char *)route + rows[i].copy);
        result = px_copy_option(arena, *text, rows[i].name, copy, complaint);
    }
    if (!result && px_slice_equal(options->proxy, PX_SLICE(PX_PROXY_NONE)))
        route->proxy.url = "";
    return result;
}

int px_route_read(px_route *route, px_arena *arena, const px_route_texts *options,
                  const px_complaint *complaint) {
    int result = check_pin(options, complaint);
    if (!result)
        result = check_proxy(options, complaint);
    if (!result)
        result = check_client_certificate(options, complaint);
    return result ? result : copy_route(route, arena, options, complaint);
}
