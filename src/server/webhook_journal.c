#include "server/webhook_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/map.h"
#include "server/heap.h"
#include "server/webhook_words.h"

enum {
    APP_SIZE = 96,
    URL_SIZE = 344,
    MAX_RECORDS = 16384, /* more webhooks than that are not noted */
    MAX_PATH = 4096,
    LINE_SIZE = 1024,
    OPEN_TRIES = 3,
};

/* The file: a header, then a record for each lane, in the byte order of the machine. */
typedef struct header {
    char magic[32];
    uint32_t order; /* ORDER, or the file is from a machine that is different */
    uint32_t count; /* of records */
    uint64_t check;
} header;

typedef struct state {
    px_webhook_backlog backlog;
    uint64_t check;
} state;

typedef struct record {
    char app[APP_SIZE]; /* filled with zeros; cut when they are longer */
    char url[URL_SIZE];
    state state;
} record;

_Static_assert(sizeof(record) == APP_SIZE + URL_SIZE + sizeof(state), "no gaps in the file");
_Static_assert(sizeof(state) == (PX_WEBHOOK_KIND_COUNT + 2) * sizeof(uint64_t), "nor here");

static const char MAGIC[32] = "pusher serve: webhooks, form 1\n";
static const uint32_t ORDER = 0x01020304;

struct px_webhook_journal {
    int fd;
    size_t count;
    record *records; /* as the file has them */
};

/* ---- Checks ---- */

/* These find damage, not forgery. */
static uint64_t check_of(const void *bytes, size_t len) {
    static const uint64_t SEED[2] = {0x7075736865720000, 0x776562686f6f6b73};
    return px_hash(SEED, px_slice_of(bytes, len));
}

static uint64_t check_of_record(const record *this) {
    return check_of(this, offsetof(record, state.check));
}

static header make_header(size_t count) {
    header made = {.order = ORDER, .count = (uint32_t)count};
    memcpy(made.magic, MAGIC, sizeof made.magic);
    made.check = check_of(&made, offsetof(header, check));
    return made;
}

static bool is_text(const char *text, size_t size) {
    size_t len = strnlen(text, size);
    for (size_t i = 0; i < size; i++)
        if (i < len ? (unsigned char)text[i] < ' ' || text[i] == 0x7f : text[i] != '\0')
            return false;
    return len < size;
}

/* ---- Files ---- */

static bool read_all(int fd, void *bytes, size_t len, off_t at) {
    char *to = bytes;
    while (len > 0) {
        ssize_t got = pread(fd, to, len, at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        to += got;
        at += got;
        len -= (size_t)got;
    }
    return true;
}

static bool write_all(int fd, const void *bytes, size_t len, off_t at) {
    const char *from = bytes;
    while (len > 0) {
        ssize_t put = pwrite(fd, from, len, at);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        from += put;
        at += put;
        len -= (size_t)put;
    }
    return true;
}

static off_t place_of(size_t lane) {
    return (off_t)(sizeof(header) + lane * sizeof(record));
}

/* ---- What the one before has left ---- */

static void say(const px_webhook_queue_host *log, const char *line, int len) {
    if (len > 0)
        log->log(log->context, 2, px_slice_of(line, len < LINE_SIZE ? (size_t)len : LINE_SIZE - 1));
}

static void say_lost(const record *this, const px_webhook_queue_host *log) {
    char kinds[PX_WEBHOOK_KINDS_SIZE];
    char line[LINE_SIZE];
    char when[32] = "an unknown time";
    struct tm parts;
    time_t oldest = (time_t)(this->state.backlog.oldest_ms / 1000);
    uint64_t sum = px_webhook_kinds_text(this->state.backlog.waiting, kinds);
    if (sum == 0)
        return;
    if (gmtime_r(&oldest, &parts))
        strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &parts);
    say(log, line,
        snprintf(line, sizeof line,
                 "%llu webhook events of app %s to %s were not delivered when the server ended, "
                 "and are lost: %s; the oldest of %s",
                 (unsigned long long)sum, this->app, this->url, kinds, when));
}

static bool is_sound(const record *this) {
    return is_text(this->app, sizeof this->app) && is_text(this->url, sizeof this->url) &&
           this->state.check == check_of_record(this);
}

/* Reads all records; false: the file is none of ours, or damaged. *records is to be freed. */
static bool read_records(int fd, off_t size, record **records, size_t *count) {
    header head;
    if (size < (off_t)sizeof head || !read_all(fd, &head, sizeof head, 0) ||
        memcmp(head.magic, MAGIC, sizeof MAGIC) != 0 || head.order != ORDER ||
        head.check != check_of(&head, offsetof(header, check)) || head.count > MAX_RECORDS ||
        size != place_of(head.count))
        return false;
    *count = head.count;
    *records = head.count > 0 ? px_alloc(&px_heap, head.count * sizeof **records) : NULL;
    if (head.count > 0 &&
        (!*records || !read_all(fd, *records, head.count * sizeof **records, place_of(0))))
        return false;
    for (size_t i = 0; i < head.count; i++)
        if (!is_sound(&(*records)[i]))
            return false;
    return true;
}

/* False: see read_records. Nothing of a file is told unless all of it is sound. */
static bool tell_of(int fd, off_t size, const px_webhook_queue_host *log) {
    record *records = NULL;
    size_t count = 0;
    bool is_right = read_records(fd, size, &records, &count);
    for (size_t i = 0; is_right && i < count; i++)
        say_lost(&records[i], log);
    px_free(&px_heap, records, count * sizeof *records);
    return is_right;
}

/* ---- Opening ---- */

static int open_locked(const char *path, struct stat *found, char *why, size_t size) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    const char *problem = NULL;
    if (fd < 0 || fstat(fd, found) != 0)
        problem = strerror(errno);
    else if (!S_ISREG(found->st_mode))
        problem = "it is no file";
    else if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        problem = errno == EWOULDBLOCK ? "another server uses it" : strerror(errno);
    if (!problem)
        return fd;
    snprintf(why, size, "%s: can't be used as webhook_state: %s", path, problem);
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool put_aside(const char *path, const px_webhook_queue_host *log) {
    char aside[MAX_PATH + 16];
    char line[LINE_SIZE];
    snprintf(aside, sizeof aside, "%s.damaged", path);
    if (rename(path, aside) != 0)
        return false;
    say(log, line,
        snprintf(line, sizeof line,
                 "%s is damaged or not from pusher serve: nobody knows which webhook events it "
                 "told of. It is %s now",
                 path, aside));
    return true;
}

/* The descriptor of a file whose content has been told, or -1. */
static int open_told(const char *path, const px_webhook_queue_host *log, char *why, size_t size) {
    for (int try = 0; try < OPEN_TRIES; try++) {
        struct stat found = {0};
        int fd = open_locked(path, &found, why, size);
        if (fd < 0 || found.st_size == 0 || tell_of(fd, found.st_size, log))
            return fd;
        bool is_aside = put_aside(path, log);
        close(fd);
        if (!is_aside)
            break;
    }
    snprintf(why, size, "%s: is damaged or not from pusher serve, and can't be renamed", path);
    return -1;
}

static void fill(record *to, const px_webhook_lane_facts *facts) {
    size_t app = facts->app_id.len < APP_SIZE ? facts->app_id.len : APP_SIZE - 1;
    size_t url = facts->shown_url.len < URL_SIZE ? facts->shown_url.len : URL_SIZE - 1;
    memcpy(to->app, facts->app_id.ptr, app);
    memcpy(to->url, facts->shown_url.ptr, url);
    for (size_t i = 0; i < app; i++)
        if ((unsigned char)to->app[i] < ' ' || to->app[i] == 0x7f)
            to->app[i] = '?';
    to->state.check = check_of_record(to);
}

static int write_anew(px_webhook_journal *journal, const px_webhook_queue *queue, const char *path,
                      char *why, size_t size) {
    for (size_t i = 0; i < journal->count; i++) {
        px_webhook_lane_facts facts = px_webhook_queue_lane(queue, i);
        fill(&journal->records[i], &facts);
    }
    header head = make_header(journal->count);
    if (ftruncate(journal->fd, 0) == 0 &&
        write_all(journal->fd, journal->records, journal->count * sizeof(record), place_of(0)) &&
        write_all(journal->fd, &head, sizeof head, 0))
        return PX_OK;
    snprintf(why, size, "%s: can't be used as webhook_state: %s", path, strerror(errno));
    return PX_ERR_STATE;
}

static px_webhook_journal *make(size_t lanes) {
    px_webhook_journal *made = px_alloc_zero(&px_heap, sizeof *made);
    if (!made)
        return NULL;
    made->fd = -1;
    made->count = lanes < MAX_RECORDS ? lanes : MAX_RECORDS;
    made->records = made->count > 0 ? px_alloc_zero(&px_heap, made->count * sizeof(record)) : NULL;
    if (made->records || made->count == 0)
        return made;
    px_free(&px_heap, made, sizeof *made);
    return NULL;
}

int px_webhook_journal_open(px_slice path, const px_webhook_queue *queue,
                            const px_webhook_queue_host *log, px_webhook_journal **journal,
                            char *why, size_t size) {
    char name[MAX_PATH];
    if (path.len >= sizeof name || memchr(path.ptr, '\0', path.len)) {
        snprintf(why, size, "webhook_state is no name of a file");
        return PX_ERR_STATE;
    }
    memcpy(name, path.ptr, path.len);
    name[path.len] = '\0';
    px_webhook_journal *made = make(px_webhook_queue_lane_count(queue));
    if (!made)
        return PX_ERR_NO_MEMORY;
    made->fd = open_told(name, log, why, size);
    int result = made->fd < 0 ? PX_ERR_STATE : write_anew(made, queue, name, why, size);
    if (result == PX_OK)
        *journal = made;
    else
        px_webhook_journal_free(made);
    return result;
}

bool px_webhook_journal_note(px_webhook_journal *journal, size_t lane,
                             const px_webhook_backlog *backlog) {
    if (lane >= journal->count)
        return true;
    record *this = &journal->records[lane];
    this->state.backlog = *backlog;
    this->state.check = check_of_record(this);
    return write_all(journal->fd, &this->state, sizeof this->state,
                     place_of(lane) + (off_t)offsetof(record, state));
}

void px_webhook_journal_free(px_webhook_journal *journal) {
    if (!journal)
        return;
    if (journal->fd >= 0)
        close(journal->fd);
    px_free(&px_heap, journal->records, journal->count * sizeof(record));
    px_free(&px_heap, journal, sizeof *journal);
}
