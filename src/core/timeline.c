#include "core/timeline.h"

#include "core/internal.h"

/* Bytes of one entry, at most: two texts, each of whose bytes may be escaped to six, and the rest.
 */
enum { MAX_ENTRY = 2 * 6 * PX_TIMELINE_TEXT + 256 };

void px_timeline_init(px_core *core) {
    px_timeline *timeline = &core->statistics.timeline;
    *timeline = (px_timeline){0};
    px_buffer_init(&timeline->entries, core->allocator, PX_TIMELINE_BYTES + MAX_ENTRY);
}

void px_timeline_free(px_core *core) {
    px_buffer_free(&core->statistics.timeline.entries);
}

void px_timeline_drop_oldest(px_timeline *timeline) {
    size_t length = timeline->lengths[0];
    timeline->count--;
    memmove(timeline->lengths, timeline->lengths + 1,
            timeline->count * sizeof(timeline->lengths[0]));
    px_buffer_consume(&timeline->entries, timeline->count ? length + 1 : length);
}

void px_timeline_clear(px_timeline *timeline) {
    px_buffer_clear(&timeline->entries);
    timeline->count = 0;
}

/* ---- Writing an entry ---- */

/* It is written where it will stay: behind the others. */
typedef struct entry {
    px_json_writer writer;
    size_t start;
} entry;

/* False: nothing is kept. */
static bool begin(px_core *core, entry *e) {
    if (!core->statistics.on)
        return false;
    px_timeline *timeline = &core->statistics.timeline;
    if (!timeline->count)
        px_statistics_skip(core);
    if (timeline->count == PX_TIMELINE_ENTRIES)
        px_timeline_drop_oldest(timeline);
    e->start = timeline->entries.len;
    px_json_writer_init(&e->writer, &timeline->entries);
    if (timeline->count)
        e->writer.result = px_buffer_append(&timeline->entries, PX_SLICE(","));
    px_json_object_begin(&e->writer);
    return true;
}

static void end(px_core *core, entry *e) {
    px_timeline *timeline = &core->statistics.timeline;
    px_json_key(&e->writer, PX_SLICE("timestamp"));
    px_json_u64(&e->writer, px_core_unix_ms(core));
    px_json_object_end(&e->writer);
    if (px_json_writer_finish(&e->writer) != PX_OK) {
        timeline->entries.len = e->start;
        return;
    }
    size_t comma = timeline->count ? 1 : 0;
    timeline->lengths[timeline->count++] = (uint16_t)(timeline->entries.len - e->start - comma);
    while (timeline->entries.len > PX_TIMELINE_BYTES)
        px_timeline_drop_oldest(timeline);
}

/* Cut between two code points where it is too long. */
static void add_text(entry *e, px_slice name, px_slice text) {
    size_t len = text.len;
    if (len > PX_TIMELINE_TEXT) {
        len = PX_TIMELINE_TEXT;
        while (len && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
            len--;
    }
    px_json_member(&e->writer, name, px_slice_of(text.ptr, len));
}

static void add_number(entry *e, px_slice name, uint64_t number) {
    px_json_key(&e->writer, name);
    px_json_u64(&e->writer, number);
}

static void add_flag(entry *e, px_slice name, bool flag) {
    px_json_key(&e->writer, name);
    px_json_bool(&e->writer, flag);
}

static void begin_params(entry *e) {
    px_json_key(&e->writer, PX_SLICE("params"));
    px_json_object_begin(&e->writer);
}

/* An entry with one number. */
static void note_number(px_core *core, px_slice name, uint64_t number) {
    entry e;
    if (!begin(core, &e))
        return;
    add_number(&e, name, number);
    end(core, &e);
}

/* An entry with one text. */
static void note_text(px_core *core, px_slice name, px_slice text) {
    entry e;
    if (!begin(core, &e))
        return;
    add_text(&e, name, text);
    end(core, &e);
}

/* An entry of a transport, with one text. */
static void note_transport(px_core *core, uint32_t cid, px_slice name, px_slice text) {
    entry e;
    if (!begin(core, &e))
        return;
    add_number(&e, PX_SLICE("cid"), cid);
    add_text(&e, name, text);
    end(core, &e);
}

/* ---- The connection ---- */

void px_timeline_instances(px_core *core) {
    note_number(core, PX_SLICE("instances"), 1);
}

void px_timeline_state(px_core *core) {
    px_state state = core->connection.state;
    entry e;
    if (!begin(core, &e))
        return;
    add_text(&e, PX_SLICE("state"), px_state_name(state));
    if (state == PX_STATE_CONNECTED) {
        begin_params(&e);
        add_text(&e, PX_SLICE("socket_id"), px_core_socket_id(core));
        px_json_object_end(&e.writer);
    }
    end(core, &e);
}

void px_timeline_retry(px_core *core, uint32_t delay_ms) {
    entry e;
    if (!begin(core, &e))
        return;
    add_text(&e, PX_SLICE("action"), PX_SLICE("retry"));
    add_number(&e, PX_SLICE("delay"), delay_ms);
    end(core, &e);
}

void px_timeline_network(px_core *core, px_slice netinfo) {
    note_text(core, PX_SLICE("netinfo"), netinfo);
}

void px_timeline_pong_timed_out(px_core *core) {
    note_number(core, PX_SLICE("pong_timed_out"), core->options.pong_timeout);
}

void px_timeline_handshake_error(px_core *core, px_slice why) {
    note_text(core, PX_SLICE("handshakeError"), why);
}

void px_timeline_cached(px_core *core, px_slice transport, uint32_t latency_ms) {
    entry e;
    if (!begin(core, &e))
        return;
    add_flag(&e, PX_SLICE("cached"), true);
    add_text(&e, PX_SLICE("transport"), transport);
    add_number(&e, PX_SLICE("latency"), latency_ms);
    end(core, &e);
}

/* ---- Transports ---- */

uint32_t px_timeline_transport(px_core *core, px_slice name, bool tls) {
    entry e;
    if (!begin(core, &e))
        return 0;
    uint32_t cid = ++core->statistics.timeline.transports;
    char spelled[32];
    size_t len = name.len < sizeof(spelled) - 1 ? name.len : sizeof(spelled) - 1;
    memcpy(spelled, name.ptr, len);
    if (tls)
        spelled[len++] = 's';
    add_number(&e, PX_SLICE("cid"), cid);
    add_text(&e, PX_SLICE("transport"), px_slice_of(spelled, len));
    end(core, &e);
    px_timeline_transport_state(core, cid, PX_SLICE("initialized"));
    px_timeline_transport_state(core, cid, PX_SLICE("connecting"));
    return cid;
}

void px_timeline_transport_state(px_core *core, uint32_t cid, px_slice state) {
    note_transport(core, cid, PX_SLICE("state"), state);
}

void px_timeline_transport_closed(px_core *core, uint32_t cid, int code, px_slice reason,
                                  bool clean) {
    entry e;
    if (!begin(core, &e))
        return;
    add_number(&e, PX_SLICE("cid"), cid);
    add_text(&e, PX_SLICE("state"), PX_SLICE("closed"));
    begin_params(&e);
    add_number(&e, PX_SLICE("code"), (uint64_t)code);
    add_text(&e, PX_SLICE("reason"), reason);
    add_flag(&e, PX_SLICE("wasClean"), clean);
    px_json_object_end(&e.writer);
    end(core, &e);
}

void px_timeline_transport_error(px_core *core, uint32_t cid, px_slice message) {
    note_transport(core, cid, PX_SLICE("error"), message);
}
