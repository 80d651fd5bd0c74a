#include "core/log_format.h"

#include "core/text.h"
#include "json/reader.h"

static void add_string(px_text *text, const px_json_reader *reader) {
    if (text->result == PX_OK)
        text->result = px_json_unescape(reader->text, text->out);
}

/* The arguments, each behind " : ". */
static void add_arguments(px_text *text, px_slice line) {
    px_json_reader reader;
    px_slice raw;
    px_json_reader_init(&reader, line);
    if (px_json_next(&reader) != PX_JSON_ARRAY_BEGIN)
        return;
    for (bool first = true;; first = false) {
        px_json_token token = px_json_next(&reader);
        if (token == PX_JSON_ARRAY_END || token == PX_JSON_ERROR)
            return;
        if (first && token == PX_JSON_OBJECT_BEGIN)
            px_text_add(text, PX_SLICE(" : Error"));
        px_text_add(text, PX_SLICE(" : "));
        if (token == PX_JSON_STRING)
            add_string(text, &reader);
        else if (px_json_raw(&reader, token, &raw))
            px_text_add(text, raw);
    }
}

int px_log_format_line(px_slice line, px_log_format format, px_buffer *out) {
    px_text text = {out, PX_OK};
    switch (format) {
    case PX_LOG_FORMAT_JSON:
        px_text_add(&text, line);
        break;
    case PX_LOG_FORMAT_PUSHER_JS:
        px_text_add(&text, PX_SLICE("Pusher :  : "));
        px_text_add(&text, line);
        break;
    case PX_LOG_FORMAT_CLASSIC:
        px_text_add(&text, PX_SLICE("Pusher"));
        add_arguments(&text, line);
        break;
    }
    return text.result;
}
