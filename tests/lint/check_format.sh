#!/bin/sh
# check_format.sh CLANG_FORMAT ROOT: fails when clang-format would change a C file of the project.
set -eu
formatter=$1
cd "$2"
folders=
for folder in include src tests fuzz bench examples web; do
    [ -d "$folder" ] && folders="$folders $folder"
done
# shellcheck disable=SC2086 # the folders' names hold no blanks
find $folders -name node_modules -prune -o -name '*.[ch]' -print0 |
    xargs -0 "$formatter" --dry-run -Werror
