#include "figure.h"

#include <stdio.h>

void figure_report(bench *b, const figure *f, const contest *contests, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (contests[i].missing)
            bench_missing(b, f->what, contests[i].peer->name, contests[i].missing);
        else if (f->values[i].count > 0) /* some are not made for it */
            bench_row(b, f->what, contests[i].peer->name, &f->values[i], f->unit);
    }
    for (size_t i = 1; f->has_ratios && i < count; i++) {
        char subject[128];
        snprintf(subject, sizeof(subject), "%s / %s", contests[0].peer->name,
                 contests[i].peer->name);
        if (f->values[0].count > 0 && f->values[i].count > 0)
            bench_ratio(b, f->what, subject, &f->values[0], &f->values[i]);
    }
}
