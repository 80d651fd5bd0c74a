/* The engine's face to JavaScript: what pusher.wasm exports. The module imports nothing.
 *
 * Numbers go in and out as WebAssembly numbers, times as doubles (milliseconds), text as UTF-8 in
 * the module's memory:
 *  - texts of a call are written one behind the other into the buffer that px_web_room gives;
 *  - what the network says is written into the client's own inbox (px_web_inbox), since events
 *    point into it until the queue is drained;
 *  - results that are more than a number are in the record (px_web_record), an array of 32-bit
 *    words; a text in it is an address and a length.
 * web/src/engine/exports.ts declares the same for TypeScript. */
#ifndef PX_WEB_WEB_H
#define PX_WEB_WEB_H

#include "base/buffer.h"
#include "core/core.h"
#include "json/reader.h"

#define PX_WEB_EXPORT(name) __attribute__((export_name(name)))

/* Where the words of the record are. Those of the two groups are never needed at the same time. */
enum {
    PX_WEB_DEADLINE = 0, /* a double, two words: when to tick next; infinite: never */
    PX_WEB_RESULT = 2,   /* a px_result, after a call that gives something else */
    PX_WEB_ID = 3,       /* of the action */
    PX_WEB_TEXT = 4,     /* words from here on are the action's or the call's own (record.c) */
    PX_WEB_WORDS = 40,
};

typedef struct px_web_client {
    px_core *core;
    px_buffer inbox; /* what the network says */
    px_buffer text;  /* an error as JSON, or a text with its escapes resolved */
    px_event sealed; /* the last one of an encrypted channel */
} px_web_client;

/* The memory of the module (heap.c). */
extern const px_allocator px_web_heap;

/* The record. */
extern uint32_t px_web_words[PX_WEB_WORDS];

/* A text at two words of the record. */
void px_web_put(size_t word, px_slice text);

/* Fills the record with an action (record.c). */
void px_web_record_action(px_web_client *client, const px_action *action);

/* Reads options from a JSON object whose members are named as in PX_OPTIONS (options.c). The options
 * point into `arena` and `json`. PX_OK; PX_ERR_ARGUMENT with a sentence in the record;
 * PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_web_options_read(px_slice json, px_arena *arena, px_options *options);

/* A string's text without its escapes: `raw` itself where there are none, else a copy. PX_ERR_NO_MEMORY,
 * PX_ERR_LIMIT. */
PX_MUST_CHECK int px_web_text_read(px_slice raw, bool escaped, px_arena *arena, px_slice *text);

/* Reads the rest of an object whose values are texts, whose begin was read. PX_ERR_SYNTAX: they are
 * not. PX_ERR_NO_MEMORY, PX_ERR_LIMIT. */
PX_MUST_CHECK int px_web_pairs_read(px_json_reader *reader, px_arena *arena, px_pairs *pairs);

#endif
