/* The JSON reader beside jansson: both must see the same value, or refuse the text both. And what
 * the reader says must fit together: positions, skipping, raw values, validity. */
#include "fuzz.h"
#include "json_oracle.h"
#include "json/reader.h"

static bool lies_inside(px_slice part, px_slice whole) {
    return part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len;
}

/* Reads all tokens; true when the text is one value. */
static bool read_all(px_slice json) {
    px_json_reader reader;
    px_json_reader_init(&reader, json);
    size_t position = 0;
    for (;;) {
        px_json_token token = px_json_next(&reader);
        FUZZ_CHECK(reader.position >= position || token == PX_JSON_ERROR);
        FUZZ_CHECK(reader.position <= json.len);
        FUZZ_CHECK(reader.depth <= PX_JSON_MAX_DEPTH);
        position = reader.position;
        if (token == PX_JSON_KEY || token == PX_JSON_STRING || token == PX_JSON_NUMBER)
            FUZZ_CHECK(lies_inside(reader.text, json));
        if (token == PX_JSON_NUMBER) {
            int64_t value;
            FUZZ_CHECK(px_json_to_i64(reader.text, &value) || reader.text.len > 1);
        }
        if (token == PX_JSON_ERROR)
            FUZZ_CHECK(reader.error != PX_JSON_ERROR_NONE && px_json_error_text(reader.error));
        if (token == PX_JSON_ERROR || token == PX_JSON_END)
            return token == PX_JSON_END;
    }
}

/* The value of the text is itself the same value, and nothing is before or behind it. */
static void check_raw(px_slice json, bool valid) {
    px_json_reader reader;
    px_json_reader_init(&reader, json);
    px_slice raw;
    if (!px_json_raw(&reader, px_json_next(&reader), &raw))
        return;
    fuzz_copy copy = fuzz_copy_of(raw);
    FUZZ_CHECK(px_json_valid(copy.bytes));
    FUZZ_CHECK((px_json_next(&reader) == PX_JSON_END) == valid);
    fuzz_copy_free(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    px_slice json = px_slice_of((const char *)data, size);
    bool valid = read_all(json);
    FUZZ_CHECK(px_json_valid(json) == valid);
    check_raw(json, valid);
    FUZZ_CHECK(oracle_compare(json) != ORACLE_DIFFERENT);
    return 0;
}
