#!/bin/sh
# Builds an optimized copy and measures it, beside other people's programs where there are some.
#
#     scripts/bench.sh [--json] [--runs N] [NAME...]
#
# Without a NAME it runs all: ws_frame, client_ingest, client_decrypt, client_connect, client_connections, server_fanout,
# server_connections, web_library, web_end_to_end, web_start and web_authorize; with make, BENCH="NAME..." selects and
# BENCH_FLAGS="--json --runs 9" passes flags on. Each prints a table of medians, or one JSON object per line. They take turns on the
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
[ -n "$names" ] || names='ws_frame client_ingest client_decrypt client_connect client_connections server_fanout server_connections
    web_library web_end_to_end web_start web_authorize'

# Those whose name begins with web_ are programs for Node, of bench/web; the others are built.
natives=
for name in $names; do
    case $name in
    web_authorize) natives="$natives pusher_wasm bench_client_authorize" ;;
    web_*) natives="$natives pusher_wasm" ;;
    client_decrypt) natives="$natives bench_$name pusher_wasm" ;; # pusher.js is measured, too
    *) natives="$natives bench_$name" ;;
    esac
done

{
    cmake -S . -B build-bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DPUSHER_BUILD_TESTS=OFF \
        -DPUSHER_BUILD_EXAMPLES=OFF --log-level=WARNING
    # shellcheck disable=SC2086 # a list of words without blanks
    cmake --build build-bench -j "${JOBS:-2}" --target pusher_cli $natives
} >&2
PUSHER_BIN=$PWD/build-bench/pusher
PUSHER_WASM=$PWD/build-bench/web/pusher.wasm
BENCH_CLIENT=$PWD/build-bench/bin/bench_client_authorize
export PUSHER_BIN PUSHER_WASM BENCH_CLIENT

for name in $names; do
    # shellcheck disable=SC2086
    case $name in
    web_*) node bench/web/"${name#web_}".mjs $flags ;;
    *) build-bench/bin/bench_"$name" $flags ;;
    esac
    case $flags in
    *--json*) ;;
    *) echo ;;
    esac
done
