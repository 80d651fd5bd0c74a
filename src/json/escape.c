#include "json/escape.h"

#include "base/utf8.h"
#include "json/scan.h"

enum { LONGEST_ESCAPE = 6 };

/* The letter behind the backslash; 0: the escape is \u00.. */
static char escape_letter(char byte) {
    static const char LETTERS[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                   ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    return LETTERS[(unsigned char)byte];
}

/* Writes what stands for a quote, a backslash or a control character; returns its length. */
static size_t write_escape(char byte, char *out) {
    static const char HEX[] = "0123456789abcdef";
    char letter = escape_letter(byte);
    out[0] = '\\';
    if (letter) {
        out[1] = letter;
        return 2;
    }
    memcpy(out + 1, "u00", 3);
    out[4] = HEX[(unsigned char)byte >> 4];
    out[5] = HEX[byte & 15];
    return LONGEST_ESCAPE;
}

/* What a first look at a text finds. */
typedef struct findings {
    size_t extra; /* bytes that escaping adds */
    bool wide;    /* not all of it is ASCII */
} findings;

/* The bytes of a block that need an escape; `left` bytes of the text begin at the block. */
static uint64_t in_need(px_json_masks block, size_t left) {
    uint64_t inside = left < PX_JSON_BLOCK ? (UINT64_C(1) << left) - 1 : UINT64_MAX;
    return (block.quote | block.backslash | block.control) & inside;
}

static findings look_at(px_slice text) {
    findings found = {0};
    for (size_t offset = 0; offset < text.len; offset += PX_JSON_BLOCK) {
        px_json_masks block = px_json_block_at(text, offset);
        uint64_t needy = in_need(block, text.len - offset);
        found.wide = found.wide || block.wide;
        found.extra += (size_t)__builtin_popcountll(needy);
        for (uint64_t control = needy & block.control; control; control &= control - 1)
            if (!escape_letter(text.ptr[offset + px_json_lowest_bit(control)]))
                found.extra += LONGEST_ESCAPE - 2;
    }
    return found;
}

/* Appends a text that is valid UTF-8; the room was made. */
static void append_valid(px_buffer *out, px_slice text) {
    char *to = out->data + out->len;
    size_t done = 0;
    for (size_t block = 0; block < text.len; block += PX_JSON_BLOCK) {
        uint64_t needy = in_need(px_json_block_at(text, block), text.len - block);
        for (; needy; needy &= needy - 1) {
            size_t next = block + px_json_lowest_bit(needy);
            px_json_copy_run(to, text.ptr + done, next - done, text.len - done);
            to += next - done;
            to += write_escape(text.ptr[next], to);
            done = next + 1;
        }
    }
    memcpy(to, text.ptr + done, text.len - done);
    out->len = (size_t)(to - out->data) + text.len - done;
}

static int append_part(px_buffer *out, px_slice text, size_t extra) {
    int result = px_buffer_reserve(out, text.len + extra);
    if (result == PX_OK && text.len)
        append_valid(out, text);
    return result;
}

/* Appends the parts that are valid UTF-8, and U+FFFD for each byte between them. */
static int append_invalid(px_buffer *out, px_slice text) {
    for (;;) {
        px_slice part = px_slice_of(text.ptr, px_utf8_valid_length(text));
        int result = append_part(out, part, look_at(part).extra);
        if (result != PX_OK || part.len == text.len)
            return result;
        result = px_buffer_append(out, PX_SLICE("\xef\xbf\xbd"));
        if (result != PX_OK)
            return result;
        text = px_slice_after(text, part.len + 1);
    }
}

static int append_plain(px_buffer *out, px_slice text) {
    int result = px_buffer_reserve(out, text.len + 2);
    if (result != PX_OK)
        return result;
    char *to = out->data + out->len;
    to[0] = '"';
    if (text.len)
        memcpy(to + 1, text.ptr, text.len);
    to[text.len + 1] = '"';
    out->len += text.len + 2;
    return PX_OK;
}

int px_json_escape(px_buffer *out, px_slice text) {
    if (px_json_scan(text, 0) == text.len)
        return append_plain(out, text);
    findings found = look_at(text);
    bool valid = !found.wide || px_utf8_valid(text);
    size_t before = out->len;
    int result = px_buffer_append_byte(out, '"');
    if (result == PX_OK)
        result = valid ? append_part(out, text, found.extra + 1) : append_invalid(out, text);
    if (result == PX_OK)
        result = px_buffer_append_byte(out, '"');
    if (result != PX_OK)
        out->len = before;
    return result;
}

/* The bytes that escaping adds to a JSON text. Blanks that need an escape in a string (a newline,
 * say) become spaces on the way, which mean the same in JSON and leave only quotes and backslashes
 * to escape. */
static size_t prepare(char *data, size_t len) {
    px_slice text = px_slice_of(data, len);
    size_t extra = 0;
    for (size_t offset = 0; offset < len; offset += PX_JSON_BLOCK) {
        px_json_masks block = px_json_block_at(text, offset);
        uint64_t needy = in_need(block, len - offset);
        for (uint64_t control = needy & block.control; control; control &= control - 1)
            data[offset + px_json_lowest_bit(control)] = ' ';
        extra += (size_t)__builtin_popcountll(needy & ~block.control);
    }
    return extra;
}

int px_json_escape_in_place(px_buffer *out, size_t mark) {
    if (out->len == mark)
        return PX_OK;
    size_t extra = prepare(out->data + mark, out->len - mark);
    int result = px_buffer_reserve(out, extra);
    if (result != PX_OK)
        return result;
    /* From the back, so that each byte moves at most once; what has no escape before it stays. */
    char *from = out->data + out->len;
    char *to = from + extra;
    while (to != from) {
        char byte = *--from;
        *--to = byte;
        if (byte == '"' || byte == '\\')
            *--to = '\\';
    }
    out->len += extra;
    return PX_OK;
}
