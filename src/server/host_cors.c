#include "server/host_cors.h"

#include "server/host_date.h"
#include "server/text.h"

enum { A_YEAR = 31536000 };

px_slice px_cors_headers(px_arena *arena, px_slice origin) {
    if (!origin.ptr)
        return PX_SLICE("Access-Control-Allow-Origin: *\r\nVary: Origin\r\n");
    return px_text_of(arena, PX_SLICE("Access-Control-Allow-Origin: "), origin,
                      PX_SLICE("\r\nAccess-Control-Allow-Credentials: true\r\nVary: Origin\r\n"));
}

px_host_answer px_cors_preflight(px_arena *arena, const px_http_head *head, px_slice methods) {
    px_slice asked = head->fields[PX_HTTP_REQUEST_HEADERS];
    char date[PX_DATE_LENGTH];
    size_t date_len = px_date(time(NULL) + A_YEAR, date);
    px_slice allow_headers = PX_SLICE("");
    if (asked.len > 0)
        allow_headers =
            px_text_of(arena, PX_SLICE("Access-Control-Allow-Headers: "), asked, PX_SLICE("\r\n"));
    return (px_host_answer){
        .status = 204,
        .headers = px_text_of(arena, px_cors_headers(arena, head->fields[PX_HTTP_ORIGIN]),
                              PX_SLICE("Access-Control-Allow-Methods: "), methods, PX_SLICE("\r\n"),
                              allow_headers,
                              PX_SLICE("Access-Control-Max-Age: 31536000\r\n"
                                       "Cache-Control: public, max-age=31536000\r\nExpires: "),
                              px_slice_of(date, date_len), PX_SLICE("\r\n"))};
}
