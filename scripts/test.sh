#!/bin/sh
# Runs the tests, and says how many passed and failed.
#
#     scripts/test.sh          everything: with gcc, and again with clang and sanitizers
#     scripts/test.sh asan     only under the address and undefined-behaviour sanitizers
#     scripts/test.sh tsan     what runs our programs, under the thread sanitizer
#     scripts/test.sh msan     only the engine and what is below it, under the memory sanitizer
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

# build PRESET [TARGET]...
build() {
    preset=$1
    shift
    cmake --preset "$preset" -DPUSHER_WERROR="${WERROR:-ON}" --log-level=WARNING
    cmake --build --preset "$preset" -j "$jobs" ${1:+--target "$@"}
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

# Sanitizers write into files, so that nothing is missed of a program whose words and status no test looks at.
watch() {
    reports=$PWD/build-$1/reports
    rm -rf "$reports"
    mkdir -p "$reports"
    export ASAN_OPTIONS="log_path=$reports/report" UBSAN_OPTIONS="print_stacktrace=1:log_path=$reports/report" \
        TSAN_OPTIONS="log_path=$reports/report" MSAN_OPTIONS="log_path=$reports/report"
}

# Each report is a failure of its own.
tell_reports() {
    for report in "$reports"/*; do
        [ -e "$report" ] || continue
        say "${report#"$PWD"/}"
        head -n 60 "$report"
        total_failed=$((total_failed + 1))
    done
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
    watch asan
    run asan
    tell_reports
    ;;
asan)
    scripts/dist.sh
    say "with the address and undefined-behaviour sanitizers"
    build asan
    watch asan
    run asan
    tell_reports
    ;;
tsan)
    say "with the thread sanitizer"
    build tsan
    watch tsan
    # Not 50,000 events one by one, nor what is there to test browsers.
    run tsan -L 'unit|e2e|consumers' -E 'fallbacks_pusher_js|pages|demo'
    tell_reports
    ;;
msan)
    say "with the memory sanitizer"
    areas='base base_portable json json_portable core net'
    targets=$(for area in $areas; do
        for file in "tests/unit/${area%_portable}"/test_*.c; do
            basename "$file" .c | sed "s/^test_/test_${area}_/"
        done
    done)
    # shellcheck disable=SC2086 # words
    build msan $targets
    watch msan
    # What libraries write that are built without it counts as never written: jansson, OpenSSL.
    run msan -R "^($(echo "$areas" | tr ' ' '|'))\\." -E 'jansson|channel_secret|crypto|signature|ws_handshake'
    tell_reports
    ;;
*)
    echo "usage: scripts/test.sh [asan|tsan|msan]" >&2
    exit 2
    ;;
esac

printf '\n%d passed, %d failed\n' "$total_passed" "$total_failed"
[ "$total_failed" = 0 ]
