#!/bin/sh
# Client and server while each system call and allocation fails that they make, under the address and undefined-behaviour
# sanitizers. CTest runs a quick selection.
#
#     scripts/torture.sh [NAME]...           client, client_poll, server
#     SEED=17 scripts/torture.sh client      a run at random that failed, again
#
# What the programs and libraries below them said is in build-asan/torture/NAME.log.
set -eu
cd "$(dirname "$0")/.."
cmake --preset asan -DPUSHER_WERROR="${WERROR:-ON}" --log-level=WARNING
[ $# -gt 0 ] || set -- client client_poll server
for name in "$@"; do
    cmake --build --preset asan -j "${JOBS:-2}" --target "torture_$name"
done
logs=build-asan/torture
mkdir -p "$logs"
passed=0
failed=0
for name in "$@"; do
    printf '\n== %s\n' "$name"
    log=$logs/$name.log
    begin=$(date +%s)
    status=0
    build-asan/bin/"torture_$name" full >"$log" 2>&1 || status=$?
    grep -a '^\[ *\(OK\|FAILED\) *\] [a-z_]*$' "$log" || true
    echo "$(($(date +%s) - begin)) s"
    passed=$((passed + $(grep -ac '^\[ *OK *\]' "$log" || true)))
    [ $status = 0 ] && continue
    echo "failed ($status), see $log; its end:"
    tail -n 20 "$log"
    failed=$((failed + 1))
done
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
