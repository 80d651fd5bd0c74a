/* What SockJS has beside sessions: a greeting, what the server can do, the page for iframes. */
#include <openssl/rand.h>

#include "net/signature.h"
#include "server/host_sockjs.h"
#include "server/http_params.h"
#include "server/text.h"
#include "json/writer.h"

px_host_answer px_sockjs_greeting(void) {
    return (px_host_answer){.status = 200,
                            .content_type = "text/plain; charset=UTF-8",
                            .body = PX_SLICE("Welcome to SockJS!\n")};
}

px_host_answer px_sockjs_info(px_server *server, px_slice cors) {
    uint32_t entropy = 0;
    px_json_writer json;
    if (RAND_bytes((unsigned char *)&entropy, sizeof entropy) != 1)
        return px_host_error(server, 500, PX_SLICE("The system gave no random bytes."));
    px_buffer_clear(&server->scratch);
    px_json_writer_init(&json, &server->scratch);
    px_json_object_begin(&json);
    px_json_key(&json, PX_SLICE("websocket"));
    px_json_bool(&json, true);
    px_json_key(&json, PX_SLICE("cookie_needed"));
    px_json_bool(&json, false);
    px_json_key(&json, PX_SLICE("origins"));
    px_json_array_begin(&json);
    px_json_string(&json, PX_SLICE("*:*"));
    px_json_array_end(&json);
    px_json_key(&json, PX_SLICE("entropy"));
    px_json_u64(&json, entropy);
    px_json_object_end(&json);
    if (px_json_writer_finish(&json) != PX_OK)
        return px_host_error(server, 500, PX_SLICE("The server is out of memory."));
    return (px_host_answer){
        .status = 200,
        .content_type = "application/json; charset=UTF-8",
        .headers = px_text_of(&server->arena,
                              PX_SLICE("Cache-Control: no-store, no-cache, no-transform, "
                                       "must-revalidate, max-age=0\r\n"),
                              cors),
        .body = px_buffer_slice(&server->scratch)};
}

/* The page that makes the iframe says where its script is from (js_path). To load just any script
 * would let everybody run theirs as this server's own, so it must be from Pusher's network; who keeps
 * the script elsewhere sets sockjs_url. */
static bool is_trusted(px_slice url) {
    static const px_slice STARTS[] = {PX_LITERAL("https://js.pusher.com/"),
                                      PX_LITERAL("http://js.pusher.com/")};
    static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                ":/._-";
    for (size_t i = 0; i < url.len; i++)
        if (url.ptr[i] == '\0' || !strchr(PLAIN, url.ptr[i]))
            return false;
    return px_slice_starts_with(url, STARTS[0]) || px_slice_starts_with(url, STARTS[1]);
}

static px_slice script_url(px_server *server, px_slice query) {
    px_http_params params;
    if (px_http_params_read(&server->arena, query, &params) != PX_OK)
        return server->options.sockjs_url;
    px_slice asked = px_http_param_value(&params, PX_SLICE("js_path"));
    return is_trusted(asked) ? asked : server->options.sockjs_url;
}

px_host_answer px_sockjs_iframe(px_server *server, const px_http_head *head) {
    px_arena *arena = &server->arena;
    px_slice page =
        px_text_of(arena,
                   PX_SLICE("<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n"
                            "<meta http-equiv=\"X-UA-Compatible\" content=\"IE=edge\">\n"
                            "<script src=\""),
                   script_url(server, head->query),
                   PX_SLICE("\"></script>\n<script>\ndocument.domain = document.domain;\n"
                            "SockJS.bootstrap_iframe();\n</script>\n</head>\n<body>\n"
                            "<p>This page works behind another one: it is how SockJS talks to "
                            "this server.</p>\n</body>\n</html>\n"));
    char md5[PX_MD5_LENGTH];
    if (page.len == 0 || px_md5(page, md5) != PX_OK)
        return px_host_error(server, 500, PX_SLICE("The server is out of memory."));
    px_slice tag = px_text_of(arena, PX_SLICE("\""), px_slice_of(md5, sizeof md5), PX_SLICE("\""));
    px_slice headers = px_text_of(arena, PX_SLICE("ETag: "), tag,
                                  PX_SLICE("\r\nCache-Control: public, max-age=31536000\r\n"));
    if (px_http_list_has(head->fields[PX_HTTP_IF_NONE_MATCH], tag))
        return (px_host_answer){.status = 304, .headers = headers};
    return (px_host_answer){.status = 200,
                            .content_type = "text/html; charset=UTF-8",
                            .headers = headers,
                            .body = page};
}
