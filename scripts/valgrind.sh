#!/bin/sh
# The unit tests and the command under valgrind: reads of what was never written, and leaks of everything that
# nobody holds any more. It looks at the optimized build, which sanitizers do not.
#
#     scripts/valgrind.sh                              all of them
#     scripts/valgrind.sh json_reader e2e.cli          these: test_NAME of build/bin, NAME.test.mjs of tests/e2e
#
# What valgrind said is in build/valgrind/NAME.log.
set -eu
cd "$(dirname "$0")/.."
cmake --preset default -DPUSHER_WERROR="${WERROR:-ON}" --log-level=WARNING
cmake --build --preset default -j "${JOBS:-2}"
logs=$PWD/build/valgrind
rm -rf "$logs"
mkdir -p "$logs/commands"

# These measure the memory of the process, which is valgrind's own here.
left_out=' server_host_memory '
# The command, as people call it; the first is the longest of all.
ends='e2e.cli e2e.doctor'
# What takes longest begins first, so that all cores have something to do until the end.
long='server_host_session server_host_backlog core_transcripts core_http_frames'

if [ $# -eq 0 ]; then
    # shellcheck disable=SC2086 # words
    set -- $ends $long
    for program in build/bin/test_*; do
        name=${program##*/test_}
        case "$left_out $long " in
        *" $name "*) ;;
        *) set -- "$@" "$name" ;;
        esac
    done
fi

# Everything runs twenty times slower, and two programs share a core with others: only who waits in vain notices.
export PUSHER_TEST_PATIENCE=20
export XDG_CACHE_HOME="$logs/cache" XDG_STATE_HOME="$logs/state" PUSHER_RESULTS="$logs/results"
export PUSHER_BIN="$logs/pusher"
export check="valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect \
--errors-for-leak-kinds=definite,indirect --suppressions=$PWD/scripts/valgrind.supp"
export logs count=$#

# The command for the end-to-end tests, which look at what it says and how it ends.
cat >"$PUSHER_BIN" <<EOF
#!/bin/sh
exec $check --log-file=$logs/commands/%p.log $PWD/build/pusher "\$@"
EOF
chmod +x "$PUSHER_BIN"

# shellcheck disable=SC2016 # another shell expands it: one for each name
run='
    name=$1
    begin=$(date +%s)
    case $name in
    e2e.*) set -- node --test "tests/e2e/${name#e2e.}.test.mjs" ;;
    *) set -- $check "build/bin/test_$name" ;;
    esac
    status=0
    timeout 900 "$@" >"$logs/$name.log" 2>&1 || status=$?
    [ $status = 0 ] && result=clean || result="failed ($status), see build/valgrind/$name.log"
    echo "$status $name" >>"$logs/results.txt"
    printf "[%3d/%d] %s: %s, %d s\n" "$(wc -l <"$logs/results.txt")" "$count" "$name" "$result" \
        "$(($(date +%s) - begin))"'
printf '%s\n' "$@" | xargs -P "${JOBS:-2}" -I NAME sh -c "$run" sh NAME || true

# What a command did wrong that was ended before it could say so by its status.
find "$logs/commands" -type f -size +0 | while read -r log; do
    echo "1 commands/${log##*/}" >>"$logs/results.txt"
    echo "a command failed, see build/valgrind/commands/${log##*/}"
done
failed=$(grep -cv '^0 ' "$logs/results.txt" || true)
[ "$(wc -l <"$logs/results.txt")" -ge $# ] || { echo "the runner itself failed" >&2; exit 1; }
[ "$failed" = 0 ] || sed -n 's/^[^0][0-9]* /failed: /p' "$logs/results.txt"
printf '\n%d passed, %d failed\n' "$(grep -c '^0 ' "$logs/results.txt" || true)" "$failed"
[ "$failed" = 0 ]
