#define _GNU_SOURCE /* sched_setaffinity */
#include "harness.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DEFAULT_RUNS = 5 };

_Noreturn void bench_fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

static size_t read_runs(const char *text) {
    char *end;
    unsigned long runs = text ? strtoul(text, &end, 10) : 0;
    if (runs < 1 || runs > BENCH_MAX_RUNS || *end)
        bench_fail("--runs takes a number from 1 to %d", BENCH_MAX_RUNS);
    return runs;
}

bench bench_start(const char *name, int argc, char **argv) {
    bench b = {.name = name, .runs = DEFAULT_RUNS};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            b.json = true;
        else if (strcmp(argv[i], "--runs") == 0)
            b.runs = read_runs(argv[++i]);
        else
            bench_fail("usage: %s [--json] [--runs N]", argv[0]);
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    return b;
}

static void *resize(void *context, void *ptr, size_t old_size, size_t new_size) {
    (void)context;
    (void)old_size;
    if (new_size)
        return realloc(ptr, new_size);
    free(ptr);
    return NULL;
}

const px_allocator bench_allocator = {resize, NULL};

uint64_t bench_now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void bench_pin(unsigned processor) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor % (unsigned)(count > 0 ? count : 1), &set);
    if (sched_setaffinity(0, sizeof(set), &set) != 0)
        perror("sched_setaffinity");
}

void bench_note(const bench *b, const char *format, ...) {
    if (b->json)
        return;
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

void bench_add(bench_series *series, double value) {
    if (series->count == BENCH_MAX_RUNS)
        bench_fail("too many runs");
    series->values[series->count++] = value;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void print_value(double value) {
    printf(" %14.*f", value < 100 ? 2 : 0, value);
}

/* A member whose value is text, as JSON. */
static void print_member(const char *name, const char *text) {
    printf(",\"%s\":\"", name);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        putchar((unsigned char)*text < ' ' ? ' ' : *text);
    }
    putchar('"');
}

static void print_json_head(const bench *b, const char *what, const char *subject) {
    printf("{\"bench\":\"%s\"", b->name);
    print_member("case", what);
    print_member("subject", subject);
}

static void print_table_head(bench *b) {
    if (!b->has_head)
        printf("\n%-46s %-24s %14s %14s %14s\n", b->name, "", "median", "min", "max");
    b->has_head = true;
}

void bench_row(bench *b, const char *what, const char *subject, const bench_series *series,
               const char *unit) {
    double sorted[BENCH_MAX_RUNS];
    size_t count = series->count;
    if (count == 0)
        bench_fail("%s: nothing was measured", subject);
    memcpy(sorted, series->values, count * sizeof(sorted[0]));
    qsort(sorted, count, sizeof(sorted[0]), compare);
    double median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
    double numbers[] = {median, sorted[0], sorted[count - 1]};
    if (b->json) {
        print_json_head(b, what, subject);
        print_member("unit", unit);
        printf(",\"median\":%.6g,\"min\":%.6g,\"max\":%.6g,\"runs\":%zu}\n", numbers[0], numbers[1],
               numbers[2], count);
        return;
    }
    print_table_head(b);
    printf("%-46s %-24s", what, subject);
    for (size_t i = 0; i < 3; i++)
        print_value(numbers[i]);
    printf("  %s\n", unit);
}

void bench_missing(bench *b, const char *what, const char *subject, const char *reason) {
    if (b->json) {
        print_json_head(b, what, subject);
        print_member("missing", reason);
        puts("}");
        return;
    }
    print_table_head(b);
    printf("%-46s %-24s not measured: %s\n", what, subject, reason);
}

void bench_ratio(bench *b, const char *what, const char *subject, const bench_series *ours,
                 const bench_series *theirs) {
    bench_series quotients = {.count = 0};
    for (size_t i = 0; i < ours->count && i < theirs->count; i++)
        bench_add(&quotients, ours->values[i] / theirs->values[i]);
    bench_row(b, what, subject, &quotients, "times");
}
