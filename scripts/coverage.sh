#!/bin/sh
# Runs the unit tests with counters, prints which part of each folder's lines they reach, and fails when that
# is less than 95 % of the engine (core, json, net). The lines themselves are in build-coverage/coverage.html.
set -eu
cd "$(dirname "$0")/.."
build=build-coverage
cmake --preset coverage -DPUSHER_WERROR="${WERROR:-ON}" --log-level=WARNING
cmake --build --preset coverage -j "${JOBS:-2}"
find $build -name '*.gcda' -delete
ctest --preset coverage -j "$((${JOBS:-2} * 2))" -L 'unit|torture' -Q --no-tests=error ||
    echo "some tests failed: make test says which" >&2
# In its own folder, for gcov leaves files where it is called; and only the libraries' objects.
(cd $build && gcovr --root .. --filter '\.\./src/' --exclude-unreachable-branches -j "${JOBS:-2}" \
    --json-summary coverage.json --html-details coverage.html src)
exec python3 scripts/coverage_table.py $build/coverage.json core=95 json=95 net=95
