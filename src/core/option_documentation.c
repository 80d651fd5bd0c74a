/* What the options are, in sentences. A file of its own, for linkers leave it out of programs that show
 * them to nobody. */
#include "core/options.h"

px_slice px_option_documentation(const px_option *option) {
    static const char *const sentences[] = {
#define SENTENCE(type, field, name, fallback, minimum, maximum, text) text,
        PX_OPTIONS(SENTENCE)
#undef SENTENCE
    };
    return px_slice_of_text(sentences[option - px_option_table]);
}
