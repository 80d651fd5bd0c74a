/* Whether the server knows the app's key. */
#include "cli/doctor.h"
#include "cli/doctor_words.h"

enum { MAX_SEGMENT_BYTE = 3 };

bool px_doctor_encoded_key(const px_cli_settings *settings, char *out, size_t size) {
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    size_t len = 0;
    for (const char *c = settings->key; *c; c++) {
        if (len + MAX_SEGMENT_BYTE >= size)
            return false;
        if (strchr(plain, *c))
            out[len++] = *c;
        else
            len += (size_t)snprintf(out + len, size - len, "%%%02X", (unsigned)(unsigned char)*c);
    }
    out[len] = '\0';
    return true;
}

void px_doctor_key(px_doctor *doctor, px_doctor_result *result) {
    px_json_writer *out = &result->details;
    px_json_key(out, PX_SLICE("code"));
    if (doctor->refusal && !doctor->accepted)
        px_json_u64(out, (uint64_t)doctor->refusal);
    else
        px_json_null(out);
    if (doctor->accepted) {
        px_doctor_say(result, PX_DOCTOR_OK, "the server knows the key %s", doctor->settings->key);
    } else if (doctor->refusal) {
        px_doctor_words words = px_doctor_words_of_code(doctor->refusal);
        px_doctor_say(result, PX_DOCTOR_FAILED, "%s (%d: %s)", words.what, doctor->refusal,
                      doctor->refusal_text);
        px_doctor_advise(result, "%s", words.advice);
    } else {
        px_doctor_say(result, PX_DOCTOR_SKIPPED, "no transport got as far as to ask");
    }
}
