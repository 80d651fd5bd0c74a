#!/bin/sh
# Builds a program with nothing but pkg-config and the installed tree, against the shared and the
# static library, and runs it.
#
#     pkg_config.sh CC TREE FOLDER LIBRARY SOURCE VERSION
set -eu
cc=$1 tree=$2 folder=$3 library=$4 source=$5 version=$6
mkdir -p "$folder"

PKG_CONFIG_PATH=$(dirname "$(find "$tree" -name "$library.pc")")
export PKG_CONFIG_PATH
libraries=$(pkg-config --variable=libdir "$library")

check() {
    printed=$("$1")
    [ "$printed" = "$version" ] || {
        echo "$1 printed '$printed' instead of '$version'" >&2
        exit 1
    }
}

# shellcheck disable=SC2046 # flags are words
$cc "$source" $(pkg-config --cflags --libs "$library") -o "$folder/shared"
LD_LIBRARY_PATH=$libraries check "$folder/shared"

# What the static library needs besides is named as "private". (Not `--static`: that would want
# static libraries of everything below libcurl, too, which distributions do not install with it.)
private=$(pkg-config --print-requires-private "$library" | cut -d ' ' -f 1)
# shellcheck disable=SC2046,SC2086
$cc "$source" $(pkg-config --cflags "$library") -L"$libraries" "-l:lib$library.a" \
    $(pkg-config --libs $private) -pthread -o "$folder/static"
check "$folder/static"

# The shared library is all that a program links to.
needed=$(pkg-config --libs-only-l "$library")
[ "$(echo $needed)" = "-l$library" ] || {
    echo "programs are made to link to $needed" >&2
    exit 1
}
