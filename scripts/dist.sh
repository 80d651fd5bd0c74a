#!/bin/sh
# Builds pusher.wasm, and with it the files of pusher.js.
#
#     scripts/dist.sh [FOLDER]       into dist/ or FOLDER (web/build/dist.mjs)
#     scripts/dist.sh dev            serves them while they are worked on (web/build/dev.mjs)
#
# VERSION, CDN_HTTP and CDN_HTTPS of the environment go into the files; PORT is that of `dev`.
set -eu
cd "$(dirname "$0")/.."

cmake --preset default --log-level=WARNING >/dev/null
cmake --build --preset default -j "${JOBS:-2}" --target pusher_wasm
if [ "${1:-}" = dev ]; then
    exec node web/build/dev.mjs
fi
exec node web/build/dist.mjs "${1:-dist}"
