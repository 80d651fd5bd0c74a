/* What calls answer: status, body, and a sentence when something is wrong. */
#include "backend/app.h"

#include <stdarg.h>
#include <stdio.h>

enum { MAX_SHOWN = 120, STATUS_FINE = 200, STATUS_WRONG = 400, STATUS_FAILED = 500 };

/* The body of the call before lives on: it may have been handed to this one. */
void px_answer_begin(pusher_app *app) {
    px_buffer *last = app->reply.status ? &app->reply.body : &app->body;
    px_buffer_free(&app->previous);
    app->previous = *last;
    px_buffer_init(last, app->allocator, PX_BACKEND_MAX_TEXT);
    px_http_reply_free(&app->reply);
    app->reply.status = 0;
    px_buffer_clear(&app->body);
    app->error[0] = '\0';
}

int px_answer_refuse(pusher_app *app, int result, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(app->error, sizeof app->error, format, arguments);
    va_end(arguments);
    return result;
}

int px_answer_refuse_name(pusher_app *app, px_slice name, const char *fault) {
    char shown[MAX_SHOWN + 4];
    size_t len = name.len < MAX_SHOWN ? name.len : MAX_SHOWN;
    for (size_t i = 0; i < len; i++)
        shown[i] = name.ptr[i] >= ' ' && name.ptr[i] <= '~' ? name.ptr[i] : '?';
    memcpy(shown + len, "...", name.len > len ? 4 : 0);
    shown[len + (name.len > len ? 3 : 0)] = '\0';
    return px_answer_refuse(app, PX_ERR_ARGUMENT, "'%s' %s", shown, fault);
}

/* Where nothing more special is known. */
static const char *sentence(int result) {
    static const struct {
        int result;
        const char *text;
    } rows[] = {
#define ROW(name, number, text) {name, text},
        PUSHER_RESULTS(ROW)
#undef ROW
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].result == result)
            return rows[i].text;
    }
    return "it failed";
}

int px_answer_end(pusher_app *app, int result, int status, pusher_answer *answer) {
    if (result && !app->error[0])
        snprintf(app->error, sizeof app->error, "%s", sentence(result));
    if (answer) {
        const px_buffer *body = app->reply.status ? &app->reply.body : &app->body;
        *answer =
            (pusher_answer){.status = status, .body = {body->data, body->len}, .error = app->error};
    }
    return result;
}

int px_answer_made(pusher_app *app, int result, pusher_answer *answer) {
    if (result)
        px_buffer_clear(&app->body);
    bool asked_wrongly = result == PX_ERR_ARGUMENT || result == PX_ERR_LIMIT;
    return px_answer_end(app, result,
                         !result         ? STATUS_FINE
                         : asked_wrongly ? STATUS_WRONG
                                         : STATUS_FAILED,
                         answer);
}
