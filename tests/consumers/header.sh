#!/bin/sh
# A public header alone: it includes what it needs, may be included twice, and gives no warning.
#
#     header.sh HEADER COMPILER FLAG...
set -eu
header=$1
shift
printf '#include <%s>\n#include <%s>\n' "$header" "$header" |
    "$@" -Wall -Wextra -Wpedantic -Werror -fsyntax-only -
