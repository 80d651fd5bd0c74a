#include "core/log.h"

#include "core/error.h"
#include "core/internal.h"

/* What stands in the place of a secret. */
static const px_slice masked = PX_LITERAL("***");

/* Data of a bad message in a line, at most. */
enum { LOGGED_DATA = 512 };

static bool is_on(const px_core *core, px_log_level level) {
    return core->options.log_level >= (uint32_t)level;
}

static px_json_writer begin_line(px_core *core) {
    px_json_writer writer;
    px_buffer_clear(&core->line);
    px_json_writer_init(&writer, &core->line);
    px_json_array_begin(&writer);
    return writer;
}

static void end_line(px_core *core, px_json_writer *writer, px_log_level level) {
    px_json_array_end(writer);
    px_slice line;
    if (px_json_writer_finish(writer) != PX_OK ||
        px_arena_copy(&core->arena, px_buffer_slice(&core->line), &line) != PX_OK)
        return;
    px_action *action = px_queue_push(&core->queue, PX_ACTION_LOG, 0);
    if (!action)
        return;
    action->as.log.level = level;
    action->as.log.line = line;
}

void px_log_text(px_core *core, px_log_level level, px_slice text) {
    if (!is_on(core, level))
        return;
    px_json_writer writer = begin_line(core);
    px_json_string(&writer, text);
    end_line(core, &writer, level);
}

static void log_after(px_core *core, px_log_level level, px_slice beginning, px_slice text) {
    px_text line = px_text_begin(&core->text);
    px_text_add(&line, beginning);
    px_text_add(&line, text);
    if (line.result == PX_OK)
        px_log_text(core, level, px_buffer_slice(&core->text));
}

void px_log_failure(px_core *core, px_slice text) {
    log_after(core, PX_LOG_ERROR, PX_SLICE("Error: "), text);
}

void px_log_user_failure(px_core *core, px_slice text) {
    log_after(core, PX_LOG_WARN, PX_SLICE("Error during signin: Error: "), text);
}

void px_log_state(px_core *core, px_state previous, px_state current) {
    if (!is_on(core, PX_LOG_DEBUG))
        return;
    px_text text = px_text_begin(&core->text);
    px_text_add(&text, px_state_name(previous));
    px_text_add(&text, PX_SLICE(" -> "));
    px_text_add(&text, px_state_name(current));
    if (current == PX_STATE_CONNECTED) {
        px_text_add(&text, PX_SLICE(" with new socket ID "));
        px_text_add(&text, px_core_socket_id(core));
    }
    if (text.result != PX_OK)
        return;
    px_json_writer writer = begin_line(core);
    px_json_string(&writer, PX_SLICE("State changed"));
    px_json_string(&writer, px_buffer_slice(&core->text));
    end_line(core, &writer, PX_LOG_DEBUG);
}

void px_log_connecting(px_core *core, px_slice transport, px_slice url) {
    if (!is_on(core, PX_LOG_DEBUG))
        return;
    px_json_writer writer = begin_line(core);
    px_json_string(&writer, PX_SLICE("Connecting"));
    px_json_object_begin(&writer);
    px_json_member(&writer, PX_SLICE("transport"), transport);
    px_json_member(&writer, PX_SLICE("url"), url);
    px_json_object_end(&writer);
    end_line(core, &writer, PX_LOG_DEBUG);
}

/* Of "KEY:SIGNATURE" the key stays: it is public, and a wrong one is what people look for. */
static size_t public_part(px_slice auth) {
    const char *colon = auth.len ? memchr(auth.ptr, ':', auth.len) : NULL;
    return colon ? (size_t)(colon + 1 - auth.ptr) : 0;
}

/* Builds the message in core->text with each `auth` masked. Data that is a text may hold one, too.
 */
static int mask(px_core *core, px_slice message) {
    px_json_reader reader;
    px_text text = px_text_begin(&core->text);
    const char *copied = message.ptr;
    bool in_auth = false;
    bool in_data = false;
    px_json_reader_init(&reader, message);
    for (;;) {
        px_json_token token = px_json_next(&reader);
        if (token == PX_JSON_END || token == PX_JSON_ERROR)
            break;
        if (token == PX_JSON_STRING && reader.text.len && (in_auth || in_data)) {
            const char *from = reader.text.ptr + (in_auth ? public_part(reader.text) : 0);
            px_text_add(&text, px_slice_of(copied, (size_t)(from - copied)));
            px_text_add(&text, masked);
            copied = reader.text.ptr + reader.text.len;
        }
        in_auth = token == PX_JSON_KEY && px_slice_equal(reader.text, PX_SLICE("auth"));
        in_data = token == PX_JSON_KEY && reader.depth == 1 &&
                  px_slice_equal(reader.text, PX_SLICE("data"));
    }
    px_text_add(&text, px_slice_of(copied, (size_t)(message.ptr + message.len - copied)));
    return text.result;
}

void px_log_sent(px_core *core, px_slice message) {
    if (!is_on(core, PX_LOG_DEBUG))
        return;
    if (px_slice_starts_with(message, PX_SLICE("{\"event\":\"pusher:"))) {
        if (mask(core, message) != PX_OK)
            return;
        message = px_buffer_slice(&core->text);
    }
    px_json_writer writer = begin_line(core);
    px_json_string(&writer, PX_SLICE("Event sent"));
    px_json_raw_value(&writer, message);
    end_line(core, &writer, PX_LOG_DEBUG);
}

void px_core_no_callbacks(px_core *core, px_slice channel, px_slice event) {
    if (!is_on(core, PX_LOG_DEBUG))
        return;
    px_text text = px_text_begin(&core->text);
    px_text_add(&text, PX_SLICE("No callbacks on "));
    px_text_add(&text, channel);
    px_text_add(&text, PX_SLICE(" for "));
    px_text_add(&text, event);
    if (text.result == PX_OK)
        px_log_text(core, PX_LOG_DEBUG, px_buffer_slice(&core->text));
}

/* Data as an application sees it: the JSON in a string where there is one, else the string. */
static void write_data(px_core *core, px_json_writer *writer, const px_frame *frame) {
    px_slice data;
    if (frame->data.token == PX_JSON_END || px_frame_data(core, frame, &data) != PX_OK)
        return;
    px_json_key(writer, PX_SLICE("data"));
    if (!px_field_is_string(&frame->data) || px_json_valid(data))
        px_json_raw_value(writer, data);
    else
        px_json_string(writer, data);
}

void px_log_received(px_core *core, const px_frame *frame) {
    if (!is_on(core, PX_LOG_DEBUG))
        return;
    px_json_writer writer = begin_line(core);
    px_json_string(&writer, PX_SLICE("Event recd"));
    px_json_object_begin(&writer);
    px_json_member(&writer, PX_SLICE("event"), frame->event);
    if (frame->channel.len)
        px_json_member(&writer, PX_SLICE("channel"), frame->channel);
    write_data(core, &writer, frame);
    if (frame->user_id.len)
        px_json_member(&writer, PX_SLICE("user_id"), frame->user_id);
    px_json_object_end(&writer);
    end_line(core, &writer, PX_LOG_DEBUG);
}

/* Of what was bad only an excerpt. */
void px_log_error(px_core *core, const px_error *error) {
    if (!is_on(core, PX_LOG_WARN))
        return;
    px_error shown = *error;
    px_text excerpt = px_text_begin(&core->text);
    px_text_add_excerpt(&excerpt, error->data, LOGGED_DATA);
    shown.data = px_buffer_slice(&core->text);
    px_json_writer writer = begin_line(core);
    px_error_put(&writer, &shown);
    end_line(core, &writer, PX_LOG_WARN);
}

void px_core_set_log_level(px_core *core, px_log_level level) {
    core->options.log_level = (uint32_t)level;
}
