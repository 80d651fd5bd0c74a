#include "json/writer.h"

#include "base/utf8.h"
#include "json/scan.h"

void px_json_writer_init(px_json_writer *writer, px_buffer *out) {
    *writer = (px_json_writer){.out = out, .result = PX_OK};
}

static void append(px_json_writer *writer, px_slice bytes) {
    if (writer->result == PX_OK)
        writer->result = px_buffer_append(writer->out, bytes);
}

/* Before a value or a key: the comma, when one is due. */
static void separate(px_json_writer *writer) {
    if (writer->need_comma)
        append(writer, PX_SLICE(","));
    writer->need_comma = true;
}

static void begin(px_json_writer *writer, px_slice bracket) {
    separate(writer);
    append(writer, bracket);
    writer->need_comma = false;
}

static void end(px_json_writer *writer, px_slice bracket) {
    append(writer, bracket);
    writer->need_comma = true;
}

void px_json_object_begin(px_json_writer *writer) {
    begin(writer, PX_SLICE("{"));
}

void px_json_object_end(px_json_writer *writer) {
    end(writer, PX_SLICE("}"));
}

void px_json_array_begin(px_json_writer *writer) {
    begin(writer, PX_SLICE("["));
}

void px_json_array_end(px_json_writer *writer) {
    end(writer, PX_SLICE("]"));
}

/* What stands for one byte that a string may not hold as it is. */
static px_slice escape_of(char byte, char out[6]) {
    static const char HEX[] = "0123456789abcdef";
    static const char SHORT[] = "\b\f\n\r\t\"\\";
    static const char LETTER[] = "bfnrt\"\\";
    const char *found = byte ? memchr(SHORT, byte, sizeof(SHORT) - 1) : NULL;
    out[0] = '\\';
    if (found) {
        out[1] = LETTER[found - SHORT];
        return px_slice_of(out, 2);
    }
    memcpy(out + 1, "u00", 3);
    out[4] = HEX[(unsigned char)byte >> 4];
    out[5] = HEX[byte & 15];
    return px_slice_of(out, 6);
}

/* The inside of a string: runs are copied whole, what needs it is escaped. */
static void append_escaped(px_json_writer *writer, px_slice text) {
    while (text.len && writer->result == PX_OK) {
        size_t plain = px_json_scan(text);
        size_t length;
        while (plain < text.len && (unsigned char)text.ptr[plain] >= 0x80 &&
               (length = px_utf8_sequence(px_slice_after(text, plain))) > 0) {
            plain += length;
            plain += px_json_scan(px_slice_after(text, plain));
        }
        append(writer, px_slice_of(text.ptr, plain));
        text = px_slice_after(text, plain);
        if (text.len == 0)
            break;
        char escape[6];
        bool invalid = (unsigned char)text.ptr[0] >= 0x80;
        append(writer, invalid ? PX_SLICE("\xef\xbf\xbd") : escape_of(text.ptr[0], escape));
        text = px_slice_after(text, 1);
    }
}

static void append_string(px_json_writer *writer, px_slice text) {
    append(writer, PX_SLICE("\""));
    append_escaped(writer, text);
    append(writer, PX_SLICE("\""));
}

void px_json_key(px_json_writer *writer, px_slice key) {
    separate(writer);
    append_string(writer, key);
    append(writer, PX_SLICE(":"));
    writer->need_comma = false;
}

void px_json_string(px_json_writer *writer, px_slice text) {
    separate(writer);
    append_string(writer, text);
}

void px_json_raw_value(px_json_writer *writer, px_slice json) {
    separate(writer);
    append(writer, json);
}

void px_json_u64(px_json_writer *writer, uint64_t value) {
    char digits[20];
    px_json_raw_value(writer, px_slice_of(digits, px_u64_to_text(value, digits)));
}

void px_json_i64(px_json_writer *writer, int64_t value) {
    char digits[21] = "-";
    bool negative = value < 0;
    uint64_t magnitude = negative ? 0 - (uint64_t)value : (uint64_t)value;
    size_t count = px_u64_to_text(magnitude, digits + 1);
    px_json_raw_value(writer, px_slice_of(digits + !negative, count + negative));
}

void px_json_bool(px_json_writer *writer, bool value) {
    px_json_raw_value(writer, value ? PX_SLICE("true") : PX_SLICE("false"));
}

void px_json_null(px_json_writer *writer) {
    px_json_raw_value(writer, PX_SLICE("null"));
}

void px_json_member(px_json_writer *writer, px_slice key, px_slice text) {
    px_json_key(writer, key);
    px_json_string(writer, text);
}

size_t px_json_nested_begin(px_json_writer *outer, px_json_writer *inner) {
    separate(outer);
    append(outer, PX_SLICE("\""));
    px_json_writer_init(inner, outer->out);
    inner->result = outer->result;
    return outer->out->len;
}

/* The bytes that the quoted form of one byte of JSON text takes. */
static size_t quoted_length(char byte) {
    return byte == '"' || byte == '\\' ? 2 : 1;
}

void px_json_nested_end(px_json_writer *outer, px_json_writer *inner, size_t mark) {
    px_buffer *out = outer->out;
    size_t extra = 0;
    outer->result = inner->result;
    if (outer->result != PX_OK)
        return;
    /* What a writer has written holds no control characters, so quotes and backslashes are all
     * that needs an escape. Going from the back, each byte moves at most once. Blanks that a raw
     * value brought along (a newline, say) become spaces, which mean the same. */
    for (size_t i = mark; i < out->len; i++)
        extra += quoted_length(out->data[i]) - 1;
    outer->result = px_buffer_reserve(out, extra);
    if (outer->result != PX_OK)
        return;
    size_t to = out->len + extra;
    for (size_t from = out->len; from-- > mark;) {
        char byte = out->data[from];
        out->data[--to] = (unsigned char)byte < 0x20 ? ' ' : byte;
        if (quoted_length(byte) == 2)
            out->data[--to] = '\\';
    }
    out->len += extra;
    append(outer, PX_SLICE("\""));
}

int px_json_writer_finish(const px_json_writer *writer) {
    return writer->result;
}
