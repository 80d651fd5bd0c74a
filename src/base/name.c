#include "base/name.h"

enum { MAX_NAME = 64 };

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

size_t px_name_distance(px_slice a, px_slice b) {
    size_t row[MAX_NAME + 1]; /* distances from the first letters of `a` to those of `b` */
    if (a.len > MAX_NAME || b.len > MAX_NAME)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 0; i < a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b.len; j++) {
            size_t changed = diagonal + (a.ptr[i] != b.ptr[j]);
            diagonal = row[j + 1];
            row[j + 1] = smaller(changed, smaller(row[j], row[j + 1]) + 1);
        }
    }
    return row[b.len];
}

px_slice px_name_nearest(px_slice name, const px_slice *names, size_t count) {
    px_slice nearest = {0};
    size_t best = name.len / 3 + 2; /* more than that is no typing error */
    for (size_t i = 0; i < count; i++) {
        size_t distance = px_name_distance(name, names[i]);
        if (distance >= best)
            continue;
        best = distance;
        nearest = names[i];
    }
    return nearest;
}
