/* Client decrypt: the same as ingest.c with the events of an encrypted channel, from the socket to a
 * handler that gets what was sealed. libpusher opens with libsodium; pusher.js and pusher-js, under
 * Node, with the tweetnacl that each of them comes with. */
#include "measure.h"

#include "base/base64.h"
#include "json/writer.h"

#include <sodium.h>
#include <stdio.h>

enum { LIBPUSHER, OWN_JS, PUSHER_JS, RECEIVERS };
enum { MAX_SEALED = 1 << 16 };

static const uint8_t KEY[crypto_secretbox_KEYBYTES]; /* any will do */
static const char SECRET[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

static void write_base64(px_json_writer *json, px_slice name, const uint8_t *bytes, size_t len) {
    static char text[2 * MAX_SEALED];
    px_base64_encode(px_slice_of((const char *)bytes, len), text);
    px_json_member(json, name, px_slice_of(text, px_base64_encoded_length(len)));
}

static void seal(px_buffer *out, px_slice text, unsigned number) {
    static uint8_t box[MAX_SEALED];
    uint8_t nonce[crypto_secretbox_NONCEBYTES] = {0};
    memcpy(nonce, &number, sizeof(number));
    if (text.len + crypto_secretbox_MACBYTES > sizeof(box) ||
        crypto_secretbox_easy(box, (const uint8_t *)text.ptr, text.len, nonce, KEY) != 0)
        bench_fail("an event can't be sealed");
    px_json_writer json;
    px_json_writer_init(&json, out);
    px_json_object_begin(&json);
    write_base64(&json, PX_SLICE("nonce"), nonce, sizeof(nonce));
    write_base64(&json, PX_SLICE("ciphertext"), box, text.len + crypto_secretbox_MACBYTES);
    px_json_object_end(&json);
    if (px_json_writer_finish(&json) != PX_OK)
        bench_fail("out of memory");
}

/* Megabytes of what was sealed per second. */
static bench_series megabytes(const bench_series *rates, size_t payload_size) {
    bench_series all = *rates;
    for (size_t i = 0; i < all.count; i++)
        all.values[i] *= (double)payload_size / 1e6;
    return all;
}

static void report(bench *b, size_t payload_size, const measure_receiver receivers[RECEIVERS]) {
    const bench_series *js = &receivers[PUSHER_JS].cpu_rates;
    char what[32];
    snprintf(what, sizeof(what), "%zu bytes", payload_size);
    for (int i = 0; i < RECEIVERS; i++) {
        bench_series rates = megabytes(&receivers[i].rates, payload_size);
        bench_row(b, what, receivers[i].name, &rates, "MB/s");
    }
    for (int i = 0; i < RECEIVERS; i++) {
        bench_series rates = megabytes(&receivers[i].cpu_rates, payload_size);
        bench_row(b, what, receivers[i].name, &rates, "MB/s of CPU");
    }
    bench_ratio(b, what, "libpusher / pusher-js", &receivers[LIBPUSHER].cpu_rates, js);
    bench_ratio(b, what, "pusher.js / pusher-js", &receivers[OWN_JS].cpu_rates, js);
}

int main(int argc, char **argv) {
    static measure_receiver receivers[RECEIVERS] = {
        [LIBPUSHER] = {.name = "libpusher", .start = receivers_start_libpusher, .counts = true},
        [OWN_JS] = {.name = "pusher.js", .start = receivers_start_own_js, .counts = true},
        [PUSHER_JS] = {.name = "pusher-js", .start = receivers_start_pusher_js, .counts = true},
    };
    static const events KINDS[] = {{"private-encrypted-orders", 1, 1, 256, seal, SECRET},
                                   {"private-encrypted-orders", 1, 1, 4096, seal, SECRET},
                                   {"private-encrypted-orders", 1, 1, 10240, seal, SECRET}};
    enum { COUNT = sizeof(KINDS) / sizeof(KINDS[0]) };
    bench b = bench_start("client_decrypt", argc, argv);
    if (sodium_init() < 0)
        bench_fail("libsodium does not start");
    bench_pin(1);
    bench_note(&b, "client_decrypt: megabytes of sealed text per second, to one bound handler, "
                   "receiver on one processor.\nThe libraries in JavaScript parse the text, "
                   "libpusher gives it. The messages:");
    for (size_t i = 0; i < COUNT; i++)
        measure_show(&b, &KINDS[i]);
    service s = service_listen();
    for (size_t i = 0; i < COUNT; i++) {
        measure(&b, &s, &KINDS[i], receivers, RECEIVERS);
        report(&b, KINDS[i].payload_size, receivers);
    }
    return 0;
}
