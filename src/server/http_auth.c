/* Authenticating requests of the HTTP API: signature, timestamp and digest of the body. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "net/signature.h"
#include "server/http_call.h"
#include "server/text.h"

enum {
    MAX_SKEW_SECONDS = 600,
    ISO_8601_LENGTH = 20, /* 2024-01-31T23:59:59Z */
    PARTS_PER_PARAM = 4,  /* & name = value */
};

static int unauthorized(px_http_call *call, px_slice text) {
    return px_http_fail(call, PX_HTTP_UNAUTHORIZED, text);
}

/* ---- Presence of the parameters and the key ---- */

static int check_params(px_http_call *call) {
    static const px_slice REQUIRED[] = {PX_LITERAL("auth_key"), PX_LITERAL("auth_timestamp"),
                                        PX_LITERAL("auth_version"), PX_LITERAL("auth_signature")};
    for (size_t i = 0; i < sizeof(REQUIRED) / sizeof(REQUIRED[0]); i++)
        if (!px_http_param_find(&call->params, REQUIRED[i]))
            return unauthorized(
                call,
                px_text_of(call->arena, PX_SLICE("Missing required parameter: "), REQUIRED[i]));
    if (!px_slice_equal(px_http_param_value(&call->params, PX_SLICE("auth_version")),
                        PX_SLICE("1.0")))
        return unauthorized(call, PX_SLICE("Unknown auth_version: must be 1.0"));
    return PX_HTTP_OK;
}

static int check_key(px_http_call *call) {
    px_slice key = px_http_param_value(&call->params, PX_SLICE("auth_key"));
    if (!px_app_find_secret(&call->app->options, key, &call->secret))
        return unauthorized(call, PX_SLICE("Unknown auth_key: it does not belong to this app"));
    return PX_HTTP_OK;
}

/* ---- Timestamp ---- */

/* ISO 8601; far beyond any calendar the number itself. */
static px_slice time_text(px_arena *arena, uint64_t unix_seconds) {
    char text[ISO_8601_LENGTH + 1];
    time_t seconds = (time_t)unix_seconds;
    struct tm parts;
    if (unix_seconds > INT32_MAX * UINT64_C(100) || !gmtime_r(&seconds, &parts) ||
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts) != ISO_8601_LENGTH)
        return px_text_of_number(arena, unix_seconds);
    return px_text_of(arena, px_slice_of(text, ISO_8601_LENGTH));
}

static int check_timestamp(px_http_call *call) {
    uint64_t given, now = call->hub->unix_seconds;
    px_slice text = px_http_param_value(&call->params, PX_SLICE("auth_timestamp"));
    if (!px_slice_to_u64(text, &given))
        return unauthorized(call, PX_SLICE("Invalid auth_timestamp: must be seconds since 1970"));
    uint64_t skew = given > now ? given - now : now - given;
    if (skew <= MAX_SKEW_SECONDS)
        return PX_HTTP_OK;
    return unauthorized(call,
                        px_text_of(call->arena, PX_SLICE("Timestamp expired: Given timestamp ("),
                                   time_text(call->arena, given),
                                   PX_SLICE(") not within 600s of server time ("),
                                   time_text(call->arena, now), PX_SLICE(")")));
}

/* ---- Body ---- */

static int check_body(px_http_call *call) {
    char digest[PX_MD5_LENGTH];
    if (call->request->body.len == 0)
        return PX_HTTP_OK;
    px_slice given = px_http_param_value(&call->params, PX_SLICE("body_md5"));
    if (!given.ptr)
        return unauthorized(call, PX_SLICE("Missing required parameter: body_md5"));
    if (px_md5(call->request->body, digest) != PX_OK)
        return px_http_fail_memory(call);
    if (!px_slice_equal_ignore_case(given, px_slice_of(digest, sizeof(digest))))
        return unauthorized(call, PX_SLICE("Invalid body_md5: it is not the digest of the body"));
    return PX_HTTP_OK;
}

/* ---- Signature ---- */

/* METHOD, PATH and the sorted parameters except the signature, each on its line. Empty without
 * memory. */
static px_slice string_to_sign(px_http_call *call, px_slice path, bool raw_params) {
    void *memory;
    const px_http_params *params = &call->params;
    size_t most = 4 + PARTS_PER_PARAM * params->count;
    if (px_arena_alloc(call->arena, most * sizeof(px_slice), &memory) != PX_OK)
        return px_slice_of(NULL, 0);
    px_slice *parts = memory;
    size_t count = 0;
    parts[count++] = call->request->method;
    parts[count++] = PX_SLICE("\n");
    parts[count++] = path;
    px_slice separator = PX_SLICE("\n");
    for (size_t i = 0; i < params->count; i++) {
        const px_http_param *param = &params->items[i];
        if (px_slice_equal(param->name, PX_SLICE("auth_signature")))
            continue;
        parts[count++] = separator;
        parts[count++] = raw_params ? param->raw_name : param->name;
        parts[count++] = PX_SLICE("=");
        parts[count++] = raw_params ? param->raw_value : param->value;
        separator = PX_SLICE("&");
    }
    return px_text_join(call->arena, parts, count);
}

/* The protocol signs decoded parameters and the path as it is; some libraries escape before signing
 * and some HTTP stacks escape after it. Whoever knows the secret may spell either way. */
static int check_signature(px_http_call *call) {
    px_slice given = px_http_param_value(&call->params, PX_SLICE("auth_signature"));
    px_slice paths[2] = {call->request->path};
    px_slice documented = {NULL, 0};
    if (px_percent_decode(call->arena, paths[0], false, &paths[1]) != PX_OK)
        return px_http_fail_memory(call);
    for (unsigned spelling = 0; spelling < 4; spelling++) {
        px_slice text = string_to_sign(call, paths[spelling / 2], spelling % 2);
        if (!text.ptr)
            return px_http_fail_memory(call);
        if (px_signature_verify(call->secret, &text, 1, given))
            return PX_HTTP_OK;
        if (spelling == 0)
            documented = text;
    }
    return unauthorized(
        call,
        px_text_of(call->arena,
                   PX_SLICE("Invalid signature: you should have sent HmacSHA256Hex(\""), documented,
                   PX_SLICE("\", your_secret_key), but you sent \""), given, PX_SLICE("\"")));
}

int px_http_authenticate(px_http_call *call) {
    static int (*const CHECKS[])(px_http_call *) = {check_params, check_key, check_timestamp,
                                                    check_body, check_signature};
    for (size_t i = 0; i < sizeof(CHECKS) / sizeof(CHECKS[0]); i++) {
        int status = CHECKS[i](call);
        if (status != PX_HTTP_OK)
            return status;
    }
    return PX_HTTP_OK;
}
