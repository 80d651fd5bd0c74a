#include "transcript_script.h"

#include <stdio.h>
#include <stdlib.h>

#include "transcript_text.h"

static char *copy(const char *bytes, size_t len) {
    char *string = malloc(len + 1);
    if (!string)
        abort();
    memcpy(string, bytes, len);
    string[len] = '\0';
    return string;
}

static void add_line(transcript_script *script, const char *file, unsigned number, px_slice text,
                     bool included) {
    transcript_line *lines = realloc(script->lines, (script->count + 1) * sizeof *lines);
    if (!lines)
        abort();
    script->lines = lines;
    lines[script->count++] = (transcript_line){
        .file = copy(file, strlen(file)),
        .number = number,
        .text = px_slice_of(copy(text.ptr, text.len), text.len),
        .included = included,
    };
}

static char *read_file(const char *path, size_t *len) {
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    px_buffer text;
    transcript_text_init(&text);
    char part[4096];
    size_t count;
    while ((count = fread(part, 1, sizeof part, file)) > 0)
        if (px_buffer_append(&text, px_slice_of(part, count)) != PX_OK)
            abort();
    fclose(file);
    *len = text.len;
    return transcript_text_take(&text);
}

static px_slice next_line(px_slice *rest) {
    const char *end = memchr(rest->ptr, '\n', rest->len);
    size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
    px_slice line = px_slice_of(rest->ptr, len);
    *rest = px_slice_after(*rest, end ? len + 1 : len);
    while (line.len && line.ptr[line.len - 1] == ' ')
        line.len--;
    return line;
}

static bool load(transcript_script *script, const char *folder, const char *file, bool included,
                 char *failure, size_t failure_size) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    size_t len = 0;
    char *content = read_file(path, &len);
    if (!content) {
        snprintf(failure, failure_size, "cannot read %s", path);
        return false;
    }
    bool loaded = true;
    px_slice rest = px_slice_of(content, len);
    for (unsigned number = 1; loaded && rest.len; number++) {
        px_slice line = next_line(&rest);
        px_slice name = line;
        if (!included && transcript_skip(&name, "include ")) {
            char other[256];
            snprintf(other, sizeof other, "include/%.*s.txt", (int)name.len, name.ptr);
            loaded = load(script, folder, other, true, failure, failure_size);
        } else {
            add_line(script, file, number, line, included);
        }
    }
    free(content);
    return loaded;
}

bool transcript_script_load(transcript_script *script, const char *folder, const char *file,
                            char *failure, size_t failure_size) {
    *script = (transcript_script){0};
    return load(script, folder, file, false, failure, failure_size);
}

void transcript_script_free(transcript_script *script) {
    for (size_t i = 0; i < script->count; i++) {
        free(script->lines[i].file);
        free((void *)(uintptr_t)script->lines[i].text.ptr);
    }
    free(script->lines);
    *script = (transcript_script){0};
}

bool transcript_line_is_comment(px_slice line) {
    return line.len == 0 || line.ptr[0] == '#';
}

bool transcript_line_is_expectation(px_slice line) {
    return line.len && strchr(">=*|", line.ptr[0]);
}
