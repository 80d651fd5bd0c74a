#include "backend/request.h"

#include "base/utf8.h"
#include "net/signature.h"
#include "json/reader.h"

#include <stdio.h>
#include <time.h>

enum { MAX_URL = 65536, OWN_PARAMETERS = 4, MAX_SHOWN = 400 };

int px_backend_percent_encode(px_buffer *out, px_slice text) {
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    static const char hex[] = "0123456789ABCDEF";
    int result = PX_OK;
    for (size_t i = 0; i < text.len && !result; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        const char escape[] = {'%', hex[byte >> 4], hex[byte & 15]};
        result = memchr(plain, byte, sizeof plain - 1)
                     ? px_buffer_append(out, px_slice_of(text.ptr + i, 1))
                     : px_buffer_append(out, px_slice_of(escape, sizeof escape));
    }
    return result;
}

/* ---- Text that is put together piece by piece; after a failure it takes no more ---- */

typedef struct builder {
    px_buffer *out;
    int result;
} builder;

static void add(builder *to, px_slice text) {
    if (!to->result)
        to->result = px_buffer_append(to->out, text);
}

static void add_encoded(builder *to, px_slice text) {
    if (!to->result)
        to->result = px_backend_percent_encode(to->out, text);
}

/* ---- Parameters ---- */

/* All of them, sorted by name; those of equal names stay in their order. */
typedef struct parameters {
    px_backend_parameter list[PX_REQUEST_MAX_PARAMETERS + OWN_PARAMETERS];
    size_t count;
    char timestamp[20];
    char body_md5[PX_MD5_LENGTH];
} parameters;

static void insert(parameters *all, px_slice name, px_slice value) {
    size_t place = all->count++;
    for (; place > 0 && px_slice_compare(all->list[place - 1].name, name) > 0; place--)
        all->list[place] = all->list[place - 1];
    all->list[place] = (px_backend_parameter){name, value};
}

static bool is_plain_name(px_slice name) {
    if (px_slice_starts_with(name, PX_SLICE("auth_")) || px_slice_equal(name, PX_SLICE("body_md5")))
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !memchr("_-.[]", c, 5))
            return false;
    }
    return name.len > 0;
}

static int collect(pusher_app *app, const px_backend_request *request, uint64_t timestamp,
                   parameters *all) {
    all->count = 0;
    if (request->parameter_count > PX_REQUEST_MAX_PARAMETERS)
        return px_answer_refuse(app, PX_ERR_LIMIT, "at most %d parameters",
                                PX_REQUEST_MAX_PARAMETERS);
    insert(all, PX_SLICE("auth_key"), app->settings.credentials.key);
    insert(all, PX_SLICE("auth_timestamp"),
           px_slice_of(all->timestamp, px_u64_to_text(timestamp, all->timestamp)));
    insert(all, PX_SLICE("auth_version"), PX_SLICE("1.0"));
    if (request->body.len) {
        int result = px_md5(request->body, all->body_md5);
        if (result)
            return result;
        insert(all, PX_SLICE("body_md5"), px_slice_of(all->body_md5, sizeof all->body_md5));
    }
    for (size_t i = 0; i < request->parameter_count; i++) {
        const px_backend_parameter *given = &request->parameters[i];
        if (!is_plain_name(given->name))
            return px_answer_refuse_name(
                app, given->name,
                "can't be a parameter: names have small letters, digits and "
                "_-.[], and are not those that sign");
        insert(all, given->name, given->value);
    }
    return PX_OK;
}

/* Signed as they are meant, and sent percent-encoded. */
static void add_parameters(builder *to, const parameters *all,
                           void (*add_value)(builder *to, px_slice text)) {
    for (size_t i = 0; i < all->count; i++) {
        if (i)
            add(to, PX_SLICE("&"));
        add_value(to, all->list[i].name);
        add(to, PX_SLICE("="));
        add_value(to, all->list[i].value);
    }
}

/* ---- The URL ---- */

static bool is_path(px_slice path) {
    bool fine = path.len && path.ptr[0] == '/';
    for (size_t i = 0; fine && i < path.len; i++) {
        unsigned char byte = (unsigned char)path.ptr[i];
        fine = byte > ' ' && byte < 0x7f && byte != '?' && byte != '#';
    }
    return fine;
}

/* What is signed: a prefix in front of it is a matter of transport, which a proxy may take away. */
static void add_path(builder *to, const pusher_app *app, const px_backend_request *request) {
    add(to, PX_SLICE("/apps/"));
    add_encoded(to, app->settings.id);
    add(to, request->path);
}

static int sign(pusher_app *app, const px_backend_request *request, const parameters *all,
                char signature[PX_SIGNATURE_LENGTH]) {
    px_buffer text;
    px_buffer_init(&text, app->allocator, MAX_URL);
    builder to = {&text, PX_OK};
    add(&to, request->method);
    add(&to, PX_SLICE("\n"));
    add_path(&to, app, request);
    add(&to, PX_SLICE("\n"));
    add_parameters(&to, all, add);
    px_slice whole = px_buffer_slice(&text);
    if (!to.result)
        to.result = px_signature(app->settings.credentials.secret, &whole, 1, signature);
    px_buffer_free(&text);
    return to.result;
}

int px_backend_request_url(pusher_app *app, const px_backend_request *request, uint64_t timestamp,
                           px_buffer *url) {
    const px_backend_settings *settings = &app->settings;
    char signature[PX_SIGNATURE_LENGTH];
    char port[20];
    parameters all;
    if (!is_path(request->path))
        return px_answer_refuse_name(app, request->path,
                                     "is no path: it starts with a slash, and has neither '?' nor "
                                     "'#' nor what must be percent-encoded");
    int result = collect(app, request, timestamp, &all);
    if (!result)
        result = sign(app, request, &all, signature);
    if (result)
        return result;
    builder to = {url, PX_OK};
    add(&to, settings->plain ? PX_SLICE("http://") : PX_SLICE("https://"));
    add(&to, settings->host);
    add(&to, PX_SLICE(":"));
    add(&to, px_slice_of(port, px_u64_to_text(settings->port, port)));
    add(&to, settings->path);
    add_path(&to, app, request);
    add(&to, PX_SLICE("?"));
    add_parameters(&to, &all, add_encoded);
    add(&to, PX_SLICE("&auth_signature="));
    add(&to, px_slice_of(signature, sizeof signature));
    return to.result;
}

/* ---- What the server says ---- */

/* Appends the text of {"error":"..."}; false when the body is something else. */
static bool find_error(px_slice body, px_buffer *text) {
    px_json_reader reader;
    px_json_reader_init(&reader, body);
    if (px_json_next(&reader) != PX_JSON_OBJECT_BEGIN)
        return false;
    while (px_json_next(&reader) == PX_JSON_KEY) {
        bool is_error = px_slice_equal(reader.text, PX_SLICE("error"));
        px_json_token token = px_json_next(&reader);
        if (is_error && token == PX_JSON_STRING)
            return px_json_unescape(reader.text, text) == PX_OK;
        if (!px_json_skip(&reader, token))
            return false;
    }
    return false;
}

static const char *advice(int status) {
    static const struct {
        int status;
        const char *text;
    } rows[] = {
        {401, "; check the key, the secret and this machine's clock"},
        {403, "; the app is disabled or over its quota"},
        {404, "; check the app id, the host and the port"},
        {413, "; send less, or a reference to it"},
        {429, "; slow down"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].status == status)
            return rows[i].text;
    }
    return "";
}

/* Its words on one line: the server's error, or else the beginning of the body. */
static void copy_words(px_slice words, char shown[MAX_SHOWN + 1]) {
    size_t len = px_utf8_valid_length(words);
    if (len > MAX_SHOWN)
        for (len = MAX_SHOWN; len > 0 && ((unsigned char)words.ptr[len] & 0xc0) == 0x80;)
            len--;
    while (len > 0 && strchr("\r\n ", words.ptr[len - 1]))
        len--;
    for (size_t i = 0; i < len; i++)
        shown[i] = (unsigned char)words.ptr[i] < ' ' || words.ptr[i] == 0x7f ? ' ' : words.ptr[i];
    shown[len] = '\0';
}

static int explain_refusal(pusher_app *app) {
    char shown[MAX_SHOWN + 1];
    px_slice body = px_buffer_slice(&app->reply.body);
    px_buffer text;
    px_buffer_init(&text, app->allocator, body.len);
    copy_words(find_error(body, &text) ? px_buffer_slice(&text) : body, shown);
    px_buffer_free(&text);
    return px_answer_refuse(app, PUSHER_ERR_REFUSED, "%.*s:%u refused this (HTTP %d): %s%s",
                            (int)app->settings.host.len, app->settings.host.ptr,
                            (unsigned)app->settings.port, app->reply.status, shown,
                            advice(app->reply.status));
}

static int call(pusher_app *app, const px_backend_request *request, px_slice url) {
    const px_header headers[] = {
        {PX_LITERAL("X-Pusher-Library"), PX_LITERAL("libpusher-server " PUSHER_VERSION_TEXT)},
        {PX_LITERAL("Content-Type"), PX_LITERAL("application/json")},
    };
    px_http_call_options options = {
        .method = request->method,
        .url = url,
        .headers = headers,
        .header_count = request->body.len ? 2 : 1,
        .body = request->body,
        .route = &app->settings.route,
        .connections = app->connections,
        .timeout_ms = app->settings.timeout,
        .max_body = PX_BACKEND_MAX_TEXT,
    };
    int result = px_http_call(&options, &app->reply);
    if (result)
        return px_answer_refuse(app, result, "%s", app->reply.failure.text);
    return app->reply.status < 200 || app->reply.status > 299 ? explain_refusal(app) : PX_OK;
}

int px_backend_request_send(pusher_app *app, const px_backend_request *request,
                            pusher_answer *answer) {
    px_buffer url;
    px_buffer_init(&url, app->allocator, MAX_URL);
    int result = app->settings.id.len ? PX_OK
                                      : px_answer_refuse(app, PX_ERR_STATE,
                                                         "the HTTP API is asked for an app by its "
                                                         "id: give the option id");
    if (!result && !app->connections)
        result = px_connections_new(&app->connections);
    if (!result)
        result = px_backend_request_url(app, request, (uint64_t)time(NULL), &url);
    if (!result)
        result = call(app, request, px_buffer_slice(&url));
    px_buffer_free(&url);
    return px_answer_end(app, result, app->reply.status, answer);
}
