/* Any bytes, written as a JSON string, alone and inside of JSON inside of JSON: the result is valid
 * JSON, and reading and unescaping it gives the same bytes back (those that were UTF-8). */
#include "base/utf8.h"
#include "fuzz.h"
#include "json/reader.h"
#include "json/writer.h"

static px_buffer new_buffer(void) {
    px_buffer buffer;
    px_buffer_init(&buffer, &test_malloc, 1 << 24);
    return buffer;
}

/* Unescapes the string that `json` consists of. */
static px_buffer string_in(px_slice json) {
    px_json_reader reader;
    px_buffer text = new_buffer();
    fuzz_copy copy = fuzz_copy_of(json);
    px_json_reader_init(&reader, copy.bytes);
    FUZZ_CHECK(px_json_next(&reader) == PX_JSON_STRING);
    FUZZ_CHECK(px_json_unescape(reader.text, &text) == PX_OK);
    FUZZ_CHECK(reader.escaped == (memchr(reader.text.ptr, '\\', reader.text.len) != NULL));
    FUZZ_CHECK(px_json_next(&reader) == PX_JSON_END);
    fuzz_copy_free(&copy);
    return text;
}

/* `text` with each byte that is not UTF-8 replaced. */
static px_buffer repaired(px_slice text) {
    px_buffer out = new_buffer();
    while (text.len) {
        size_t length = px_utf8_sequence(text);
        px_slice part = length ? px_slice_of(text.ptr, length) : PX_SLICE("\xef\xbf\xbd");
        FUZZ_CHECK(px_buffer_append(&out, part) == PX_OK);
        text = px_slice_after(text, length ? length : 1);
    }
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    px_slice text = px_slice_of((const char *)data, size);
    px_buffer json = new_buffer();
    px_buffer expected = repaired(text);

    px_json_writer outer, middle;
    px_json_writer_init(&outer, &json);
    px_json_string(&outer, text);
    FUZZ_CHECK(px_json_writer_finish(&outer) == PX_OK);
    px_buffer back = string_in(px_buffer_slice(&json));
    FUZZ_CHECK(px_slice_equal(px_buffer_slice(&back), px_buffer_slice(&expected)));

    px_buffer nested = new_buffer();
    px_json_writer_init(&outer, &nested);
    size_t mark = px_json_nested_begin(&outer, &middle);
    px_json_string(&middle, text);
    px_json_nested_end(&outer, &middle, mark);
    FUZZ_CHECK(px_json_writer_finish(&outer) == PX_OK);
    px_buffer inside = string_in(px_buffer_slice(&nested));
    FUZZ_CHECK(px_slice_equal(px_buffer_slice(&inside), px_buffer_slice(&json)));

    px_buffer *buffers[] = {&json, &expected, &back, &nested, &inside};
    for (size_t i = 0; i < sizeof(buffers) / sizeof(*buffers); i++)
        px_buffer_free(buffers[i]);
    return 0;
}
