/* What a person sees. */
#include "cli/terminal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const sequences[] = {
    [PX_CLI_PLAIN] = "\033[0m", [PX_CLI_DIM] = "\033[2m",    [PX_CLI_BOLD] = "\033[1m",
    [PX_CLI_RED] = "\033[31m",  [PX_CLI_GREEN] = "\033[32m", [PX_CLI_YELLOW] = "\033[33m",
    [PX_CLI_CYAN] = "\033[36m",
};

static bool has_colours(FILE *stream) {
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return isatty(fileno(stream)) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

const char *px_cli_colour_on(FILE *stream, px_cli_colour colour) {
    return has_colours(stream) ? sequences[colour] : "";
}

void px_cli_error(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%spusher:%s ", px_cli_colour_on(stderr, PX_CLI_RED),
            px_cli_colour_on(stderr, PX_CLI_PLAIN));
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

void px_cli_note(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs(px_cli_colour_on(stderr, PX_CLI_DIM), stderr);
    vfprintf(stderr, format, arguments);
    fputs(px_cli_colour_on(stderr, PX_CLI_PLAIN), stderr);
    fputc('\n', stderr);
    va_end(arguments);
}

/* The length of the control character at the text's start (C0, DEL, or C1, which is two bytes in
 * UTF-8); 0 when it is none. */
static size_t control_length(px_slice text) {
    unsigned char first = (unsigned char)text.ptr[0];
    if (first < 0x20 || first == 0x7f)
        return 1;
    if (first == 0xc2 && text.len > 1) {
        unsigned char second = (unsigned char)text.ptr[1];
        return second >= 0x80 && second < 0xa0 ? 2 : 0;
    }
    return 0;
}

static void print_control(FILE *stream, px_slice bytes) {
    if (bytes.ptr[0] == '\n') {
        fputs("\\n", stream);
    } else if (bytes.ptr[0] == '\t') {
        fputs("\\t", stream);
    } else {
        for (size_t i = 0; i < bytes.len; i++)
            fprintf(stream, "\\x%02x", (unsigned)(unsigned char)bytes.ptr[i]);
    }
}

/* What is between the strings of JSON may be laid out over many lines; inside of them such characters are
 * escaped already. */
static void print_control_in_json(FILE *stream, px_slice bytes) {
    unsigned char last = (unsigned char)bytes.ptr[bytes.len - 1];
    if (last == '\n' || last == '\r' || last == '\t')
        fputc(' ', stream);
    else
        fprintf(stream, "\\u%04x", (unsigned)last);
}

static void print(FILE *stream, px_slice text, void (*print_special)(FILE *, px_slice)) {
    while (text.len > 0) {
        size_t plain = 0, control = 0;
        while (plain < text.len && (control = control_length(px_slice_after(text, plain))) == 0)
            plain++;
        fwrite(text.ptr, 1, plain, stream);
        text = px_slice_after(text, plain);
        if (control > 0)
            print_special(stream, px_slice_of(text.ptr, control));
        text = px_slice_after(text, control);
    }
}

void px_cli_print_text(FILE *stream, px_slice text) {
    print(stream, text, print_control);
}

void px_cli_print_json(FILE *stream, px_slice json) {
    print(stream, json, print_control_in_json);
}

size_t px_cli_text_width(px_slice text) {
    size_t width = 0;
    for (size_t i = 0; i < text.len; i++)
        width += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return width;
}

bool px_cli_flush(void) {
    return fflush(stdout) == 0 && !ferror(stdout);
}

void px_cli_error_text(px_slice text) {
    fprintf(stderr, "%spusher:%s ", px_cli_colour_on(stderr, PX_CLI_RED),
            px_cli_colour_on(stderr, PX_CLI_PLAIN));
    px_cli_print_text(stderr, text);
    fputc('\n', stderr);
}
