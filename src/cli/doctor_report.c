/* How the steps of `pusher doctor` are told. */
#include "cli/doctor_report.h"
#include "cli/terminal.h"
#include "driver/memory.h"

#include <stdarg.h>

enum { MAX_TEXT = 4096, MAX_LINES = 16384, NAME_WIDTH = 15, TEXT_COLUMN = NAME_WIDTH + 20 };

static const struct {
    const char *name;
    px_cli_colour colour;
} statuses[] = {
    [PX_DOCTOR_OK] = {"ok", PX_CLI_GREEN},
    [PX_DOCTOR_FAILED] = {"failed", PX_CLI_RED},
    [PX_DOCTOR_SKIPPED] = {"skipped", PX_CLI_DIM},
};

const char *px_doctor_status_name(px_doctor_status status) {
    return statuses[status].name;
}

void px_doctor_result_init(px_doctor_result *result, const char *name) {
    *result = (px_doctor_result){.name = name};
    px_buffer_init(&result->text, &px_malloc_allocator, MAX_TEXT);
    px_buffer_init(&result->advice, &px_malloc_allocator, MAX_TEXT);
    px_buffer_init(&result->lines, &px_malloc_allocator, MAX_LINES);
    px_buffer_init(&result->details_text, &px_malloc_allocator, MAX_LINES);
    px_json_writer_init(&result->details, &result->details_text);
    px_json_object_begin(&result->details);
}

void px_doctor_result_free(px_doctor_result *result) {
    px_buffer_free(&result->text);
    px_buffer_free(&result->advice);
    px_buffer_free(&result->lines);
    px_buffer_free(&result->details_text);
}

void px_doctor_result_end(px_doctor_result *result) {
    px_json_object_end(&result->details);
}

/* What does not fit is cut: it is meant for reading. */
static void append(px_buffer *out, const char *format, va_list arguments) {
    char text[MAX_TEXT];
    int len = vsnprintf(text, sizeof text, format, arguments);
    if (len <= 0)
        return;
    size_t kept = (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
    (void)!px_buffer_append(out, px_slice_of(text, kept));
}

void px_doctor_say(px_doctor_result *result, px_doctor_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    result->status = status;
    px_buffer_clear(&result->text);
    append(&result->text, format, arguments);
    va_end(arguments);
}

void px_doctor_advise(px_doctor_result *result, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    px_buffer_clear(&result->advice);
    append(&result->advice, format, arguments);
    va_end(arguments);
}

void px_doctor_add_line(px_doctor_result *result, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    append(&result->lines, format, arguments);
    (void)!px_buffer_append_byte(&result->lines, '\n');
    va_end(arguments);
}

/* ---- For a person ---- */

static void print_lines(FILE *stream, px_slice lines) {
    while (lines.len) {
        const char *end = memchr(lines.ptr, '\n', lines.len);
        size_t len = end ? (size_t)(end - lines.ptr) : lines.len;
        fprintf(stream, "%*s", TEXT_COLUMN, "");
        px_cli_print_text(stream, px_slice_of(lines.ptr, len));
        fputc('\n', stream);
        lines = px_slice_after(lines, end ? len + 1 : len);
    }
}

void px_doctor_print(FILE *stream, const px_doctor_result *result) {
    const char *plain = px_cli_colour_on(stream, PX_CLI_PLAIN);
    fprintf(stream, "%s%-8s%s %-*s", px_cli_colour_on(stream, statuses[result->status].colour),
            statuses[result->status].name, plain, NAME_WIDTH, result->name);
    if (result->status == PX_DOCTOR_SKIPPED)
        fprintf(stream, "%9s", "");
    else
        fprintf(stream, "%6llu ms", (unsigned long long)result->ms);
    fputs("  ", stream);
    px_cli_print_text(stream, px_buffer_slice(&result->text));
    fputc('\n', stream);
    print_lines(stream, px_buffer_slice(&result->lines));
    if (result->advice.len) {
        fprintf(stream, "%*s%s-> ", TEXT_COLUMN - 3, "",
                px_cli_colour_on(stream,
                                 result->status == PX_DOCTOR_FAILED ? PX_CLI_YELLOW : PX_CLI_DIM));
        px_cli_print_text(stream, px_buffer_slice(&result->advice));
        fprintf(stream, "%s\n", plain);
    }
}

/* ---- For a program ---- */

void px_doctor_write(px_json_writer *out, const px_doctor_result *result) {
    px_json_object_begin(out);
    px_json_member(out, PX_SLICE("name"), px_slice_of_text(result->name));
    px_json_member(out, PX_SLICE("status"),
                   px_slice_of_text(px_doctor_status_name(result->status)));
    px_json_key(out, PX_SLICE("ms"));
    px_json_u64(out, result->ms);
    px_json_member(out, PX_SLICE("text"), px_buffer_slice(&result->text));
    px_json_key(out, PX_SLICE("advice"));
    if (result->advice.len)
        px_json_string(out, px_buffer_slice(&result->advice));
    else
        px_json_null(out);
    px_json_key(out, PX_SLICE("details"));
    bool whole = px_json_writer_finish(&result->details) == PX_OK;
    px_json_raw_value(out, whole ? px_buffer_slice(&result->details_text) : PX_SLICE("{}"));
    px_json_object_end(out);
}
