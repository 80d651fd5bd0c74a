#!/bin/sh
# Builds an optimized copy and measures it, beside other people's programs where there are some (bench/README.md).
#
#     scripts/bench.sh [--json] [--runs N] [--against FILE] [NAME...]
#
# Without a NAME it runs all. With make, BENCH="NAME..." selects, and BENCH_FLAGS="--json --runs 9" passes flags on.
set -eu
cd "$(dirname "$0")/.."
exec node bench/report/main.mjs "$@"
