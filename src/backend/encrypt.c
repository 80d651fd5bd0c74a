#include "backend/encrypt.h"

#include "backend/names.h"
#include "base/base64.h"
#include "base/wipe.h"
#include "driver/random.h"
#include "driver/secretbox.h"
#include "json/writer.h"

enum { SECRET_BYTES = 32 };

static int check(pusher_app *app, px_slice channel) {
    const char *fault = px_backend_channel_fault(channel);
    if (fault)
        return px_answer_refuse_name(app, channel, fault);
    if (!px_backend_is_encrypted(channel))
        return px_answer_refuse_name(app, channel,
                                     "is not encrypted; only private-encrypted- channels are");
    if (!app->settings.has_master_key)
        return px_answer_refuse(app, PX_ERR_STATE,
                                "the channel is encrypted: give the option "
                                "encryption_master_key");
    return PX_OK;
}

int pusher_app_shared_secret(pusher_app *app, pusher_string channel,
                             char secret[PUSHER_SHARED_SECRET_SIZE]) {
    px_answer_begin(app);
    int result = check(app, px_given(channel));
    if (!result)
        result = px_channel_secret(px_given(channel), app->settings.master_key, secret);
    if (!result)
        secret[PX_CHANNEL_SECRET_LENGTH] = '\0';
    return result;
}

/* ---- Boxes ---- */

static int make_key(const pusher_app *app, px_slice channel, unsigned char key[SECRET_BYTES]) {
    char text[PX_CHANNEL_SECRET_LENGTH];
    char decoded[PX_CHANNEL_SECRET_LENGTH / 4 * 3];
    size_t len = 0;
    int result = px_channel_secret(channel, app->settings.master_key, text);
    if (!result && px_base64_decode(px_slice_of(text, sizeof text), decoded, &len))
        memcpy(key, decoded, SECRET_BYTES);
    px_wipe(text, sizeof text);
    px_wipe(decoded, sizeof decoded);
    return result;
}

static void write_base64(px_json_writer *writer, px_slice name, px_slice bytes, px_buffer *text) {
    size_t len = px_base64_encoded_length(bytes.len);
    px_buffer_clear(text);
    if (!writer->result)
        writer->result = px_buffer_reserve(text, len);
    if (writer->result)
        return;
    px_base64_encode(bytes, text->data);
    px_json_member(writer, name, px_slice_of(text->data, len));
}

static int write_sealed(const pusher_app *app, px_slice nonce, px_slice box, px_buffer *out) {
    px_buffer text;
    px_json_writer writer;
    px_buffer_init(&text, app->allocator, px_base64_encoded_length(box.len + nonce.len));
    px_json_writer_init(&writer, out);
    px_json_object_begin(&writer);
    write_base64(&writer, PX_SLICE("nonce"), nonce, &text);
    write_base64(&writer, PX_SLICE("ciphertext"), box, &text);
    px_json_object_end(&writer);
    px_buffer_free(&text);
    return px_json_writer_finish(&writer);
}

static int seal(pusher_app *app, px_slice channel, px_slice data, px_buffer *out) {
    unsigned char key[PX_SECRETBOX_KEY_BYTES], nonce[PX_SECRETBOX_NONCE_BYTES];
    px_buffer box;
    size_t len = data.len + PX_SECRETBOX_OVERHEAD;
    px_buffer_init(&box, app->allocator, len);
    int result = px_buffer_reserve(&box, len);
    if (!result)
        result = px_random_fill(nonce, sizeof nonce);
    if (!result)
        result = make_key(app, channel, key);
    if (!result)
        result = px_secretbox_seal(key, nonce, data, box.data) ? PX_OK : PX_ERR_STATE;
    if (!result)
        result = write_sealed(app, px_slice_of((const char *)nonce, sizeof nonce),
                              px_slice_of(box.data, len), out);
    px_wipe(key, sizeof key);
    px_buffer_free(&box);
    return result;
}

int px_backend_encrypt(pusher_app *app, px_slice channel, px_slice data, px_buffer *out) {
    int result = check(app, channel);
    if (!result && !px_secretbox_available())
        result = px_answer_refuse(app, PX_ERR_STATE, "this library was built without libsodium");
    return result ? result : seal(app, channel, data, out);
}

int pusher_app_encrypt(pusher_app *app, pusher_string channel, pusher_string data,
                       pusher_answer *answer) {
    px_answer_begin(app);
    int result = PX_OK;
    if (data.len > app->settings.max_data)
        result = px_answer_refuse(app, PX_ERR_LIMIT, "%zu bytes of data are too much; at most %u",
                                  data.len, (unsigned)app->settings.max_data);
    if (!result)
        result = px_backend_encrypt(app, px_given(channel), px_given(data), &app->body);
    return px_answer_made(app, result, answer);
}
