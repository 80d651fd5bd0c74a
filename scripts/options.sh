#!/bin/sh
# Builds with each optional part switched off, with gcc and with clang, warnings being errors, and runs the unit
# tests of what it touches; then says what passed.
#
#     scripts/options.sh [NAME]...                   those of the table below; all, if none is named
#     COMPILERS=clang scripts/options.sh no-sodium   with one compiler
set -eu
cd "$(dirname "$0")/.."
jobs=${JOBS:-2}
chosen=" $* "
table=$(mktemp)
trap 'rm -f "$table"' EXIT
status=0

# NAME | areas of the unit tests, or - where there are none | what is given to CMake
rows='
all              | . |
no-server        | base driver client backend | -DPUSHER_BUILD_SERVER=OFF
no-cli           | server | -DPUSHER_BUILD_CLI=OFF
no-web           | cli | -DPUSHER_BUILD_WEB=OFF -DPUSHER_BUILD_EXAMPLES=OFF -DPUSHER_BUILD_BENCH=OFF
no-epoll         | driver client backend cli | -DPUSHER_EPOLL=OFF
no-netlink       | driver client backend cli | -DPUSHER_NETLINK=OFF
no-uring         | server | -DPUSHER_URING=OFF
no-sodium        | driver client backend cli | -DPUSHER_SODIUM=OFF
none-of-these    | driver client backend | -DPUSHER_EPOLL=OFF -DPUSHER_NETLINK=OFF -DPUSHER_SODIUM=OFF -DPUSHER_BUILD_SERVER=OFF
no-tests         | - | -DPUSHER_BUILD_TESTS=OFF
engine           | . | -DPUSHER_BUILD_CLIENT=OFF
no-sockjs        | core | -DPUSHER_BUILD_CLIENT=OFF -DCMAKE_C_FLAGS=-DPX_WITHOUT_SOCKJS
no-vectors       | json core | -DPUSHER_BUILD_CLIENT=OFF -DCMAKE_C_FLAGS=-DPX_JSON_PORTABLE'

# Each compiler has one folder, where the next row builds anew only what is different.
build() {
    folder=$1
    compiler=$2
    shift 2
    cmake -S . -B "$folder" -G Ninja --log-level=WARNING -DCMAKE_C_COMPILER="$compiler" \
        -DCMAKE_BUILD_TYPE=RelWithDebInfo -DPUSHER_WERROR="${WERROR:-ON}" -DCMAKE_C_FLAGS= \
        -DPUSHER_BUILD_CLIENT=ON -DPUSHER_BUILD_SERVER=ON -DPUSHER_BUILD_CLI=ON -DPUSHER_BUILD_TESTS=ON \
        -DPUSHER_BUILD_WEB=ON -DPUSHER_BUILD_EXAMPLES=ON -DPUSHER_BUILD_BENCH=ON \
        -DPUSHER_EPOLL=ON -DPUSHER_NETLINK=ON -DPUSHER_URING=ON -DPUSHER_SODIUM=ON "$@"
    cmake --build "$folder" -j "$jobs" -- -k 0
}

# $1: the compiler; $2: the row's name; $3: areas; the rest is given to CMake. Adds a line to the table.
try() {
    compiler=$1
    name=$2
    areas=$3
    shift 3
    folder=build-options-$compiler
    mkdir -p "$folder"
    log=$folder/options.log
    printf '\n== %s, %s\n' "$name" "$compiler"
    if ! build "$folder" "$compiler" "$@" >"$log" 2>&1; then
        grep -A3 -E 'FAILED:|error: |Error' "$log" || cat "$log"
        result='does not build'
        status=1
    elif [ "$areas" = - ]; then
        result='builds'
    else
        pattern=$(echo "$areas" | sed 's/ /|/g')
        # Most tests wait more than they compute.
        ctest --test-dir "$folder" -j $((jobs * 2)) -L unit -R "^($pattern)" --no-tests=error \
            --output-on-failure >"$log" || status=1
        grep -v 'Start \|Passed' "$log" || true
        result=$(sed -n 's/.*tests passed, \([0-9]*\) tests failed out of \([0-9]*\)$/\2 tests, \1 failed/p' "$log")
    fi
    printf '%-18s %-6s %s\n' "$name" "$compiler" "${result:-no result}" >>"$table"
}

for compiler in ${COMPILERS:-gcc clang}; do
    while IFS='|' read -r name areas arguments; do
        name=${name%% *}
        areas=$(echo "$areas" | xargs)
        case $chosen in
        '  ' | *" $name "*) [ -z "$name" ] || eval "try $compiler $name '$areas' $arguments" </dev/null ;;
        esac
    done <<END
$rows
END
done
printf '\n'
cat "$table"
[ -s "$table" ] || {
    echo "no such row: $*" >&2
    exit 2
}
exit "$status"
