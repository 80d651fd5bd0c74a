#!/bin/sh
# Runs the tests, and says how many passed and failed.
#
#     scripts/test.sh          everything: with gcc, and again with clang and sanitizers
#     scripts/test.sh asan     only under the address and undefined-behaviour sanitizers
#     scripts/test.sh tsan     only the unit tests, under the thread sanitizer
#
# Everything that it runs is a CTest entry; to run one by hand:
#     ctest --test-dir build --output-on-failure -R e2e.cli
set -eu
cd "$(dirname "$0")/.."
jobs=${JOBS:-2}
total_passed=0
total_failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

say() {
    printf '\n== %s\n' "$*"
}

build() {
    preset=$1
    shift
    cmake --preset "$preset" -DPUSHER_WERROR="${WERROR:-ON}" --log-level=WARNING "$@"
    cmake --build --preset "$preset" -j "$jobs"
}

# Most tests wait more than they compute, so twice as many run as there are cores.
run() {
    preset=$1
    shift
    status=0
    { ctest --preset "$preset" -j $((jobs * 2)) --no-tests=error "$@" || echo "$?" >"$log.status"; } |
        tee "$log"
    if [ -s "$log.status" ]; then
        status=$(cat "$log.status")
        rm -f "$log.status"
    fi
    failed=$(sed -n 's/.*tests passed, \([0-9]*\) tests failed out of \([0-9]*\)$/\1/p' "$log")
    count=$(sed -n 's/.*tests passed, \([0-9]*\) tests failed out of \([0-9]*\)$/\2/p' "$log")
    if [ -z "$count" ] || { [ "$status" != 0 ] && [ "$failed" = 0 ]; }; then
        echo "the test runner itself failed (exit $status)" >&2
        exit 1
    fi
    total_failed=$((total_failed + failed))
    total_passed=$((total_passed + count - failed))
}

# What tests have measured; CTest keeps it to itself when they pass.
results() {
    for file in build/results/*.txt; do
        [ -e "$file" ] || continue
        say "$(basename "$file" .txt)"
        cat "$file"
    done
}

case ${1:-all} in
all)
    say "gcc, warnings are errors"
    build default
    scripts/dist.sh
    say "every test"
    rm -rf build/results
    run default
    results
    say "clang, warnings are errors, with the address and undefined-behaviour sanitizers"
    build asan
    say "every test under them"
    run asan
    ;;
asan)
    scripts/dist.sh
    say "with the address and undefined-behaviour sanitizers"
    build asan
    run asan
    ;;
tsan)
    say "with the thread sanitizer"
    build tsan
    run tsan -L unit
    ;;
*)
    echo "usage: scripts/test.sh [asan|tsan]" >&2
    exit 2
    ;;
esac

printf '\n%d passed, %d failed\n' "$total_passed" "$total_failed"
[ "$total_failed" = 0 ]
