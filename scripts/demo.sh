#!/bin/sh
# Shows one event on its way: published with the command, through the server, to a native subscriber
# and to a page in a browser that uses pusher.js. Ends by itself; with KEEP=1 it stays until Ctrl-C.
#
# PUSHER_BIN names a command that is built already, and pusher.js with it.
set -eu
cd "$(dirname "$0")/.."
pusher=${PUSHER_BIN:-build/pusher}
script=dist/$(cat VERSION)/pusher.min.js
channel=my-channel
event=new-comment
data='{"text":"hi"}'
work=$(mktemp -d)
children=

end() {
    trap - EXIT HUP INT PIPE TERM
    for child in $children; do
        kill "$child" 2>/dev/null || true
    done
    wait
    # The browser's own children may still write to their profile for a moment.
    patience=100
    until rm -rf "$work" 2>/dev/null || [ "$patience" -eq 0 ]; do
        patience=$((patience - 1))
        sleep 0.05
    done
}
trap end EXIT
trap 'exit 130' HUP INT PIPE TERM

say() {
    printf '\n%s\n' "$*"
}

fail() {
    printf 'demo: %s\n' "$1" >&2
    [ ! -s "$2" ] || tail -n 20 "$2" >&2
    exit 1
}

# Waits until a line of the file matches; a minute at most.
await() {
    pattern=$1
    file=$2
    patience=1200
    until grep -q "$pattern" "$file" 2>/dev/null; do
        patience=$((patience - 1))
        [ "$patience" -gt 0 ] || fail "in vain: $3" "$file"
        sleep 0.05
    done
}

build() {
    cmake --preset default -DPUSHER_WERROR="${WERROR:-ON}" --log-level=WARNING &&
        cmake --build --preset default -j "${JOBS:-2}" --target pusher_cli || return
    # Bundling takes a while: only when something has changed.
    [ -e "$script" ] && [ -z "$(find VERSION src web -name node_modules -prune -o \
        -type f -newer "$script" -print -quit)" ] || scripts/dist.sh
}

start_browser() {
    sandbox=
    [ "$(id -u)" != 0 ] || sandbox=--no-sandbox # Chromium has none for root
    # shellcheck disable=SC2086 # empty or one word
    "$browser" --headless $sandbox --disable-gpu --no-first-run --user-data-dir="$work/profile" \
        --enable-logging=stderr "$console" >"$work/browser" 2>&1 &
    children="$! $children"
    await 'subscribed to' "$work/browser" "the page's subscription"
}

if [ -z "${PUSHER_BIN:-}" ]; then
    say "1. Building (the first time takes a minute)."
    build >"$work/build" 2>&1 || fail "it does not build:" "$work/build"
fi

say "2. Starting a server on a free port:  pusher serve --listen 127.0.0.1:0"
"$pusher" serve --listen 127.0.0.1:0 >"$work/server" 2>&1 &
server=$!
children=$server
await '^listening on ' "$work/server" "the server"
port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' "$work/server")
pages=http://127.0.0.1:$port/demo/
console="${pages}console.html?channel=$channel"
echo "   It listens on 127.0.0.1:$port."

say "3. Starting a native subscriber:  pusher subscribe --port $port $channel"
"$pusher" subscribe --port "$port" "$channel" >"$work/events" 2>"$work/subscriber" &
children="$! $children"
await '^subscribed to' "$work/subscriber" "the subscription"
echo "   It is connected and subscribed."

browser=$(command -v chromium || command -v google-chrome || true)
if [ -n "$browser" ]; then
    say "4. Opening $console in a headless browser."
    start_browser
    echo "   The page is connected and subscribed."
else
    say "4. There is no Chromium here: open $console yourself, with make demo KEEP=1."
fi

say "5. Publishing:  pusher trigger --port $port $channel $event '$data'"
"$pusher" trigger --port "$port" "$channel" "$event" "$data"

await "^$channel $event " "$work/events" "the event at the subscriber"
printf '   The native subscriber received:\n      %s\n' "$(head -n 1 "$work/events")"
if [ -n "$browser" ]; then
    await "shown: $channel $event " "$work/browser" "the event on the page"
    shown=$(sed -n "s/.*\"shown: \($channel $event .*\)\", source: .*/\1/p" "$work/browser" | head -n 1)
    printf '   The browser page shows:\n      %s\n' "$shown"
fi

if [ -n "${KEEP:-}" ]; then
    say "The demo pages: $pages (events appear at $console as you trigger them). Ctrl-C ends the demo."
    trap 'exit 0' HUP INT PIPE TERM
    tail -n +2 -f "$work/events" &
    children="$! $children"
    wait "$server"
else
    say "That was it. There are more pages at $pages while the demo runs; make demo KEEP=1 keeps it running."
fi
