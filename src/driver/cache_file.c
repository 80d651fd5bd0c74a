#include "driver/cache_file.h"

#include "base/map.h"
#include "driver/memory.h"
#include "driver/random.h"
#include "json/reader.h"
#include "json/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_SIZE = 64, VERSION = 1, QUIET_MS = 1000 };

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- The folder ---- */

/* Who starts a program must not choose the files of the one for whom it runs. */
static const char *trusted_variable(const char *name) {
    bool borrowed = getuid() != geteuid() || getgid() != getegid();
    const char *value = borrowed ? NULL : getenv(name);
    return value && value[0] == '/' ? value : NULL;
}

static int append_all(px_buffer *out, const char *const *texts, size_t count) {
    int result = PX_OK;
    for (size_t i = 0; !result && i < count; i++)
        result = px_buffer_append(out, px_slice_of_text(texts[i]));
    return result ? result : px_buffer_append_byte(out, '\0');
}

int px_cache_folder(const char *given, px_buffer *folder) {
    if (given)
        return append_all(folder, &given, 1);
    const char *cache = trusted_variable("XDG_CACHE_HOME");
    const char *home = trusted_variable("HOME");
    if (!cache && !home)
        return PX_ERR_NOT_FOUND;
    const char *const texts[] = {cache ? cache : home, cache ? "" : "/.cache", "/libpusher"};
    return append_all(folder, texts, COUNT_OF(texts));
}

/* Makes the last two of a path's folders; whatever fails shows when the folder is opened. */
static void make_folder(const char *path) {
    if (mkdir(path, 0700) == 0 || errno != ENOENT)
        return;
    char parent[PX_CACHE_FILE_MAX];
    const char *end = strrchr(path, '/');
    if (!end || end == path || (size_t)(end - path) >= sizeof parent)
        return;
    memcpy(parent, path, (size_t)(end - path));
    parent[end - path] = '\0';
    if (mkdir(parent, 0700) == 0)
        mkdir(path, 0700);
}

/* Ours alone: where others can write, they choose what we read. -1: it is not there, or not that. */
static int open_folder(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;
    if (fd < 0)
        return -1;
    if (fstat(fd, &status) || status.st_uid != geteuid() ||
        (status.st_mode & (S_IWGRP | S_IWOTH))) {
        close(fd);
        errno = EPERM;
        return -1;
    }
    return fd;
}

/* The same in each run. Two places with the same hash push each other out. */
static uint64_t hash_of(px_slice place) {
    static const uint64_t seed[2];
    return px_hash(seed, place);
}

static void name_file(px_slice place, char name[NAME_SIZE]) {
    snprintf(name, NAME_SIZE, "transport-%016" PRIx64 ".json", hash_of(place));
}

/* ---- Reading ---- */

/* The number of bytes; 0: it is not a file of ours that can be read. */
static size_t read_file(const char *folder, const char *name, char bytes[PX_CACHE_FILE_MAX]) {
    int folder_fd = open_folder(folder);
    if (folder_fd < 0)
        return 0;
    /* Opening a FIFO must not wait. */
    int fd = openat(folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    close(folder_fd);
    if (fd < 0)
        return 0;
    struct stat status;
    size_t len = 0;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
        status.st_size <= PX_CACHE_FILE_MAX) {
        ssize_t count;
        while (len < PX_CACHE_FILE_MAX &&
               (count = read(fd, bytes + len, PX_CACHE_FILE_MAX - len)) > 0)
            len += (size_t)count;
    }
    close(fd);
    return len;
}

static bool take_key(px_json_reader *reader, const char *key) {
    return px_json_next(reader) == PX_JSON_KEY &&
           px_slice_equal(reader->text, px_slice_of_text(key));
}

/* {"version":1,"place":PLACE,"entry":ENTRY}, as we write it and not otherwise. */
static bool parse_file(px_slice text, px_slice place, px_slice *entry) {
    char unescaped[PX_CACHE_FILE_MAX];
    px_json_reader reader;
    px_json_reader_init(&reader, text);
    int64_t version;
    if (px_json_next(&reader) != PX_JSON_OBJECT_BEGIN || !take_key(&reader, "version") ||
        px_json_next(&reader) != PX_JSON_NUMBER || !px_json_to_i64(reader.text, &version) ||
        version != VERSION || !take_key(&reader, "place") ||
        px_json_next(&reader) != PX_JSON_STRING)
        return false;
    size_t len = px_json_unescape_to(reader.text, unescaped);
    return px_slice_equal(px_slice_of(unescaped, len), place) && take_key(&reader, "entry") &&
           px_json_raw(&reader, px_json_next(&reader), entry) &&
           px_json_next(&reader) == PX_JSON_OBJECT_END && px_json_next(&reader) == PX_JSON_END;
}

int px_cache_read(const char *folder, px_slice place, px_buffer *entry) {
    char name[NAME_SIZE];
    char bytes[PX_CACHE_FILE_MAX];
    px_slice found;
    name_file(place, name);
    size_t len = read_file(folder, name, bytes);
    if (!len || !parse_file(px_slice_of(bytes, len), place, &found))
        return PX_ERR_NOT_FOUND;
    return px_buffer_append(entry, found);
}

/* ---- Writing ---- */

static int write_text(px_buffer *out, px_slice place, px_slice entry) {
    px_json_writer writer;
    px_json_writer_init(&writer, out);
    px_json_object_begin(&writer);
    px_json_key(&writer, PX_SLICE("version"));
    px_json_u64(&writer, VERSION);
    px_json_member(&writer, PX_SLICE("place"), place);
    px_json_key(&writer, PX_SLICE("entry"));
    px_json_raw_value(&writer, entry);
    px_json_object_end(&writer);
    int result = px_json_writer_finish(&writer);
    return result ? result : px_buffer_append_byte(out, '\n');
}

/* Not synchronized: what a crash takes away, the next run finds out again. */
static bool write_file(int folder, const char *name, px_slice text) {
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool written = write(fd, text.ptr, text.len) == (ssize_t)text.len;
    return (close(fd) == 0) && written;
}

static int replace_file(const char *folder, const char *name, px_slice text) {
    uint64_t random;
    int result = px_random_fill(&random, sizeof random);
    if (result)
        return result;
    make_folder(folder);
    int fd = open_folder(folder);
    if (fd < 0)
        return PX_ERR_SYSTEM;
    char fresh[NAME_SIZE];
    snprintf(fresh, sizeof fresh, "fresh-%016" PRIx64, random);
    bool replaced = write_file(fd, fresh, text) && renameat(fd, fresh, fd, name) == 0;
    int reason = errno;
    if (!replaced)
        unlinkat(fd, fresh, 0);
    close(fd);
    errno = reason;
    return replaced ? PX_OK : PX_ERR_SYSTEM;
}

int px_cache_write(const char *folder, px_slice place, px_slice entry) {
    char name[NAME_SIZE];
    px_buffer text;
    name_file(place, name);
    px_buffer_init(&text, &px_malloc_allocator, PX_CACHE_FILE_MAX);
    int result = write_text(&text, place, entry);
    if (!result)
        result = replace_file(folder, name, px_buffer_slice(&text));
    px_buffer_free(&text);
    return result;
}

void px_cache_forget(const char *folder, px_slice place) {
    char name[NAME_SIZE];
    name_file(place, name);
    int fd = open_folder(folder);
    if (fd < 0)
        return;
    unlinkat(fd, name, 0);
    close(fd);
}

bool px_cache_is_due(px_cache_ledger *ledger, px_slice place, uint64_t now_ms) {
    uint64_t hash = hash_of(place);
    if (ledger->place == hash && now_ms < ledger->quiet_until)
        return false;
    *ledger = (px_cache_ledger){.place = hash, .quiet_until = now_ms + QUIET_MS};
    return true;
}
