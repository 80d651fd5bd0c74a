#include "cli/dev_files.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder below one that a variable names. */
typedef struct place {
    const char *variable;
    const char *below;
} place;

static bool join(char out[PX_CLI_PATH_SIZE], const char *folder, const char *below) {
    int used = snprintf(out, PX_CLI_PATH_SIZE, "%s%s", folder, below);
    return used >= 0 && used < PX_CLI_PATH_SIZE;
}

/* False where the variable is not set. Relative folders do not count, as the XDG rules have it. */
static bool resolve(const place *from, char *(*environment)(const char *name),
                    char out[PX_CLI_PATH_SIZE]) {
    const char *folder = environment(from->variable);
    return folder && folder[0] == '/' && join(out, folder, from->below);
}

static bool is_readable(const char *folder, const char *name) {
    char path[PX_CLI_PATH_SIZE];
    return join(path, folder, name) && access(path, R_OK) == 0;
}

bool px_cli_find_authority(char *(*environment)(const char *name), char out[PX_CLI_PATH_SIZE]) {
    static const place PLACES[] = {
        {"CAROOT", ""},
        {"XDG_DATA_HOME", "/mkcert"},
        {"HOME", "/.local/share/mkcert"},
        {"HOME", "/Library/Application Support/mkcert"},
    };
    for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++)
        if (resolve(&PLACES[i], environment, out) && is_readable(out, "/rootCA.pem") &&
            is_readable(out, "/rootCA-key.pem"))
            return true;
    return false;
}

/* Also the folder above it; not more, so that a wrong variable does not leave a tree behind. */
static bool make_folder(char *path) {
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return true;
    char *last = path;
    for (char *c = path; *c; c++)
        if (*c == '/')
            last = c;
    *last = '\0';
    bool is_made = last != path && errno == ENOENT && mkdir(path, 0700) == 0;
    *last = '/';
    return is_made && mkdir(path, 0700) == 0;
}

bool px_cli_find_dev_certificate(char *(*environment)(const char *name),
                                 char out[PX_CLI_PATH_SIZE]) {
    static const place PLACES[] = {
        {"XDG_RUNTIME_DIR", "/pusher"},
        {"XDG_CACHE_HOME", "/pusher"},
        {"HOME", "/.cache/pusher"},
    };
    for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++) {
        char folder[PX_CLI_PATH_SIZE];
        if (resolve(&PLACES[i], environment, folder) && make_folder(folder))
            return join(out, folder, "/dev-certificate.pem");
    }
    return false;
}

bool px_cli_find_state_file(char *(*environment)(const char *name), const char *prefix,
                            px_slice name, char out[PX_CLI_PATH_SIZE]) {
    static const place PLACES[] = {
        {"XDG_STATE_HOME", "/pusher"},
        {"HOME", "/.local/state/pusher"},
    };
    for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++) {
        char folder[PX_CLI_PATH_SIZE];
        if (!resolve(&PLACES[i], environment, folder) || !make_folder(folder))
            continue;
        int used = snprintf(out, PX_CLI_PATH_SIZE, "%s/%s%.*s.state", folder, prefix, (int)name.len,
                            name.ptr);
        return used >= 0 && used < PX_CLI_PATH_SIZE;
    }
    return false;
}
