#include "cli/web_folder.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* PUSHER_WEB_FOLDER: where `make install` puts it. */

static bool is_folder(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* One of the two will do: the pages are there before pusher.js is built. */
static bool has_files(const char *folder) {
    static const char *const NAMES[] = {"demo", "js"};
    char path[PX_CLI_PATH_SIZE + 8];
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, NAMES[i]);
        if (is_folder(path))
            return true;
    }
    return false;
}

bool px_cli_find_web(const char *program, char out[PX_CLI_PATH_SIZE]) {
    static const char *const PLACES[] = {"/web", "/../share/pusher-c/web"};
    for (size_t i = 0; *program && i < sizeof PLACES / sizeof *PLACES; i++) {
        int len = snprintf(out, PX_CLI_PATH_SIZE, "%s%s", program, PLACES[i]);
        if (len < PX_CLI_PATH_SIZE && has_files(out))
            return true;
    }
    snprintf(out, PX_CLI_PATH_SIZE, "%s", PUSHER_WEB_FOLDER);
    return has_files(out);
}

void px_cli_program_folder(char out[PX_CLI_PATH_SIZE]) {
    ssize_t len = readlink("/proc/self/exe", out, PX_CLI_PATH_SIZE - 1); /* Linux */
    out[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(out, '/');
    if (slash)
        *slash = '\0';
}
