#!/bin/sh
# Keeps clients and servers in trouble for a long time, and says how they came through.
#
#     scripts/soak.sh [NAME]...      only tests/soak/NAME.mjs, or `web`: pusher.js in browsers
#     MIN=10                         minutes for each; default 3
#     SOAK_FLAGS="--json --seed 7"   for tests/soak/crowd.mjs
set -eu
cd "$(dirname "$0")/.."
export MIN="${MIN:-3}"
cmake --preset default -DPUSHER_WERROR="${WERROR:-ON}" --log-level=WARNING >&2
cmake --build --preset default -j "${JOBS:-2}" --target pusher_cli e2e_puppet soak_crowd pusher_wasm >&2
export PUSHER_BIN="$PWD/build/pusher" PUPPET_BIN="$PWD/build/bin/e2e_puppet"

[ $# -gt 0 ] || set -- crowd loss pusher_js webhooks web
passed=0
failed=
for name in "$@"; do
    printf '\n== %s\n' "$name" >&2
    program=tests/soak/$name.mjs
    flags=
    [ "$name" != web ] || program=web/test/soak/soak.mjs
    [ "$name" != crowd ] || flags=${SOAK_FLAGS:-}
    # shellcheck disable=SC2086 # many flags
    if node "$program" $flags; then passed=$((passed + 1)); else failed="$failed $name"; fi
done
# shellcheck disable=SC2086 # many names
set -- $failed
printf '\nsoak: %d passed, %d failed%s\n' "$passed" $# "${failed:+:$failed}" >&2
[ $# -eq 0 ]
