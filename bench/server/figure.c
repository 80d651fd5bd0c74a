#include "figure.h"

#include <stdio.h>

void figure_report(bench *b, const figure *f, const peer *const *peers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *why = peer_missing(peers[i]);
        if (why)
            bench_missing(b, f->what, peers[i]->name, why);
        else if (f->values[i].count > 0)
            bench_row(b, f->what, peers[i]->name, &f->values[i], f->unit);
    }
    for (size_t i = 1; f->has_ratios && i < count; i++) {
        char subject[128];
        snprintf(subject, sizeof(subject), "%s / %s", peers[0]->name, peers[i]->name);
        if (f->values[0].count > 0 && f->values[i].count > 0)
            bench_ratio(b, f->what, subject, &f->values[0], &f->values[i]);
    }
}
