#!/bin/sh
# Installs what the build (and, if asked, the demo, the tests or the benchmarks) needs on Debian 12 and its kin.
#
#     scripts/setup.sh [build|dist|demo|test|bench|cross|options|analyze|valgrind|coverage|docs|format]
#
# It looks first and calls apt-get only for what is missing, so a second run takes no time.
# Other systems: install the same things by other means; what is found is never installed again.
set -eu
cd "$(dirname "$0")/.."
# System programs such as nginx are not in everybody's PATH.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
purpose=${1:-build}

# What to look for, and the Debian package that has it. A name with a dot is a pkg-config module,
# a path below the compiler's include folders a header, anything else a command.
build_needs='
cc=build-essential cmake=cmake ninja=ninja-build python3=python3
libcurl.pc=libcurl4-openssl-dev libevent_core.pc=libevent-dev libcrypto.pc=libssl-dev
libsodium.pc=libsodium-dev cmocka.pc=libcmocka-dev jansson.pc=libjansson-dev
wslay/wslay.h=libwslay-dev'
# pusher.wasm, pusher.js and the packages around it.
web_needs='
clang=clang wasm-ld=lld wasi-libc=wasi-libc wasm-opt=binaryen wasm2js=binaryen node=nodejs npm=npm'
demo_needs='chromium=chromium'
test_needs='
chromium=chromium firefox=firefox-esr clang=clang clang-rt=libclang-rt-dev clang-format=clang-format scdoc=scdoc
openssl=openssl strace=strace node=nodejs npm=npm
nginx=nginx-light haproxy=haproxy tinyproxy=tinyproxy-bin squid=squid-openssl microsocks=microsocks
nft=nftables unshare=util-linux
libuv.pc=libuv1-dev ev.h=libev-dev glib-2.0.pc=libglib2.0-dev libsystemd.pc=libsystemd-dev'
# The programs that ours are measured beside.
bench_needs='chromium=chromium firefox=firefox-esr nats-server=nats-server'
# What the sysroots of other machines are made with (scripts/sysroot.sh), besides compilers and qemu.
cross_needs='
cc=build-essential cmake=cmake ninja=ninja-build python3=python3 dpkg-source=dpkg-dev
aarch64-linux-gnu-gcc=gcc-aarch64-linux-gnu arm-linux-gnueabihf-gcc=gcc-arm-linux-gnueabihf
s390x-linux-gnu-gcc=gcc-s390x-linux-gnu musl-gcc=musl-tools qemu-s390x=qemu-user'
options_needs="$build_needs clang=clang"
docs_needs="$build_needs scdoc=scdoc"
format_needs='clang-format=clang-format'
analyze_needs="$build_needs clang-tidy=clang-tidy cppcheck=cppcheck"
valgrind_needs="$build_needs $web_needs $test_needs valgrind=valgrind"
coverage_needs="$build_needs openssl=openssl gcovr=gcovr"

say() {
    printf 'setup: %s\n' "$*"
}

die() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

present() {
    case $1 in
    *.pc) command -v pkg-config >/dev/null && pkg-config --exists "${1%.pc}" ;;
    *.h) echo "#include <$1>" | cc -E - >/dev/null 2>&1 ;;
    wasi-libc) [ -e /usr/lib/wasm32-wasi/libc.a ] && [ -e /usr/include/wasm32-wasi/string.h ] ;;
    clang-rt) [ -e "$(clang -print-resource-dir 2>/dev/null)/lib/linux" ] ;;
    chromium) command -v chromium >/dev/null || command -v google-chrome >/dev/null ;;
    firefox) command -v firefox-esr >/dev/null || command -v firefox >/dev/null ;;
    *) command -v "$1" >/dev/null ;;
    esac
}

# The packages of all needs that are not met.
missing_packages() {
    for need in "$@"; do
        present "${need%%=*}" || printf ' %s' "${need#*=}"
    done
    command -v pkg-config >/dev/null || printf ' pkg-config'
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "these packages are missing:$packages
       Installing them takes root: run this as root, install sudo, or ask for
           apt-get install --no-install-recommends$packages"
    fi
}

install_packages() {
    command -v apt-get >/dev/null || die "these Debian packages are missing:$packages
       There is no apt-get here: install what they hold by your system's means."
    say "installing$packages"
    # Tests and benchmarks start servers and proxies by themselves, as they need them: none that is installed here
    # shall run as a service, neither now (Debian asks policy-rc.d) nor after the next start.
    # shellcheck disable=SC2086 # a list of words without blanks
    as_root env DEBIAN_FRONTEND=noninteractive sh -ec '
        policy=/usr/sbin/policy-rc.d
        if [ ! -e $policy ]; then
            trap "rm -f $policy" EXIT
            printf "#!/bin/sh\nexit 101\n" >$policy
            chmod 755 $policy
        fi
        apt-get update -qq
        apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$@" >/dev/null
        command -v systemctl >/dev/null || exit 0
        for package in "$@"; do
            case $package in
            nginx-light) systemctl disable nginx ;;
            haproxy) systemctl disable haproxy ;;
            squid-openssl) systemctl disable squid ;;
            nats-server) systemctl disable nats-server ;;
            esac
        done >/dev/null 2>&1 || true' sh $packages
}

# Installs a folder's npm packages unless they are there already. What counts as "there" is a mark
# with the sum of package.json and the lock file. The rest of the line is the npm command.
install_node_modules() {
    folder=$1
    shift
    sum=$(cat "$folder/package.json" "$folder/package-lock.json" | cksum)
    [ "$(cat "$folder/node_modules/.installed" 2>/dev/null)" = "$sum" ] && return
    say "installing the npm packages of $folder"
    rm -rf "$folder/node_modules"
    (cd "$folder" && "$@" --loglevel=error)
    echo "$sum" >"$folder/node_modules/.installed"
}

case $purpose in
build) needs=$build_needs ;;
dist) needs="$build_needs $web_needs" ;;
demo) needs="$build_needs $web_needs $demo_needs" ;;
test) needs="$build_needs $web_needs $test_needs" ;;
bench) needs="$build_needs $web_needs $bench_needs" ;;
cross) needs=$cross_needs ;;
options) needs=$options_needs ;;
docs) needs=$docs_needs ;;
format) needs=$format_needs ;;
analyze) needs=$analyze_needs ;;
valgrind) needs=$valgrind_needs ;;
coverage) needs=$coverage_needs ;;
*) die "unknown purpose '$purpose': build, dist, demo, test, bench, cross, options, analyze, valgrind, coverage, docs or format" ;;
esac

# shellcheck disable=SC2086 # lists of words without blanks
packages=$(missing_packages $needs)
[ -z "$packages" ] || install_packages

case $purpose in
dist | demo | test | bench | valgrind)
    node -e 'process.exit(process.versions.node.split(".")[0] >= 18 ? 0 : 1)' ||
        die "'$purpose' needs Node 18 or later, this is $(node --version)"
    install_node_modules web npm ci
    ;;
esac
if [ "$purpose" = test ]; then
    install_node_modules web/test/packages npm ci
    install_node_modules web/test/programs npm ci --ignore-scripts --omit=optional
fi
case $purpose in
test | bench | valgrind) install_node_modules tests/e2e npm ci ;;
esac
case $purpose in
test | bench)
    # soketi wants a native package from a place that is no registry; an override in package.json has
    # another one in its stead. `npm ci` does not take overrides of this kind, and `npm install`,
    # which keeps to the lock file too, takes them since npm 10.
    npm=npm
    [ "$(npm --version | cut -d. -f1)" -ge 10 ] || npm='npx --yes npm@10.9.9'
    # shellcheck disable=SC2086 # one command or three words
    install_node_modules tests/e2e/soketi \
        $npm install --no-save --ignore-scripts --omit=optional
    ;;
esac
say "everything that '$purpose' needs is here"
