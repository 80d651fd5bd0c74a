/* What the headers of both libraries share: texts, and how functions are marked. */
#ifndef PUSHER_STRING_H
#define PUSHER_STRING_H

#include <stddef.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define PUSHER_API            __attribute__((visibility("default")))
#define PUSHER_RESULT_MATTERS __attribute__((warn_unused_result))
#else
#define PUSHER_API
#define PUSHER_RESULT_MATTERS
#endif

/* A text. Not NUL-terminated. */
typedef struct pusher_string {
    const char *ptr; /* may be NULL when len is 0 */
    size_t len;      /* bytes */
} pusher_string;

/* A C string as a pusher_string; NULL gives the empty one. */
static inline pusher_string pusher_str(const char *text) {
    pusher_string string;
    string.ptr = text;
    string.len = text ? strlen(text) : 0;
    return string;
}

/* A name with a value, such as a field or header of a request. */
typedef struct pusher_pair {
    pusher_string name;  /* not empty */
    pusher_string value; /* may be empty */
} pusher_pair;

#ifdef __cplusplus
}
#endif

#endif
