#!/bin/sh
# Keeps client and server in trouble for a long time, and says how they came through.
#
#     scripts/soak.sh [NAME]...      only tests/soak/NAME.mjs, or `web`: pusher.js in browsers; MIN=10 minutes for each
set -eu
cd "$(dirname "$0")/.."
cmake --preset default -DPUSHER_WERROR="${WERROR:-ON}" --log-level=WARNING
cmake --build --preset default -j "${JOBS:-2}" --target pusher_cli e2e_puppet pusher_wasm
export PUSHER_BIN="$PWD/build/pusher" PUPPET_BIN="$PWD/build/bin/e2e_puppet"
[ -n "${MIN:-}" ] || unset MIN # each has its own default

[ $# -gt 0 ] || set -- loss pusher_js webhooks web
failed=
for name in "$@"; do
    printf '\n== %s\n' "$name"
    program=tests/soak/$name.mjs
    [ "$name" != web ] || program=web/test/soak/soak.mjs
    node "$program" || failed="$failed $name"
done
[ -z "$failed" ] || {
    printf '\nfailed:%s\n' "$failed" >&2
    exit 1
}
