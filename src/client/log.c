/* Log lines on their way to the program, in the format that it wants. */
#include "client/internal.h"

#include "json/writer.h"

/* Bytes of one line, at most. */
enum { MAX_LINE = 1 << 28 };

void px_client_log_line(const pusher_client *client, pusher_log_level level, px_slice line) {
    const px_settings *settings = &client->settings;
    if (!settings->log)
        return;
    px_buffer text;
    px_buffer_init(&text, client->allocator, MAX_LINE);
    bool formatted = settings->log_format != PX_LOG_FORMAT_JSON &&
                     px_log_format_line(line, settings->log_format, &text) == PX_OK;
    /* Without memory the line is better in another format than not at all. */
    settings->log(level, px_outside(formatted ? px_buffer_slice(&text) : line),
                  settings->log_context);
    px_buffer_free(&text);
}

void px_client_log(const pusher_client *client, pusher_log_level level, const char *sentence) {
    const px_settings *settings = &client->settings;
    if (!settings->log || (uint32_t)level > settings->core.log_level)
        return;
    px_buffer line;
    px_json_writer writer;
    px_buffer_init(&line, client->allocator, MAX_LINE);
    px_json_writer_init(&writer, &line);
    px_json_array_begin(&writer);
    px_json_string(&writer, px_slice_of_text(sentence));
    px_json_array_end(&writer);
    if (px_json_writer_finish(&writer) == PX_OK)
        px_client_log_line(client, level, px_buffer_slice(&line));
    px_buffer_free(&line);
}
