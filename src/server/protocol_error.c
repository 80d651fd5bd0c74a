#include "server/protocol_error.h"

#define ROW(name, code, text) {code, PX_LITERAL(text)},
static const struct {
    uint16_t code;
    px_slice text;
} ERRORS[] = {PX_PROTOCOL_ERRORS(ROW)};

uint16_t px_protocol_error_code(px_protocol_error error) {
    return ERRORS[error].code;
}

px_slice px_protocol_error_text(px_protocol_error error) {
    return ERRORS[error].text;
}
