#include "server/host_timeline.h"

#include "base/base64.h"
#include "server/http_params.h"
#include "server/text.h"

enum { MAX_DIGITS = 15 }; /* all such numbers are exact in JavaScript */

#define HEADERS                                                                                    \
    "Cache-Control: private, max-age=0, must-revalidate\r\nX-Content-Type-Options: nosniff\r\n"

static const px_slice START = PX_LITERAL("/timeline/v2/");

size_t px_host_max_head(const px_server *server, px_slice bytes) {
    const px_slice parts[] = {PX_LITERAL("GET "), server->options.path_prefix, START};
    size_t max = server->options.max_head;
    px_slice rest = bytes;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (px_slice_starts_with(rest, parts[i]))
            rest = px_slice_after(rest, parts[i].len);
        else if (i != 1) /* the prefix may be missing */
            return max;
    }
    return max + PX_TIMELINE_MAX_URL;
}

/* It becomes part of a script. */
static bool is_number(px_slice text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return text.len > 0 && text.len <= MAX_DIGITS;
}

/* Every parameter is the base64 of what it says. Whoever says nothing that is understood is counted
 * with those of unknown apps. */
static void count(px_server *server, const px_http_head *head) {
    px_http_params params;
    void *memory = NULL;
    px_slice key = {NULL, 0};
    if (px_http_params_read(&server->arena, head->query, &params) == PX_OK)
        key = px_http_param_value(&params, PX_SLICE("key"));
    size_t len = 0;
    size_t room = px_base64_decoded_max(key.len);
    if (room > 0 && px_arena_alloc(&server->arena, room, &memory) == PX_OK &&
        px_base64_decode(key, memory, &len))
        px_hub_count_report(server->hub, px_slice_of(memory, len));
    else
        px_hub_count_report(server->hub, PX_SLICE(""));
}

px_host_answer px_host_timeline(px_server *server, px_slice path, const px_http_head *head) {
    static const px_slice JSONP = PX_LITERAL("jsonp/");
    static const px_slice XHR = PX_LITERAL("xhr/");
    px_slice rest = px_slice_after(path, START.len);
    bool is_jsonp = px_slice_starts_with(rest, JSONP);
    px_slice number = px_slice_after(rest, is_jsonp ? JSONP.len : XHR.len);
    if ((!is_jsonp && !px_slice_starts_with(rest, XHR)) || !is_number(number))
        return px_host_error(server, 404,
                             PX_SLICE("Reports go to /timeline/v2/jsonp/N or /timeline/v2/xhr/N."));
    if (head->path.len + head->query.len >= PX_TIMELINE_MAX_URL)
        return px_host_error(server, 414, PX_SLICE("A report has at most 64 KiB."));
    count(server, head);
    if (is_jsonp)
        return (px_host_answer){
            .status = 200,
            .content_type = "text/javascript; charset=utf-8",
            .headers = PX_SLICE(HEADERS),
            .body = px_text_of(&server->arena, PX_SLICE("Pusher.ScriptReceivers["), number,
                               PX_SLICE("](null, {});")),
        };
    return (px_host_answer){
        .status = 200,
        .content_type = "application/json",
        .headers = PX_SLICE(HEADERS "Access-Control-Allow-Origin: *\r\n"),
        .body = PX_SLICE("{}"),
    };
}
