#!/bin/sh
# The unit tests and the command under valgrind: reads of what was never written, and leaks of everything that
# nobody holds any more. It looks at the optimized build, which sanitizers do not.
#
#     scripts/valgrind.sh                        all of them
#     scripts/valgrind.sh test_json_reader       these programs of build/bin
set -eu
cd "$(dirname "$0")/.."
cmake --preset default -DPUSHER_WERROR="${WERROR:-ON}" --log-level=WARNING
cmake --build --preset default -j "${JOBS:-2}"
logs=build/valgrind
rm -rf "$logs"
mkdir -p "$logs"
export XDG_CACHE_HOME="$PWD/$logs/cache" XDG_STATE_HOME="$PWD/$logs/state"

# What runs hundreds of times slower there and says nothing new: random walks and races against a clock,
# which make asan runs, tests of limits of memory and descriptors, which are valgrind's own here, and one that
# compares memory which nobody has written, looking for keys.
left_out='test_core_encryption test_core_encryption_random test_server_hub_random test_server_host_session_random
test_server_hub_watchlist_random test_server_notice_random test_server_host_lifecycle'

if [ $# -eq 0 ]; then
    for program in build/bin/test_*; do
        name=${program##*/}
        case " $(echo $left_out) " in
        *" $name "*) ;;
        *) set -- "$@" "$name" ;;
        esac
    done
fi

check='valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect
--suppressions=scripts/valgrind.supp --trace-children=no'

# A line for each program; the name of one that failed goes into a file.
export check logs
printf '%s\n' "$@" | xargs -P "${JOBS:-2}" -I NAME sh -c '
    if timeout 600 $check build/bin/NAME >"$logs/NAME.log" 2>&1; then
        echo "NAME: clean"
    else
        echo "NAME: failed ($?), see $logs/NAME.log"
        echo NAME >>"$logs/failed"
    fi'

# The command: a server, a subscriber and a publisher.
if [ $# -gt 1 ]; then
    $check build/pusher serve --listen 127.0.0.1:0 >"$logs/serve.log" 2>&1 &
    server=$!
    trap 'kill "$server" 2>/dev/null || true' EXIT
    tries=0
    until port=$(sed -n 's/.*127\.0\.0\.1:\([0-9][0-9]*\).*/\1/p' "$logs/serve.log" | head -n 1) &&
        [ -n "$port" ]; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] || { echo "the server did not start" >&2; exit 1; }
        sleep 0.1
    done
    export PUSHER_URL="http://app-key:app-secret@127.0.0.1:$port/apps/app-id"
    for command in version 'auth 1.1 private-a' channels 'trigger news hello 1' doctor; do
        # shellcheck disable=SC2086 # words
        $check build/pusher $command >"$logs/command.log" 2>&1 || {
            echo "pusher $command: failed, see $logs/command.log"
            cp "$logs/command.log" "$logs/command-$(echo "$command" | cut -d' ' -f1).log"
            echo "$command" >>"$logs/failed"
        }
    done
    trap - EXIT
    kill -TERM "$server"
    wait "$server" || { echo "pusher serve: failed, see $logs/serve.log"; echo serve >>"$logs/failed"; }
    echo "pusher: version, auth, channels, trigger, doctor, serve"
fi
if [ -s "$logs/failed" ]; then
    echo "failed: $(tr '\n' ' ' <"$logs/failed")" >&2
    exit 1
fi
