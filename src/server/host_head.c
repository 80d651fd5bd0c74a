#include "server/host_head.h"

#include "server/forwarded.h"

#define FIELD_NAME(name, text) PX_LITERAL(text),
static const px_slice FIELD_NAMES[PX_HTTP_FIELD_COUNT] = {PX_HTTP_FIELDS(FIELD_NAME)};

enum { MAX_FIELDS = 100 };

/* RFC 9110 section 5.6.2. */
static bool is_token_byte(char byte) {
    if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
        (byte >= '0' && byte <= '9'))
        return true;
    return byte != '\0' && strchr("!#$%&'*+-.^_`|~", byte) != NULL;
}

static bool is_token(px_slice text) {
    for (size_t i = 0; i < text.len; i++)
        if (!is_token_byte(text.ptr[i]))
            return false;
    return text.len > 0;
}

static bool is_visible(char byte) {
    return byte > 0x20 && byte < 0x7f;
}

/* What may stand in a field's value: no control character but the tab. */
static bool is_value_byte(char byte) {
    unsigned char value = (unsigned char)byte;
    return byte == '\t' || (value >= 0x20 && value != 0x7f);
}

static bool is_blank(char byte) {
    return byte == ' ' || byte == '\t';
}

static px_slice trim(px_slice text) {
    while (text.len > 0 && is_blank(text.ptr[0]))
        text = px_slice_after(text, 1);
    while (text.len > 0 && is_blank(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* Cuts off what stands before the first `separator`; without one, all of it. */
static px_slice cut(px_slice *rest, char separator, bool *found) {
    const char *end = rest->len > 0 ? memchr(rest->ptr, separator, rest->len) : NULL;
    px_slice part = *rest;
    *found = end != NULL;
    if (end)
        part.len = (size_t)(end - rest->ptr);
    *rest = px_slice_after(*rest, end ? part.len + 1 : part.len);
    return part;
}

bool px_http_list_has(px_slice list, px_slice token) {
    bool more = list.len > 0;
    while (more)
        if (px_slice_equal_ignore_case(trim(cut(&list, ',', &more)), token))
            return true;
    return false;
}

static px_http_progress refuse(px_http_refusal *refusal, int status, const char *why) {
    *refusal = (px_http_refusal){status, why};
    return PX_HTTP_REFUSED;
}

/* http://HOST/path?query, as it is sent to proxies, is served like /path?query. */
static void skip_authority(px_slice *target) {
    static const px_slice SCHEMES[] = {PX_LITERAL("http://"), PX_LITERAL("https://")};
    for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++) {
        if (target->len < SCHEMES[i].len ||
            !px_slice_equal_ignore_case(px_slice_of(target->ptr, SCHEMES[i].len), SCHEMES[i]))
            continue;
        *target = px_slice_after(*target, SCHEMES[i].len);
        while (target->len > 0 && target->ptr[0] != '/' && target->ptr[0] != '?')
            *target = px_slice_after(*target, 1);
        return;
    }
}

static bool read_target(px_slice target, px_http_head *head) {
    for (size_t i = 0; i < target.len; i++)
        if (!is_visible(target.ptr[i]))
            return false;
    skip_authority(&target);
    bool has_query = false;
    head->path = cut(&target, '?', &has_query);
    if (has_query)
        head->query = target;
    return head->path.len > 0 && head->path.ptr[0] == '/';
}

/* HTTP/ digit . digit: some version, perhaps not ours. */
static bool is_version(px_slice text) {
    return text.len == 8 && px_slice_starts_with(text, PX_SLICE("HTTP/")) && text.ptr[6] == '.';
}

static px_http_progress read_request_line(px_slice line, px_http_head *head,
                                          px_http_refusal *refusal) {
    bool found = false;
    head->method = cut(&line, ' ', &found);
    px_slice target = cut(&line, ' ', &found);
    if (!found || !is_token(head->method))
        return refuse(refusal, 400, "This is not an HTTP request.");
    if (px_slice_equal(line, PX_SLICE("HTTP/1.1")))
        head->keep_alive = true;
    else if (!px_slice_equal(line, PX_SLICE("HTTP/1.0")))
        return refuse(refusal, is_version(line) ? 505 : 400, "This server speaks HTTP/1.1.");
    if (!read_target(target, head))
        return refuse(refusal, 400, "The target of the request must be a path.");
    return PX_HTTP_MORE;
}

static void read_connection(px_slice value, px_http_head *head) {
    if (px_http_list_has(value, PX_SLICE("upgrade")))
        head->upgrade = true;
    if (px_http_list_has(value, PX_SLICE("keep-alive")))
        head->keep_alive = true;
    if (px_http_list_has(value, PX_SLICE("close")))
        head->keep_alive = false;
}

/* gzip, br;q=0.5, deflate;q=0 (RFC 9110 section 12.5.3). The last is what the client does not take. */
static void read_accept_encoding(px_slice value, px_http_head *head) {
    static const struct {
        px_slice name;
        unsigned bit;
    } CODINGS[] = {{PX_LITERAL("gzip"), PX_ACCEPTS_GZIP}, {PX_LITERAL("br"), PX_ACCEPTS_BR}};
    bool more = value.len > 0;
    while (more) {
        bool has_weight = false;
        px_slice weight = cut(&value, ',', &more);
        px_slice name = trim(cut(&weight, ';', &has_weight));
        weight = trim(weight);
        bool is_refused = px_slice_starts_with(weight, PX_SLICE("q=0"));
        for (size_t i = 3; is_refused && i < weight.len; i++)
            is_refused = weight.ptr[i] == '0' || weight.ptr[i] == '.';
        for (size_t i = 0; i < sizeof CODINGS / sizeof *CODINGS; i++)
            if (!is_refused && px_slice_equal_ignore_case(name, CODINGS[i].name))
                head->accepts |= CODINGS[i].bit;
    }
}

static px_http_progress read_field(px_slice line, px_http_head *head, px_http_refusal *refusal) {
    bool found = false;
    px_slice name = cut(&line, ':', &found);
    if (!found || !is_token(name))
        return refuse(refusal, 400, "A header line is not of the form `name: value`.");
    for (size_t i = 0; i < line.len; i++)
        if (!is_value_byte(line.ptr[i]))
            return refuse(refusal, 400, "A header holds a control character.");
    px_slice value = trim(line);
    head->is_forwarded = head->is_forwarded || px_forwarded_is_field(name);
    if (px_slice_equal_ignore_case(name, PX_SLICE("accept-encoding")))
        read_accept_encoding(value, head);
    for (size_t i = 0; i < PX_HTTP_FIELD_COUNT; i++) {
        if (!px_slice_equal_ignore_case(name, FIELD_NAMES[i]))
            continue;
        if (i == PX_HTTP_CONNECTION)
            read_connection(value, head);
        else if (head->fields[i].ptr)
            return refuse(refusal, 400, "A header that counts only once was sent twice.");
        head->fields[i] = value;
    }
    return PX_HTTP_MORE;
}

/* How long the body is (RFC 9112 section 6.3). */
static px_http_progress read_framing(px_http_head *head, px_http_refusal *refusal) {
    px_slice coding = head->fields[PX_HTTP_TRANSFER_ENCODING];
    px_slice length = head->fields[PX_HTTP_CONTENT_LENGTH];
    if (coding.ptr && (length.ptr || head->is_http_1_0))
        return refuse(refusal, 400,
                      "Transfer-Encoding does not go with Content-Length or HTTP/1.0.");
    if (coding.ptr && !px_slice_equal_ignore_case(coding, PX_SLICE("chunked")))
        return refuse(refusal, 501, "The only transfer coding known here is `chunked`.");
    if (length.ptr && !px_slice_to_u64(length, &head->content_length))
        return refuse(refusal, 400, "Content-Length must be a number.");
    head->chunked = coding.ptr != NULL;
    return PX_HTTP_DONE;
}

static px_http_progress read_lines(px_slice rest, px_http_head *head, px_http_refusal *refusal) {
    bool found = false;
    for (int count = 0; rest.len > 0; count++) {
        px_slice line = cut(&rest, '\n', &found);
        if (line.len == 0 || line.ptr[line.len - 1] != '\r')
            return refuse(refusal, 400, "Lines must end with CR LF.");
        line.len--;
        if (line.len == 0)
            break;
        if (count > MAX_FIELDS)
            return refuse(refusal, 431, "The request has too many headers.");
        px_http_progress progress =
            count == 0 ? read_request_line(line, head, refusal) : read_field(line, head, refusal);
        if (progress == PX_HTTP_REFUSED)
            return progress;
        if (count == 0) {
            head->is_http_1_0 = !head->keep_alive;
            head->lines = rest;
        }
    }
    if (!head->fields[PX_HTTP_HOST].ptr && !head->is_http_1_0)
        return refuse(refusal, 400, "The request lacks a Host header.");
    px_slice expect = head->fields[PX_HTTP_EXPECT];
    head->expect_continue = px_slice_equal_ignore_case(expect, PX_SLICE("100-continue"));
    if (expect.ptr && !head->expect_continue)
        return refuse(refusal, 417, "The only expectation known here is `100-continue`.");
    return read_framing(head, refusal);
}

/* Where the head ends: behind the first empty line. Lines that end without CR count here, so that
 * they are refused at once and not waited for. 0: not there yet. */
static size_t find_end(px_slice bytes, size_t *scanned) {
    for (size_t i = *scanned; i < bytes.len; i++) {
        if (bytes.ptr[i] != '\n' || i == 0)
            continue;
        if (bytes.ptr[i - 1] == '\n')
            return i + 1;
        if (i >= 2 && bytes.ptr[i - 1] == '\r' && bytes.ptr[i - 2] == '\n')
            return i + 1;
    }
    *scanned = bytes.len;
    return 0;
}

/* Tells early that something else than HTTP is spoken, TLS for instance: whoever speaks it may
 * never send an empty line. */
static px_http_progress check_beginning(px_slice bytes, px_http_refusal *refusal) {
    bool is_line = false;
    px_slice line = cut(&bytes, '\n', &is_line);
    if (is_line && line.len > 0 && line.ptr[line.len - 1] == '\r') {
        px_http_head head = {0};
        line.len--;
        return read_request_line(line, &head, refusal);
    }
    if (!is_line && line.len > 0 && line.ptr[line.len - 1] == '\r')
        line.len--;
    for (size_t i = 0; i < line.len; i++)
        if (is_line || (!is_visible(line.ptr[i]) && line.ptr[i] != ' '))
            return refuse(refusal, 400, "This is not an HTTP request.");
    return PX_HTTP_MORE;
}

px_http_progress px_http_read_head(px_slice bytes, size_t max, size_t *scanned, px_http_head *head,
                                   px_http_refusal *refusal) {
    /* RFC 9112 section 2.2: an empty line before the request is ignored. */
    size_t skipped = 0;
    while (skipped < 4 && bytes.len >= skipped + 2 && bytes.ptr[skipped] == '\r' &&
           bytes.ptr[skipped + 1] == '\n')
        skipped += 2;
    px_slice request = px_slice_after(bytes, skipped);
    size_t seen = *scanned > skipped ? *scanned - skipped : 0;
    bool is_first_look = seen == 0 || !memchr(request.ptr, '\n', seen);
    size_t end = find_end(request, &seen);
    *scanned = seen + skipped;
    if (end > max || (end == 0 && request.len >= max))
        return refuse(refusal, 431, "The head of the request is too large.");
    if (end == 0)
        return is_first_look ? check_beginning(request, refusal) : PX_HTTP_MORE;
    *head = (px_http_head){.length = skipped + end};
    return read_lines(px_slice_of(request.ptr, end), head, refusal);
}
