/* One line for one event. */
#include "cli/event_line.h"
#include "cli/terminal.h"
#include "json/reader.h"
#include "json/writer.h"

static px_slice slice(pusher_string text) {
    return px_slice_of(text.ptr, text.len);
}

static void write_member(px_json_writer *writer, const pusher_member *member) {
    px_json_object_begin(writer);
    px_json_member(writer, PX_SLICE("id"), slice(member->id));
    if (member->info.len > 0) {
        px_json_key(writer, PX_SLICE("info"));
        px_json_raw_value(writer, slice(member->info));
    }
    px_json_object_end(writer);
}

int px_cli_print_event(FILE *stream, const pusher_event *event, px_buffer *scratch) {
    px_slice data = slice(event->data);
    if (event->member) {
        px_buffer_clear(scratch);
        px_json_writer writer;
        px_json_writer_init(&writer, scratch);
        write_member(&writer, event->member);
        int result = px_json_writer_finish(&writer);
        if (result != PX_OK)
            return result;
        data = px_buffer_slice(scratch);
    }
    const char *plain = px_cli_colour_on(stream, PX_CLI_PLAIN);
    fputs(px_cli_colour_on(stream, PX_CLI_CYAN), stream);
    px_cli_print_text(stream, slice(event->channel_name));
    fprintf(stream, "%s %s", plain, px_cli_colour_on(stream, PX_CLI_BOLD));
    px_cli_print_text(stream, slice(event->name));
    fputs(plain, stream);
    if (data.len > 0) {
        fputc(' ', stream);
        px_cli_print_text(stream, data);
    }
    fputc('\n', stream);
    return PX_OK;
}

static void write_data(px_json_writer *writer, const pusher_event *event) {
    px_slice data = slice(event->data);
    if (event->data_type == PUSHER_DATA_NONE && !event->member)
        return;
    px_json_key(writer, PX_SLICE("data"));
    if (event->member)
        write_member(writer, event->member);
    else if (event->data_type == PUSHER_DATA_JSON || px_json_valid(data))
        px_json_raw_value(writer, data);
    else
        px_json_string(writer, data);
}

int px_cli_print_event_json(FILE *stream, const pusher_event *event, px_buffer *scratch) {
    px_buffer_clear(scratch);
    px_json_writer writer;
    px_json_writer_init(&writer, scratch);
    px_json_object_begin(&writer);
    px_json_member(&writer, PX_SLICE("channel"), slice(event->channel_name));
    px_json_member(&writer, PX_SLICE("event"), slice(event->name));
    write_data(&writer, event);
    if (event->user_id.len > 0)
        px_json_member(&writer, PX_SLICE("user_id"), slice(event->user_id));
    px_json_object_end(&writer);
    int result = px_json_writer_finish(&writer);
    if (result != PX_OK)
        return result;
    px_cli_print_json(stream, px_buffer_slice(scratch));
    fputc('\n', stream);
    return PX_OK;
}
