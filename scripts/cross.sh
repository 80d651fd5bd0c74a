#!/bin/sh
# Builds the project for other machines and runs the unit tests there, under qemu; then says who passed what.
#
#     scripts/cross.sh [arm64|armhf|s390x|musl]...     all four of them, if none is named
#
# armhf has 32 bits, s390x is big-endian; musl is another C library, with the engine alone (its foreign
# libraries would all have to be built, too). One test by hand:
#     ctest --test-dir build-cross/s390x --output-on-failure -R core.url
set -eu
cd "$(dirname "$0")/.."
jobs=${JOBS:-2}
[ $# -gt 0 ] || set -- arm64 armhf s390x musl
table=$(mktemp)
trap 'rm -f "$table"' EXIT
status=0

build() {
    machine=$1
    only=
    [ "$machine" != musl ] || only=-DPUSHER_BUILD_CLIENT=OFF
    sysroot=$PWD/build-cross/sysroot-$machine
    scripts/sysroot.sh "$machine" "$sysroot"
    cmake -S . -B "build-cross/$machine" -G Ninja --log-level=WARNING \
        -DCMAKE_TOOLCHAIN_FILE="$PWD/cmake/toolchains/$machine.cmake" -DPUSHER_SYSROOT="$sysroot" \
        -DCMAKE_BUILD_TYPE=RelWithDebInfo -DPUSHER_WERROR="${WERROR:-ON}" $only \
        -DPUSHER_BUILD_BENCH=OFF -DPUSHER_BUILD_WEB=OFF -DPUSHER_BUILD_EXAMPLES=OFF
    cmake --build "build-cross/$machine" -j "$jobs" -- -k 0
}

# A line of the table for each area of tests, from what CTest wrote.
rows() {
    awk -v machine="$1" '
        / Test +#[0-9]+: / {
            sub(/^.* Test +#[0-9]+: /, ""); area = $1; sub(/\..*/, "", area)
            if (!(area in total)) order[++areas] = area
            total[area]++
            if (/ Passed /) passed[area]++
        }
        END {
            for (i = 1; i <= areas; i++)
                printf "%-8s %-14s %6d %6d\n", machine, order[i], passed[order[i]],
                    total[order[i]] - passed[order[i]]
        }' "$2"
}

printf '%-8s %-14s %6s %6s\n' machine tests passed failed >"$table"
for machine in "$@"; do
    printf '\n== %s\n' "$machine"
    if ! build "$machine"; then
        printf '%-8s does not build\n' "$machine" >>"$table"
        status=1
        continue
    fi
    log=build-cross/$machine.log
    ctest --test-dir "build-cross/$machine" -j "$jobs" -L unit --no-tests=error --output-on-failure \
        >"$log" || status=1
    grep -v 'Start \|Passed' "$log" || true
    rows "$machine" "$log" >>"$table"
done
printf '\n'
cat "$table"
exit "$status"
