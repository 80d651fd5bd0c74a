#!/bin/sh
# Builds what the tests of pusher.js in browsers need, and runs them.
#
#     scripts/test_browser.sh                       in Chromium and Firefox; BROWSERS=chromium, GREP=text
#     scripts/test_browser.sh firefox:pusher.nowasm.min    another bundle (web/test/run.mjs tells more)
#     scripts/test_browser.sh serve                 for any browser, at http://localhost:8888/; PORT=, WATCH=1
set -eu
cd "$(dirname "$0")/.."
cmake --preset default -DPUSHER_WERROR="${WERROR:-ON}" --log-level=WARNING
cmake --build --preset default -j "${JOBS:-2}" --target pusher_cli --target pusher_wasm
PUSHER_BIN="$PWD/build/pusher" PUSHER_WASM="$PWD/build/web/pusher.wasm" exec node web/test/run.mjs "$@"
