#define _XOPEN_SOURCE 700 /* realpath */
#include "server/host_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/heap.h"
#include "server/host_date.h"
#include "server/text.h"
#include "server/web_file.h"

enum { PIECE = 65536, TAG_SIZE = 64 };

#define TEXT "text/plain; charset=utf-8"

const px_file_place px_place_js = {
    .folder = "js",
    .headers = PX_LITERAL("Access-Control-Allow-Origin: *\r\n"
                          "Cross-Origin-Resource-Policy: cross-origin\r\n"),
    .has_versions = true,
    .missing =
        "pusher.js is not here. `make dist` in the source tree makes it; the option --web of "
        "`pusher serve` names the folder that has it in a folder called js.\n",
};

const px_file_place px_place_demo = {
    .folder = "demo",
    .index = PX_LITERAL("index.html"),
    .headers = PX_LITERAL("Content-Security-Policy: default-src 'none'; "
                          "script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
                          "img-src 'self' data:; connect-src 'self'; form-action 'self'; "
                          "base-uri 'none'; frame-ancestors 'none'\r\n"
                          "Referrer-Policy: same-origin\r\n"),
    .missing =
        "The demo pages are not here. Run `make dist` in the source tree and start "
        "`build/pusher serve`, or name the folder that has them in a folder called demo with "
        "the option --web.\n",
};

struct px_host_file {
    int fd;
    uint64_t size;
    uint64_t left; /* to be read */
    bool keep_alive;
};

/* ---- Finding ---- */

/* An open file. */
typedef struct opened {
    int fd; /* -1: there is none, and errno says why */
    struct stat info;
    px_slice encoding; /* empty: as it is */
} opened;

static bool is_file(int fd, struct stat *info) {
    return fstat(fd, info) == 0 && S_ISREG(info->st_mode);
}

/* Opens the file where it really is, if that is below the folder: links may not lead out of it. */
static opened open_below(const char *folder, const char *path) {
    char real[PATH_MAX];
    size_t len = strlen(folder);
    opened file = {.fd = -1};
    if (!realpath(path, real))
        return file;
    if (strncmp(real, folder, len) != 0 || real[len] != '/') {
        errno = ENOENT;
        return file;
    }
    /* A pipe must not make us wait for who writes it. */
    file.fd = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (file.fd >= 0 && !is_file(file.fd, &file.info)) {
        close(file.fd);
        file.fd = -1;
        errno = ENOENT;
    }
    return file;
}

static bool is_older(const struct stat *a, const struct stat *b) {
    if (a->st_mtim.tv_sec != b->st_mtim.tv_sec)
        return a->st_mtim.tv_sec < b->st_mtim.tv_sec;
    return a->st_mtim.tv_nsec < b->st_mtim.tv_nsec;
}

#define NUL PX_LITERAL("\0")

/* The file, or what stands compressed beside it if the client takes that and it is not out of date. */
static opened open_best(px_arena *arena, const char *folder, px_slice name, unsigned accepts) {
    static const struct {
        unsigned bit;
        px_slice name;
        px_slice suffix;
    } ENCODINGS[] = {{PX_ACCEPTS_BR, PX_LITERAL("br"), PX_LITERAL(".br")},
                     {PX_ACCEPTS_GZIP, PX_LITERAL("gzip"), PX_LITERAL(".gz")}};
    px_slice path = px_text_of(arena, px_slice_of_text(folder), PX_SLICE("/"), name);
    px_slice text = px_text_of(arena, path, (px_slice)NUL);
    errno = ENOMEM;
    opened plain = text.len > 0 ? open_below(folder, text.ptr) : (opened){.fd = -1};
    for (size_t i = 0; plain.fd >= 0 && i < sizeof ENCODINGS / sizeof *ENCODINGS; i++) {
        text = px_text_of(arena, path, ENCODINGS[i].suffix, (px_slice)NUL);
        if (!(accepts & ENCODINGS[i].bit) || text.len == 0)
            continue;
        opened packed = open_below(folder, text.ptr);
        if (packed.fd >= 0 && !is_older(&packed.info, &plain.info)) {
            close(plain.fd);
            packed.encoding = ENCODINGS[i].name;
            return packed;
        }
        if (packed.fd >= 0)
            close(packed.fd);
    }
    return plain;
}

/* ---- What is told of a file ---- */

static bool is_known(const px_http_head *head, px_slice tag, px_slice weak_tag, px_slice modified) {
    px_slice known = head->fields[PX_HTTP_IF_NONE_MATCH];
    if (!known.ptr)
        return px_slice_equal(head->fields[PX_HTTP_IF_MODIFIED_SINCE], modified);
    return px_slice_equal(known, PX_SLICE("*")) || px_http_list_has(known, tag) ||
           px_http_list_has(known, weak_tag);
}

/* All but the body; status 304 when the client has it already. */
static px_host_answer describe(px_server *server, const px_file_place *place,
                               const px_http_head *head, px_slice name, const opened *file) {
    char tag[TAG_SIZE];
    char date[PX_DATE_LENGTH];
    /* W/ in front; what is compressed has a tag of its own. */
    int len = snprintf(
        tag, sizeof tag, "W/\"%llx-%llx.%lx%.*s\"", (unsigned long long)file->info.st_size,
        (unsigned long long)file->info.st_mtim.tv_sec, (unsigned long)file->info.st_mtim.tv_nsec,
        (int)file->encoding.len, file->encoding.len > 0 ? file->encoding.ptr : "");
    px_slice weak_tag = px_slice_of(tag, (size_t)len);
    px_slice strong_tag = px_slice_after(weak_tag, strlen("W/"));
    px_slice modified = px_slice_of(date, px_date(file->info.st_mtim.tv_sec, date));
    bool is_lasting = place->has_versions && px_web_is_versioned(name);
    bool is_packed = file->encoding.len > 0;
    px_host_answer answer = {.status = 200, .content_type = px_web_content_type(name)};
    if (is_known(head, strong_tag, weak_tag, modified))
        answer = (px_host_answer){.status = 304};
    answer.headers = px_text_of(
        &server->arena, PX_SLICE("ETag: "), strong_tag, PX_SLICE("\r\nLast-Modified: "), modified,
        PX_SLICE("\r\nVary: Accept-Encoding\r\nX-Content-Type-Options: nosniff\r\n"),
        is_lasting ? PX_SLICE("Cache-Control: public, max-age=31536000, immutable\r\n")
                   : PX_SLICE("Cache-Control: no-cache\r\n"),
        is_packed ? PX_SLICE("Content-Encoding: ") : PX_SLICE(""), file->encoding,
        is_packed ? PX_SLICE("\r\n") : PX_SLICE(""), place->headers);
    if (answer.headers.len == 0) /* no file without what protects it */
        answer = px_host_error(server, 500, PX_SLICE("The server is out of memory."));
    return answer;
}

/* ---- Reading ---- */

static bool read_fully(int fd, char *bytes, size_t len) {
    while (len > 0) {
        ssize_t count = read(fd, bytes, len);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false; /* also when the file has been cut meanwhile */
        bytes += count;
        len -= (size_t)count;
    }
    return true;
}

/* The next bytes of the file, in `scratch`. */
static bool read_piece(px_server *server, int fd, size_t len, px_slice *piece) {
    px_buffer_clear(&server->scratch);
    if (px_buffer_reserve(&server->scratch, len) != PX_OK ||
        !read_fully(fd, server->scratch.data, len))
        return false;
    *piece = px_slice_of(server->scratch.data, len);
    return true;
}

uint64_t px_file_size(const px_host_file *file) {
    return file->size;
}

void px_file_close(px_host_file *file) {
    if (!file)
        return;
    close(file->fd);
    px_free(&px_heap, file, sizeof *file);
}

/* Gives the answer its body: takes the open file over. */
static px_host_answer attach(px_server *server, px_host_answer answer, int fd, uint64_t size) {
    bool is_read = true;
    if (answer.status != 200) {
        close(fd);
        return answer;
    }
    if (size <= PIECE) {
        is_read = size == 0 || read_piece(server, fd, (size_t)size, &answer.body);
        close(fd);
    } else {
        answer.file = px_alloc(&px_heap, sizeof *answer.file);
        is_read = answer.file != NULL;
        if (is_read)
            *answer.file = (px_host_file){.fd = fd, .size = size, .left = size};
        else
            close(fd);
    }
    return is_read ? answer : px_host_error(server, 500, PX_SLICE("The file can't be read."));
}

/* ---- Answers ---- */

static px_host_answer refuse(px_server *server, int reason) {
    bool is_short = reason == EMFILE || reason == ENFILE || reason == ENOMEM;
    return is_short ? px_host_error(server, 503, PX_SLICE("The server is short of resources."))
                    : px_host_error(server, 404, PX_SLICE("There is no such file."));
}

/* The name with the folder `current` replaced by that of this server's version. */
static px_slice resolve(px_server *server, const px_file_place *place, px_slice name) {
    static const px_slice CURRENT = PX_LITERAL("current/");
    if (name.len == 0)
        return place->index;
    if (!place->has_versions || !px_slice_starts_with(name, CURRENT))
        return name;
    return px_text_of(&server->arena, PX_SLICE(PUSHER_VERSION_TEXT "/"),
                      px_slice_after(name, CURRENT.len));
}

px_host_answer px_files_answer(px_server *server, const px_file_place *place,
                               const px_http_head *head, px_slice name) {
    char folder[PATH_MAX];
    px_slice web = server->options.web;
    px_slice given = px_text_of(&server->arena, web, PX_SLICE("/"), px_slice_of_text(place->folder),
                                (px_slice)NUL);
    if (web.len == 0 || given.len == 0 || !realpath(given.ptr, folder))
        return (px_host_answer){.status = 404,
                                .content_type = TEXT,
                                .headers = PX_SLICE("Cache-Control: no-store\r\n"),
                                .body = px_slice_of_text(place->missing)};
    px_slice file_name = resolve(server, place, name);
    if (!px_web_name_is_safe(file_name))
        return refuse(server, ENOENT);
    opened file = open_best(&server->arena, folder, file_name, head->accepts);
    if (file.fd < 0)
        return refuse(server, errno);
    /* By the name that was asked for: what is current changes with the next version. */
    px_slice asked = name.len > 0 ? name : file_name;
    return attach(server, describe(server, place, head, asked, &file), file.fd,
                  (uint64_t)file.info.st_size);
}

int px_files_check(const px_server_options *options, char *why, size_t size) {
    char path[PATH_MAX];
    struct stat info;
    px_slice web = options->web;
    if (web.len == 0)
        return PX_OK;
    bool is_folder = web.len < sizeof path && !memchr(web.ptr, '\0', web.len);
    if (is_folder) {
        memcpy(path, web.ptr, web.len);
        path[web.len] = '\0';
        is_folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
    }
    if (is_folder)
        return PX_OK;
    snprintf(why, size,
             "web names %.*s, which is not a folder that can be read; it is the folder "
             "that has the folders js and demo in it",
             (int)web.len, web.ptr);
    return PX_ERR_ARGUMENT;
}

/* ---- Sending piece by piece ---- */

static void end_file(px_host_connection *connection) {
    px_host_file *file = connection->in.file;
    bool keep_alive = file->keep_alive;
    connection->in.request = (px_host_request){0};
    px_file_close(file);
    px_host_http_end(connection, keep_alive);
}

/* Queues the next piece; false when the connection had to be cut. */
static bool queue_piece(px_host_connection *connection) {
    px_server *server = connection->server;
    px_host_file *file = connection->in.file;
    size_t len = file->left < PIECE ? (size_t)file->left : PIECE;
    px_slice piece;
    if (!read_piece(server, file->fd, len, &piece)) {
        px_host_log(server, PX_LOG_WARNING,
                    "a file could not be read to its end, or has changed while it was sent");
        px_host_cut(connection);
        return false;
    }
    file->left -= len;
    if (!px_host_send(connection, &piece, 1))
        return false;
    if (file->left == 0)
        end_file(connection);
    px_host_set_deadline(connection, server->options.body_timeout_ms);
    return true;
}

void px_file_begin(px_host_connection *connection, px_host_file *file, bool keep_alive) {
    connection->phase = PX_PHASE_FILE;
    connection->in.file = file;
    file->keep_alive = keep_alive;
    event_del(&connection->readable);
    if (queue_piece(connection))
        px_host_mark_dirty(connection);
}

void px_file_go_on(px_host_connection *connection) {
    /* The piece goes out with the next turn: others have theirs before. */
    if (queue_piece(connection) && connection->phase == PX_PHASE_FILE &&
        !px_host_await_room(connection))
        px_host_cut(connection);
}

void px_file_cut(px_host_connection *connection) {
    px_host_file *file = connection->in.file;
    connection->in.request = (px_host_request){0};
    px_file_close(file);
}
