#!/bin/sh
# Builds an optimized copy and measures it, beside other people's programs where there are some.
#
#     scripts/bench.sh [--json] [--runs N] [NAME...]
#
# Without a NAME it runs all: ws_frame, client_ingest, client_connections, server_fanout and
# server_connections; with make, BENCH="NAME..." selects and BENCH_FLAGS="--json --runs 9" passes
# flags on. Each prints a table of medians, or one JSON object per line. They take turns on the
# processors 0 and 1, and want nothing else to run there.
set -eu
cd "$(dirname "$0")/.."
flags=${BENCH_FLAGS:-}
names=${BENCH:-}
while [ $# -gt 0 ]; do
    case $1 in
    --json) flags="$flags $1" ;;
    --runs)
        flags="$flags $1 ${2:?--runs takes a number}"
        shift
        ;;
    -*)
        sed -n '4p' "$0" >&2
        exit 2
        ;;
    *) names="$names $1" ;;
    esac
    shift
done
[ -n "$names" ] || names='ws_frame client_ingest client_connections server_fanout server_connections'

{
    cmake -S . -B build-bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DPUSHER_BUILD_TESTS=OFF \
        -DPUSHER_BUILD_EXAMPLES=OFF --log-level=WARNING
    # shellcheck disable=SC2046,SC2086 # lists of words without blanks
    cmake --build build-bench -j "${JOBS:-2}" --target pusher_cli $(printf 'bench_%s ' $names)
} >&2

for name in $names; do
    # shellcheck disable=SC2086
    build-bench/bin/bench_"$name" $flags
    case $flags in
    *--json*) ;;
    *) echo ;;
    esac
done
