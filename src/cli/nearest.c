/* Finds the word that somebody probably meant. */
#include "cli/options.h"

#include <string.h>

enum { LONGEST = 32 };

static size_t smallest(size_t a, size_t b, size_t c) {
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* The number of letters to add, drop or change (Levenshtein); words beyond LONGEST are far away. */
static size_t distance(const char *a, const char *b) {
    size_t a_length = strlen(a), b_length = strlen(b);
    if (a_length > LONGEST || b_length > LONGEST)
        return LONGEST;
    size_t row[LONGEST + 1];
    for (size_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t above = row[j];
            row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[b_length];
}

/* A typing error changes few of the letters: a third of them, and one in any word. */
static bool alike(const char *word, size_t letters) {
    size_t length = strlen(word);
    return letters <= (length < 3 ? 1 : length / 3 + 1);
}

const char *px_cli_nearest(const char *word, const char *(*name)(const void *words, size_t index),
                           const void *words, size_t count) {
    const char *nearest = NULL;
    size_t least = LONGEST;
    for (size_t i = 0; i < count; i++) {
        const char *candidate = name(words, i);
        size_t letters = distance(word, candidate);
        if (letters < least) {
            least = letters;
            nearest = candidate;
        }
    }
    return nearest && alike(word, least) ? nearest : NULL;
}
