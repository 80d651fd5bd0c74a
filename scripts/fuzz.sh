#!/bin/sh
# Builds the fuzz targets and runs each of them for a while, JOBS side by side; tells how far they are, and fails
# when one has found something.
#
#     scripts/fuzz.sh                      all targets, 30 seconds each
#     TIME=600 scripts/fuzz.sh             all targets, 10 minutes each
#     scripts/fuzz.sh json_reader core     these targets
#
# What a target learns stays in build-fuzz/corpus and is where the next run starts from; the inputs
# that it fails with go to build-fuzz/findings. To see one again:
#     build-fuzz/bin/fuzz_core build-fuzz/findings/core-crash-...
set -eu
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-${TIME:-30}}
jobs=${JOBS:-2}
pause=15 # seconds between two lines that tell how far it is
build=build-fuzz
marks=$build/running # a file for each target: .on while it runs, then .done with its inputs, or .found

# The dictionary that fits a target's input.
dictionary_of() {
    case $1 in
    base64 | utf8 | netlink) ;;
    http_frames) echo json ;;
    ws_upgrade) echo http ;;
    http_* | forwarded | session) echo http ;;
    proxy_*) echo proxy ;;
    ws_*) echo ws ;;
    *) echo json ;;
    esac
}

# ---- One target, in a process of its own: scripts/fuzz.sh --run NAME ----

run() {
    target=$1
    learned=$build/corpus/$target
    log=$build/findings/$target.log
    mkdir -p "$learned"
    dictionary=$(dictionary_of "$target")
    : >"$marks/$target.on"
    if "$build/bin/fuzz_$target" ${dictionary:+-dict="fuzz/dict/$dictionary.dict"} \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=4096 -print_final_stats=1 \
        -artifact_prefix="$build/findings/$target-" "$learned" "fuzz/corpus/$target" \
        >"$log" 2>&1; then
        inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        learnt=$(sed -n 's/^stat::new_units_added: *//p' "$log")
        echo "$inputs" >"$marks/$target.done"
        printf '%-14s %11s inputs, %5s kept for what is new in them, nothing found\n' "$target" "$inputs" "$learnt"
    else
        : >"$marks/$target.found"
        printf '%-14s FOUND something; the end of %s:\n%s\n' "$target" "$log" "$(tail -n 40 "$log")"
    fi
    rm "$marks/$target.on"
}

if [ "${1:-}" = --run ]; then
    run "$2"
    exit
fi

# ---- All of them ----

count() {
    find "$marks" -name "*.$1" | wc -l
}

# "... 3 of 20 done; core: 12345 inputs; hub: 2345 inputs"
tell_progress() {
    line="... $(($(count done) + $(count found))) of $total done"
    for mark in "$marks"/*.on; do
        [ -e "$mark" ] || continue
        target=$(basename "$mark" .on)
        inputs=$(tail -n 20 "$build/findings/$target.log" 2>/dev/null | sed -n 's/^#\([0-9]*\).*/\1/p' | tail -n 1)
        line="$line; $target: ${inputs:-reading its} inputs"
    done
    echo "$line"
}

cmake --preset fuzz --log-level=WARNING >/dev/null
cmake --build --preset fuzz -j "$jobs" --target fuzz_targets
if [ $# -eq 0 ]; then
    for program in "$build"/bin/fuzz_*; do
        set -- "$@" "${program##*/fuzz_}"
    done
fi
total=$#
rm -rf "$marks"
mkdir -p "$marks" "$build/findings"
echo "$total targets, $seconds seconds each, $jobs side by side: about $((((total + jobs - 1) / jobs * seconds + 59) / 60)) min"

while sleep "$pause" >/dev/null 2>&1; do tell_progress; done &
teller=$!
trap 'kill $teller 2>/dev/null || true' EXIT
trap 'exit 1' INT TERM
printf '%s\n' "$@" | xargs -P "$jobs" -n 1 "$0" --run || true

inputs=$(cat "$marks"/*.done 2>/dev/null | awk '{ sum += $1 } END { printf "%d", sum }')
found=$(find "$marks" -name '*.found' -exec basename {} .found \; | sort | tr '\n' ' ')
if [ -n "$found" ]; then
    echo "fuzzing: $inputs inputs; found something: $found(the inputs are in $build/findings)" >&2
    exit 1
fi
[ "$(count done)" -eq "$total" ] || { echo "fuzzing: $(count done) of $total targets ran" >&2; exit 1; }
echo "fuzzing: $total targets, $inputs inputs, nothing found"
