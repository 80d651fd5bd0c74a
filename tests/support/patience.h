/* How long tests wait for what must come: longer where programs run slowly. */
#ifndef TEST_PATIENCE_H
#define TEST_PATIENCE_H

/* The time that a fast machine gets, times PUSHER_TEST_PATIENCE of the environment (1 to 1000; 1 when it says
 * nothing). For what a test waits for in vain when it fails, never for what it waits for when it passes. */
int test_patience_ms(int ms);

#endif
