#include "json/writer.h"

#include "json/escape.h"

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

/* Appends the text in quotes. */
static void append_string(px_json_writer *writer, px_slice text) {
    if (writer->result == PX_OK)
        writer->result = px_json_escape(writer->out, text);
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

void px_json_nested_end(px_json_writer *outer, px_json_writer *inner, size_t mark) {
    outer->result = inner->result;
    if (outer->result == PX_OK)
        outer->result = px_json_escape_in_place(outer->out, mark);
    append(outer, PX_SLICE("\""));
}

int px_json_writer_finish(const px_json_writer *writer) {
    return writer->result;
}
