#!/bin/sh
# Makes a folder with the C library and the foreign libraries of another machine, to cross-build for it.
#
#     scripts/sysroot.sh arm64|armhf|s390x FOLDER     Debian's packages for it, unpacked
#     scripts/sysroot.sh musl FOLDER                  cmocka and jansson, built by musl-gcc from Debian's sources
#
# The packages are not installed: libevent-dev and libwslay-dev can be there for one architecture only, and
# the build of this machine wants its own. So apt-get resolves and fetches into a folder beside (no root is
# needed), with a list of sources of its own, and what came is unpacked. DEBIAN_MIRROR is where from.
set -eu
cd "$(dirname "$0")/.."
machine=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
suite=bookworm
packages='libc6-dev libcurl4-openssl-dev libssl-dev libsodium-dev libevent-dev libcmocka-dev libjansson-dev
libwslay-dev'

[ -e "$folder/.complete" ] && exit 0
printf 'sysroot: %s\n' "$machine"

apt=$folder.apt
rm -rf "$folder" "$apt"
mkdir -p "$folder/usr" "$apt/lists/partial" "$apt/archives/partial" "$apt/sources"
: >"$apt/status"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keyring] $mirror $suite main" >"$apt/sources.list"
[ "$machine" != musl ] ||
    echo "deb-src [signed-by=$keyring] $mirror $suite main" >"$apt/sources.list"

# $1: the architecture; the rest: a command of apt-get.
apt_get() {
    architecture=$1
    shift
    apt-get -qq -o APT::Architecture="$architecture" -o APT::Architectures::="$architecture" \
        -o APT::Install-Recommends=false -o APT::Sandbox::User= -o Debug::NoLocking=true \
        -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts="$apt/sources" \
        -o Dir::State="$apt" -o Dir::State::status="$apt/status" -o Dir::State::lists="$apt/lists" \
        -o Dir::Cache="$apt" -o Dir::Cache::archives="$apt/archives" "$@"
}

# Links that begin at the root would leave the folder.
keep_links_inside() {
    find "$folder" -type l -lname '/*' | while read -r link; do
        ln -sfnr "$folder$(readlink "$link")" "$link"
    done
}

unpack_packages() {
    apt_get "$machine" update
    # shellcheck disable=SC2086 # a list of words without blanks
    apt_get "$machine" install -y --download-only $packages >/dev/null
    mkdir "$folder/usr/lib"
    ln -s usr/lib "$folder/lib" # as Debian itself has it
    for file in "$apt"/archives/*.deb; do
        # Names and addresses (/etc) are asked of this machine.
        dpkg-deb --fsys-tarfile "$file" | tar -x --keep-directory-symlink --no-same-owner -C "$folder" \
            --exclude ./etc --exclude ./var --exclude ./usr/share/doc --exclude ./usr/share/man
    done
    keep_links_inside
}

build_from_source() {
    apt_get "$(dpkg --print-architecture)" update
    toolchain=$PWD/cmake/toolchains/musl.cmake
    cd "$apt"
    apt_get "$(dpkg --print-architecture)" source cmocka jansson >/dev/null
    for name in cmocka jansson; do
        cmake -S "$apt/$name"-[0-9]* -B "$apt/$name" -G Ninja -Wno-dev --log-level=ERROR \
            -DCMAKE_TOOLCHAIN_FILE="$toolchain" -DPUSHER_SYSROOT="$folder" \
            -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_INSTALL_PREFIX="$folder/usr" \
            -DJANSSON_BUILD_DOCS=OFF -DJANSSON_EXAMPLES=OFF -DJANSSON_WITHOUT_TESTS=ON --no-warn-unused-cli
        cmake --build "$apt/$name" >/dev/null
        cmake --install "$apt/$name" >/dev/null
    done
}

case $machine in
arm64 | armhf | s390x) unpack_packages ;;
musl) build_from_source ;;
*)
    echo "usage: scripts/sysroot.sh arm64|armhf|s390x|musl FOLDER" >&2
    exit 2
    ;;
esac
rm -rf "$apt"
touch "$folder/.complete"
