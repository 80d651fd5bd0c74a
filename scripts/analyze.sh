#!/bin/sh
# Static analysis: clang-tidy, cppcheck and gcc's analyzer. It fails when one of them finds something that is
# not excused, with a reason, in .clang-tidy, scripts/analyze_cppcheck.txt or scripts/analyze_gcc.txt.
#
#     scripts/analyze.sh [tidy|cppcheck|gcc]...
set -eu
cd "$(dirname "$0")/.."
jobs=${JOBS:-2}
failed=

say() {
    printf '\n== %s\n' "$*"
}

# Sources of another system's files are no part of this build.
sources() {
    git ls-files 'src/*.c'
}

tidy() {
    cmake --preset default --log-level=WARNING >/dev/null
    sources | xargs -P "$jobs" -n 8 clang-tidy --quiet -p build 2>/dev/null
}

check_cpp() {
    cppcheck --quiet -j "$jobs" --std=c11 --enable=warning,performance,portability --inline-suppr \
        --suppressions-list=scripts/analyze_cppcheck.txt --error-exitcode=1 --template=gcc \
        -Isrc -Iinclude -D_POSIX_C_SOURCE=200809L -DPUSHER_VERSION_TEXT='"1"' -D__linux__ '-DPX_WEB_EXPORT(name)=' src web/wasm
}

# Compiles everything anew: a file that is compiled already says nothing.
check_gcc() {
    log=build-analyze/warnings.log
    cmake --preset analyze --log-level=WARNING >/dev/null
    cmake --build --preset analyze --target clean >/dev/null
    cmake --build --preset analyze -j "$jobs" >"$log" 2>&1 || { tail -n 30 "$log"; return 1; }
    sed -n 's/^\(\.\.\/\|.*\/\)\{0,1\}\(\(src\|include\)\/[^:]*\):\([0-9]*\):.*warning: .*\[\(-W[^]]*\)\]$/\2 \5 \4/p' \
        "$log" | sort -u | while read -r file warning line; do
        grep -qxF "$file $warning" scripts/analyze_gcc.txt || echo "$file:$line: $warning"
    done >build-analyze/findings.log
    cat build-analyze/findings.log
    [ ! -s build-analyze/findings.log ] || { echo "the whole story: $log"; return 1; }
}

[ $# -gt 0 ] || set -- tidy cppcheck gcc
for name in "$@"; do
    say "$name"
    case $name in
    tidy) tidy ;;
    cppcheck) check_cpp ;;
    gcc) check_gcc ;;
    *) echo "usage: scripts/analyze.sh [tidy|cppcheck|gcc]..." >&2; exit 2 ;;
    esac && echo "nothing found" || failed="$failed $name"
done
say "summary"
[ -z "$failed" ] || { echo "found something:$failed" >&2; exit 1; }
echo "$*: nothing found in $(sources | wc -l) sources"
