#include "server/http_answer.h"

enum { STATE_STATUS, STATE_FIELDS, STATE_LENGTH, STATE_CHUNKS, STATE_UNTIL_END, STATE_DONE };

static px_http_progress refuse(px_http_refusal *refusal, const char *why) {
    *refusal = (px_http_refusal){0, why};
    return PX_HTTP_REFUSED;
}

static px_slice trim(px_slice text) {
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
        text = px_slice_after(text, 1);
    while (text.len > 0 && strchr(" \t\r", text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* HTTP/1.1 200 OK */
static px_http_progress read_status(px_http_answer *answer, px_slice line,
                                    px_http_refusal *refusal) {
    uint64_t status = 0;
    bool is_http_1 = px_slice_starts_with(line, PX_SLICE("HTTP/1.")) && line.len >= 12;
    if (!is_http_1 || line.ptr[8] != ' ' || (line.len > 12 && line.ptr[12] != ' ') ||
        !px_slice_to_u64(px_slice_of(line.ptr + 9, 3), &status) || status < 100)
        return refuse(refusal, "the answer is not HTTP/1.1");
    answer->line_status = (int)status;
    answer->keep_alive = line.ptr[7] != '0';
    answer->is_chunked = answer->has_length = false;
    answer->state = STATE_FIELDS;
    return PX_HTTP_MORE;
}

static px_http_progress read_field(px_http_answer *answer, px_slice line,
                                   px_http_refusal *refusal) {
    const char *colon = memchr(line.ptr, ':', line.len);
    if (!colon)
        return refuse(refusal, "the answer's head is not HTTP");
    px_slice name = px_slice_of(line.ptr, (size_t)(colon - line.ptr));
    px_slice value = trim(px_slice_after(line, name.len + 1));
    if (px_slice_equal_ignore_case(name, PX_SLICE("content-length"))) {
        uint64_t length = 0;
        if (!px_slice_to_u64(value, &length) || (answer->has_length && length != answer->left))
            return refuse(refusal, "the answer's Content-Length is not a number");
        answer->has_length = true;
        answer->left = length;
    } else if (px_slice_equal_ignore_case(name, PX_SLICE("transfer-encoding"))) {
        answer->is_chunked = px_http_list_has(value, PX_SLICE("chunked"));
    } else if (px_slice_equal_ignore_case(name, PX_SLICE("connection"))) {
        if (px_http_list_has(value, PX_SLICE("close")))
            answer->keep_alive = false;
    }
    return PX_HTTP_MORE;
}

/* The empty line behind the head (RFC 9112 section 6.3). */
static px_http_progress end_head(px_http_answer *answer) {
    if (answer->line_status < 200 && answer->line_status != 101) {
        answer->state = STATE_STATUS; /* the answer proper is still to come */
        return PX_HTTP_MORE;
    }
    answer->status = answer->line_status;
    bool is_bare = answer->status == 204 || answer->status == 304;
    if (answer->status == 101 || (answer->is_chunked && answer->has_length))
        answer->keep_alive = false;
    if (!is_bare && answer->status != 101 && answer->is_chunked)
        answer->state = STATE_CHUNKS;
    else if (is_bare || answer->status == 101 || (answer->has_length && answer->left == 0))
        answer->state = STATE_DONE;
    else
        answer->state = answer->has_length ? STATE_LENGTH : STATE_UNTIL_END;
    return answer->state == STATE_DONE ? PX_HTTP_DONE : PX_HTTP_MORE;
}

static px_http_progress take_line(px_http_answer *answer, px_http_refusal *refusal) {
    px_slice line = px_slice_of(answer->line, answer->line_len);
    answer->line_len = 0;
    if (line.len > 0 && line.ptr[line.len - 1] == '\r')
        line.len--;
    if (answer->state == STATE_STATUS)
        return read_status(answer, line, refusal);
    return line.len == 0 ? end_head(answer) : read_field(answer, line, refusal);
}

/* Takes bytes up to the end of a line; *used of them. */
static px_http_progress read_head(px_http_answer *answer, const char *bytes, size_t len,
                                  size_t *used, px_http_refusal *refusal) {
    for (size_t i = 0; i < len; i++) {
        *used = i + 1;
        if (++answer->head_len > PX_HTTP_ANSWER_MAX_HEAD)
            return refuse(refusal, "the answer's head is too large");
        if (bytes[i] == '\n')
            return take_line(answer, refusal);
        if (answer->line_len < sizeof answer->line)
            answer->line[answer->line_len++] = bytes[i];
    }
    return PX_HTTP_MORE;
}

static px_http_progress read_chunks(px_http_answer *answer, char *bytes, size_t len, size_t *used,
                                    px_http_refusal *refusal) {
    size_t produced = 0;
    px_http_refusal given;
    px_http_progress progress =
        px_http_read_chunks(&answer->chunks, bytes, len, PX_HTTP_ANSWER_MAX_BODY - answer->body_len,
                            used, &produced, &given);
    answer->body_len += (uint32_t)produced;
    if (progress == PX_HTTP_REFUSED)
        return refuse(refusal, given.status == 413 ? "the answer's body is too large"
                                                   : "the answer's chunks are not HTTP");
    return progress;
}

static px_http_progress read_plain(px_http_answer *answer, size_t len, size_t *used,
                                   px_http_refusal *refusal) {
    *used = answer->state == STATE_LENGTH && answer->left < len ? (size_t)answer->left : len;
    if (*used > PX_HTTP_ANSWER_MAX_BODY - answer->body_len)
        return refuse(refusal, "the answer's body is too large");
    answer->body_len += (uint32_t)*used;
    if (answer->state == STATE_UNTIL_END)
        return PX_HTTP_MORE;
    answer->left -= *used;
    return answer->left == 0 ? PX_HTTP_DONE : PX_HTTP_MORE;
}

px_http_progress px_http_answer_read(px_http_answer *answer, char *bytes, size_t len,
                                     px_http_refusal *refusal) {
    px_http_progress progress = PX_HTTP_MORE;
    answer->has_begun = answer->has_begun || len > 0;
    while (progress == PX_HTTP_MORE && len > 0) {
        size_t used = 0;
        if (answer->state <= STATE_FIELDS)
            progress = read_head(answer, bytes, len, &used, refusal);
        else if (answer->state == STATE_CHUNKS)
            progress = read_chunks(answer, bytes, len, &used, refusal);
        else
            progress = read_plain(answer, len, &used, refusal);
        bytes += used;
        len -= used;
    }
    if (progress == PX_HTTP_REFUSED)
        answer->keep_alive = false;
    if (progress == PX_HTTP_DONE) {
        answer->state = STATE_DONE;
        answer->keep_alive = answer->keep_alive && len == 0; /* nobody asked for more */
    }
    return progress;
}

bool px_http_answer_end(const px_http_answer *answer) {
    return answer->state == STATE_UNTIL_END || answer->state == STATE_DONE;
}
