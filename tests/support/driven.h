/* Programs of clients that somebody drives: commands come on standard input, a line each. */
#ifndef TEST_DRIVEN_H
#define TEST_DRIVEN_H

#include <pusher/pusher.h>

enum { TEST_MAX_LINE = 65536 };

typedef struct test_driven {
    void (*obey)(void *context, char *line); /* without its end; it may be changed */
    void *context;
    size_t max_line;                                 /* at most TEST_MAX_LINE */
    void (*fail)(const char *what, const char *why); /* does not return */
} test_driven;

/* Runs the loop and obeys, until the input ends. What the program has printed is out whenever it waits. */
void test_driven_run(pusher_loop *loop, const test_driven *program);

#endif
