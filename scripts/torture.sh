#!/bin/sh
# Client and server while each system call and allocation fails that they make, under the address and undefined-behaviour
# sanitizers. CTest runs a quick selection.
#
#     scripts/torture.sh [NAME]...           client, client_poll, server
#     SEED=17 scripts/torture.sh client      a run at random that failed, again
set -eu
cd "$(dirname "$0")/.."
cmake --preset asan -DPUSHER_WERROR="${WERROR:-ON}" --log-level=WARNING
[ $# -gt 0 ] || set -- client client_poll server
for name in "$@"; do
    cmake --build --preset asan -j "${JOBS:-2}" --target "torture_$name"
done
for name in "$@"; do
    printf '\n== %s\n' "$name"
    build-asan/bin/"torture_$name" full
done
