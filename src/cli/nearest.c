/* Finds the word that somebody probably meant. */
#include "base/name.h"
#include "cli/options.h"

enum { MAX_WORDS = 128 };

const char *px_cli_nearest(const char *word, const char *(*name)(const void *words, size_t index),
                           const void *words, size_t count) {
    px_slice names[MAX_WORDS];
    if (count > MAX_WORDS)
        count = MAX_WORDS;
    for (size_t i = 0; i < count; i++)
        names[i] = px_slice_of_text(name(words, i));
    return px_name_nearest(px_slice_of_text(word), names, count).ptr;
}
