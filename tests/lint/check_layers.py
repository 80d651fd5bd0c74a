#!/usr/bin/env python3
"""Fails on an #include that the layer table does not allow.

    check_layers.py ROOT           checks include/, src/ and web/wasm/ below ROOT
    check_layers.py --self-test    checks the checker against a planted tree

The table below says which headers each folder may include. It is what keeps the core free of
sockets, clocks and threads, and the client free of the server.
"""
import pathlib
import re
import sys
import tempfile

FREESTANDING = {
    "float.h", "limits.h", "stdalign.h", "stdarg.h", "stdbool.h", "stddef.h", "stdint.h",
}
PLAIN = FREESTANDING | {"string.h"}
VECTOR = {"arm_neon.h", "cpuid.h", "emmintrin.h", "immintrin.h"}  # and what tells of them
POSIX = PLAIN | {
    # C11
    "assert.h", "ctype.h", "errno.h", "inttypes.h", "locale.h", "math.h", "signal.h",
    "stdatomic.h", "stdio.h", "stdlib.h", "time.h",
    # POSIX
    "arpa/inet.h", "dirent.h", "dlfcn.h", "fcntl.h", "fnmatch.h", "getopt.h", "grp.h", "net/if.h",
    "netdb.h", "netinet/in.h", "netinet/tcp.h", "poll.h", "pthread.h", "pwd.h", "sched.h",
    "semaphore.h", "strings.h", "sys/file.h", "sys/mman.h", "sys/resource.h", "sys/select.h", "sys/socket.h",
    "sys/stat.h", "sys/time.h", "sys/types.h", "sys/uio.h", "sys/un.h", "sys/utsname.h",
    "sys/wait.h", "syslog.h", "termios.h", "unistd.h",
}
# Linux's alone: one file per concern, with a portable fallback beside it.
LINUX = {
    "linux/if.h", "linux/io_uring.h", "linux/netlink.h", "linux/rtnetlink.h", "malloc.h", "sys/epoll.h",
    "sys/eventfd.h", "sys/ioctl.h", "sys/random.h", "sys/signalfd.h", "sys/syscall.h", "sys/timerfd.h",
}

# folder: (folders it may use, system and third-party headers; an entry ending in "/" is a prefix)
LAYERS = {
    "include/pusher": ((), {"stdbool.h", "stddef.h", "stdint.h", "string.h"}),
    "include/pusher/adapters": (  # header-only glue, compiled by programs that use that loop
        ("include/pusher",),
        PLAIN | {"stdlib.h", "time.h", "sys/epoll.h"} |
        {"ev.h", "event2/", "glib.h", "systemd/sd-event.h", "uv.h"}),
    "src/base": ((), PLAIN | VECTOR),
    "src/json": (("src/base",), PLAIN | VECTOR),
    "src/core": (("src/json",), PLAIN),
    "src/net": (("src/json",), PLAIN | VECTOR | {"wslay/", "openssl/"}),
    "src/driver": (("src/core", "src/net"), POSIX | LINUX | {"curl/", "sodium.h", "sodium/"}),
    "src/client": (("src/driver", "include/pusher"), POSIX | LINUX),
    "src/backend": (("src/driver", "include/pusher"), PLAIN | {"stdarg.h", "stdio.h", "stdlib.h", "time.h"}),
    "src/server": (("src/net",), POSIX | LINUX | {"event2/", "openssl/", "hiredis/"}),
    "src/cli": (("src/client", "src/backend", "src/server"), POSIX),
    "web/wasm": (("src/core",), PLAIN),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)"|(.*))')


def reachable(layer):
    """The folder itself and all that it may use, directly or through what it uses."""
    found = {layer}
    for used in LAYERS[layer][0]:
        found |= reachable(used)
    return found


def layer_of(name):
    """The row of the table that a file belongs to; its folder when there is none."""
    folder = name.rsplit("/", 1)[0]
    while folder not in LAYERS and "/" in folder:
        folder = folder.rsplit("/", 1)[0]
    return folder if folder in LAYERS else "/".join(name.split("/")[:2])


def owner_of(header, root):
    """The project folder a header belongs to, or None for a foreign one."""
    folder = header.split("/")[0]
    if folder == "pusher":
        return layer_of("include/" + header)
    if folder == "wasm":
        return "web/wasm"
    if (root / "src" / folder).is_dir() and "/" in header:
        return "src/" + folder
    return None


def complaint(layer, header, root):
    """Why `layer` may not include `header`; None when it may."""
    owner = owner_of(header, root)
    if owner:
        if owner in reachable(layer):
            return None
        allowed = ", ".join(sorted(reachable(layer) - {layer})) or "nothing else of the project"
        return f"{layer} may not use {owner} (it may use: {allowed})"
    for name in LAYERS[layer][1]:
        if header == name or (name.endswith("/") and header.startswith(name)):
            return None
    if "/" not in header and any((root / place).is_file()
                                 for place in (f"{layer}/{header}", f"src/{header}")):
        return f"name the folder too: {layer.split('/')[-1]}/{header}"
    return f"{layer} may not use this system or third-party header"


def check(root):
    problems = []
    for top in ("include", "src", "web/wasm"):
        for path in sorted((root / top).rglob("*.[ch]")):
            name = path.relative_to(root).as_posix()
            layer = layer_of(name)
            if layer not in LAYERS:
                problems.append(f"{name}:1: {layer} is in no row of the layer table")
                continue
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                header = match[1] or match[2]
                why = complaint(layer, header, root) if header else "a computed include"
                if why:
                    problems.append(f"{name}:{number}: #include {header or match[3]}: {why}")
    return problems


# path, text, the lines that must be complained about
PLANTED = [
    ("include/pusher/pusher.h", "#include <stdint.h>\n#include <stdio.h>\n", [2]),
    ("include/pusher/adapters/loop.h", "#include <pusher/pusher.h>\n#include <ev.h>\n"
                                       "#include <curl/curl.h>\n", [3]),
    ("src/base/good.c", '#include "base/good.h"\n#include <string.h>\n#include <emmintrin.h>\n', []),
    ("src/base/good.h", '#include <stddef.h>\n#  include "json/up.h"\n', [2]),
    ("src/base/libc.c", "#include <stdlib.h>\n#include <errno.h>\n", [1, 2]),
    ("src/json/up.h", '#include "base/good.h"\n', []),
    ("src/core/engine.c", '#include "base/good.h"\n#include <time.h>\n#include "net/frame.h"\n'
                          '#include "json/up.h"\n#include HEADER\n#include "engine.h"\n', [2, 3, 5, 6]),
    ("src/core/engine.h", "", []),
    ("src/net/frame.h", "#include <openssl/sha.h>\n#include <curl/curl.h>\n", [2]),
    ("src/driver/loop.c", "#include <curl/curl.h>\n#include <sys/epoll.h>\n#include <event2/event.h>\n"
                          '#include "core/engine.h"\n#include <pusher/pusher.h>\n', [3, 5]),
    ("src/client/api.c", '#include <pusher/pusher.h>\n#include "core/engine.h"\n'
                         '#include "driver/loop.h"\n#include <curl/curl.h>\n'
                         '#include "server/hub.h"\n#include <pusher/adapters/loop.h>\n', [4, 5, 6]),
    ("src/backend/sign.c", '#include <pusher/pusher.h>\n#include "driver/loop.h"\n'
                           '#include "client/api.h"\n#include "server/hub.h"\n#include <poll.h>\n',
     [3, 4, 5]),
    ("src/server/hub.h", '#include "net/frame.h"\n#include <event2/event.h>\n'
                         '#include "core/engine.h"\n', [3]),
    ("web/wasm/exports.c", '#include "core/engine.h"\n#include "wasm/web.h"\n#include <stdio.h>\n'
                           '#include "net/frame.h"\n', [3, 4]),
    ("web/wasm/web.h", "", []),
    ("src/cli/main.c", '#include <pusher/pusher.h>\n#include "server/hub.h"\n'
                       "#include <event2/event.h>\n", [3]),
    ("src/stray/lost.c", "", [1]),
]


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        expected = []
        for name, text, lines in PLANTED:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            expected += [f"{name}:{line}" for line in lines]
        found = [":".join(problem.split(":")[:2]) for problem in check(root)]
    if sorted(found) == sorted(expected):
        print(f"the check found exactly the {len(expected)} planted problems")
        return 0
    print("missed:", sorted(set(expected) - set(found)))
    print("wrongly found:", sorted(set(found) - set(expected)))
    return 1


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    problems = check(pathlib.Path(arguments[0]))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
