/* What a step of `pusher doctor` found, and how it is told: as lines for a person, or as JSON. */
#ifndef PX_CLI_DOCTOR_REPORT_H
#define PX_CLI_DOCTOR_REPORT_H

#include "base/buffer.h"
#include "json/writer.h"

#include <stdio.h>

typedef enum px_doctor_status {
    PX_DOCTOR_OK,
    PX_DOCTOR_FAILED,
    PX_DOCTOR_SKIPPED,
} px_doctor_status;

/* "ok", "failed", "skipped". */
const char *px_doctor_status_name(px_doctor_status status);

typedef struct px_doctor_result {
    const char *name; /* of the step */
    px_doctor_status status;
    uint64_t ms;            /* how long it took */
    bool timed;             /* the step knows better than whoever runs it */
    px_buffer text;         /* a sentence: what was found */
    px_buffer advice;       /* what to do next; empty: nothing */
    px_buffer lines;        /* more of what was found, for a person: whole lines */
    px_buffer details_text; /* the same, as members of a JSON object */
    px_json_writer details;
} px_doctor_result;

/* Between the two a step fills the result in: `details` stands inside of an object. */
void px_doctor_result_init(px_doctor_result *result, const char *name);
void px_doctor_result_end(px_doctor_result *result);
void px_doctor_result_free(px_doctor_result *result);

/* Sets status and sentence. What somebody else said may stand in it: it is made harmless where it
 * is printed. */
void px_doctor_say(px_doctor_result *result, px_doctor_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sets what to do next. */
void px_doctor_advise(px_doctor_result *result, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds a line. */
void px_doctor_add_line(px_doctor_result *result, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A step on lines of its own. Colours on a terminal only. */
void px_doctor_print(FILE *stream, const px_doctor_result *result);

/* A step as a JSON object. */
void px_doctor_write(px_json_writer *out, const px_doctor_result *result);

#endif
