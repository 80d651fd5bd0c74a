#!/bin/sh
# Builds a program with nothing but pkg-config and the installed tree, against the shared and the
# static library, and runs it.
#
#     pkg_config.sh CC TREE FOLDER SOURCE VERSION
set -eu
cc=$1 tree=$2 folder=$3 source=$4 version=$5
mkdir -p "$folder"

PKG_CONFIG_PATH=$(dirname "$(find "$tree" -name pusher.pc)")
export PKG_CONFIG_PATH
libraries=$(pkg-config --variable=libdir pusher)

check() {
    printed=$("$1")
    [ "$printed" = "$version" ] || {
        echo "$1 printed '$printed' instead of '$version'" >&2
        exit 1
    }
}

# shellcheck disable=SC2046 # flags are words
$cc "$source" $(pkg-config --cflags --libs pusher) -o "$folder/shared"
LD_LIBRARY_PATH=$libraries check "$folder/shared"

# What the static library needs besides is named as "private". (Not `--static`: that would want
# static libraries of everything below libcurl, too, which distributions do not install with it.)
private=$(pkg-config --print-requires-private pusher | cut -d ' ' -f 1)
# shellcheck disable=SC2046,SC2086
$cc "$source" $(pkg-config --cflags pusher) -L"$libraries" -l:libpusher.a \
    $(pkg-config --libs $private) -pthread -o "$folder/static"
check "$folder/static"

# The shared library is all that a program links to.
needed=$(pkg-config --libs-only-l pusher)
[ "$(echo $needed)" = -lpusher ] || {
    echo "programs are made to link to $needed" >&2
    exit 1
}
