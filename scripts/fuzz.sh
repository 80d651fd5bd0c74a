#!/bin/sh
# Builds the fuzz targets and runs each of them for a while; fails when one has found something.
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
build=build-fuzz

cmake --preset fuzz --log-level=WARNING
cmake --build --preset fuzz -j "${JOBS:-2}" --target fuzz_targets

if [ $# -eq 0 ]; then
    for program in "$build"/bin/fuzz_*; do
        set -- "$@" "${program##*/fuzz_}"
    done
fi

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

failed=
for target in "$@"; do
    learned=$build/corpus/$target
    log=$build/findings/$target.log
    mkdir -p "$learned" "$build/findings"
    dictionary=$(dictionary_of "$target")
    printf '%-12s ' "$target"
    if "$build/bin/fuzz_$target" ${dictionary:+-dict="fuzz/dict/$dictionary.dict"} \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=4096 -print_final_stats=1 \
        -artifact_prefix="$build/findings/$target-" "$learned" "fuzz/corpus/$target" \
        >"$log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        echo "$runs inputs, nothing found"
    else
        echo "FOUND something; the end of $log:"
        tail -n 40 "$log"
        failed="$failed $target"
    fi
done
if [ -n "$failed" ]; then
    echo "failed:$failed" >&2
    exit 1
fi
