#!/bin/sh
# Runs the unit tests with counters, prints which part of each folder's lines they reach, and fails when that
# is less than 95 % of the engine (base, core, json, net), or when a branch for an error is not taken there that
# scripts/coverage_excuses.txt does not excuse. The lines themselves are in build-coverage/coverage.html.
set -eu
cd "$(dirname "$0")/.."
build=build-coverage
jobs=${JOBS:-2}
cmake --preset coverage -DPUSHER_WERROR="${WERROR:-ON}" --log-level=WARNING >/dev/null
cmake --build --preset coverage -j "$jobs"
find $build -name '*.gcda' -delete
failed=
ctest --preset coverage -j "$((jobs * 2))" -L 'unit|torture' --no-tests=error >$build/tests.log 2>&1 ||
    { failed=yes && grep -E '\*\*\*(Failed|Timeout|Exception|Not Run)' $build/tests.log; }
# In its own folder, for gcov leaves files where it is called; and only the libraries' objects, also those
# that keep nothing in store or use only the vectors that all processors have (gcovr can not put together files whose functions stand elsewhere in another build).
(cd $build && gcovr --root .. --filter '\.\./src/' --exclude-unreachable-branches -j "$jobs" \
    --json coverage.json --html-details coverage.html src tests/CMakeFiles/px_*_tight.dir tests/CMakeFiles/px_json_narrow.dir)
python3 scripts/coverage_table.py $build/coverage.json scripts/coverage_excuses.txt \
    base=95 core=95 json=95 net=95 || failed=yes
[ -z "$failed" ] || { echo "not as it should be: see above; for tests that fail, make test" >&2; exit 1; }
