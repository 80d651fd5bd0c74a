#!/bin/sh
# Renders the manual pages of docs/man into build/man.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build/man
for source in docs/man/*.scd; do
    page=build/man/$(basename "$source" .scd)
    scdoc <"$source" >"$page"
    echo "docs: $page"
done
