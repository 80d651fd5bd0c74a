/* jansson as the oracle: it and our reader must see the same value in a text, or refuse it both. */
#ifndef TEST_JSON_ORACLE_H
#define TEST_JSON_ORACLE_H

#include "base/slice.h"

typedef enum oracle_verdict {
    ORACLE_DIFFERENT,
    ORACLE_SAME_VALUE,
    ORACLE_BOTH_REFUSE,
    ORACLE_EXCUSED, /* they differ for one of the reasons that json_oracle.c lists */
} oracle_verdict;

oracle_verdict oracle_compare(px_slice json);

#endif
