#!/bin/sh
# Makes a machine ready, and does nothing where it is ready already:
#
#   .ci/setup.sh build     what the programs are built with
#   .ci/setup.sh test      also what the tests run beside them
#   .ci/setup.sh bench     what the programs are built with, and what the benchmarks run beside them
#   .ci/setup.sh python    .venv, with the packages of requirements.txt
set -eu
cd "$(dirname "$0")/.."

say() { echo "setup: $*" >&2; }

fail() {
    say "$*"
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# Not only root may have to find the program that knows.
has_library() { PATH="$PATH:/usr/sbin:/sbin" ldconfig -p | grep -q "[[:space:]]$1 "; }

need() {
    has "$1" || fail "'$1' is not installed. $2"
}

# Package lists are often older than the mirror, or not there at all: a failure is tried once more
# with new ones.
apt_install() {
    $as_root apt-get install -qq -y --no-install-recommends "$@" ||
        { $as_root apt-get update -qq &&
            $as_root apt-get install -qq -y --no-install-recommends "$@"; }
}

install_packages() {
    has apt-get || fail "Please install these, by the names they have on this system: $*"
    by_hand="apt-get install -y --no-install-recommends $*"
    if [ "$(id -u)" = 0 ]; then
        as_root="env DEBIAN_FRONTEND=noninteractive"
    elif has sudo; then
        as_root="sudo env DEBIAN_FRONTEND=noninteractive"
    else
        fail "Please run this as root, then try again: $by_hand"
    fi
    say "installing system packages: $*"
    apt_install "$@" || fail "That did not work. Please run this as root, then try again: $by_hand"
}

# Without the cluster that Debian makes and starts with it: the benchmark makes one of its own.
postgresql_packages() {
    install_packages postgresql-common
    settings=/etc/postgresql-common/createcluster.conf
    $as_root sed -i.before 's/^#* *create_main_cluster.*/create_main_cluster = false/' "$settings"
    install_packages postgresql-15
    $as_root mv "$settings.before" "$settings"
}

system_packages() {
    missing=
    has pkg-config || missing="$missing pkg-config"
    { has pkg-config && pkg-config --exists lmdb; } || missing="$missing liblmdb-dev"
    { has pkg-config && pkg-config --exists libcrypto; } || missing="$missing libssl-dev"
    { has pkg-config && pkg-config --exists zlib; } || missing="$missing zlib1g-dev"
    if [ "$1" = test ]; then
        has protoc || missing="$missing protobuf-compiler"
        has strace || missing="$missing strace"
        has chromium || missing="$missing chromium"
        has curl || missing="$missing curl"
        [ -e /usr/share/zoneinfo/Europe/Berlin ] || missing="$missing tzdata"
        # What WeasyPrint sets pages with.
        has_library libpango-1.0.so.0 || missing="$missing libpango-1.0-0"
        has_library libpangoft2-1.0.so.0 || missing="$missing libpangoft2-1.0-0"
        has_library libharfbuzz-subset.so.0 || missing="$missing libharfbuzz-subset0"
        [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] ||
            missing="$missing fonts-dejavu-core"
    fi
    if [ "$1" = bench ]; then
        has python3 || missing="$missing python3"
        has wrk || missing="$missing wrk"
        # Where not only root looks for programs.
        { has haproxy || [ -x /usr/sbin/haproxy ]; } || missing="$missing haproxy"
        { has nginx || [ -x /usr/sbin/nginx ]; } || missing="$missing nginx-light"
        { has pkg-config && pkg-config --exists sqlite3; } || missing="$missing libsqlite3-dev"
        [ -x /usr/lib/postgresql/15/bin/pgbench ] || postgresql_packages
    fi
    # Unquoted: one argument for each package.
    [ -z "$missing" ] || install_packages $missing
}

tools() {
    need swift "Install Swift 6.2 or later: https://www.swift.org/install"
    need git "SwiftPM fetches packages with it; on Debian: apt-get install git"
    need make "On Debian: apt-get install make"
    need cc "Some packages hold C code; on Debian: apt-get install build-essential"
}

python_packages() {
    has python3 || install_packages python3 python3-venv
    # Debian splits this off; without it, a virtual environment has no pip.
    python3 -c 'import ensurepip' 2>/dev/null || install_packages python3-venv
    say "installing the packages of requirements.txt into .venv"
    python3 -m venv --clear .venv
    # The list is whole. With extras, pip would look for versions that are not in it.
    .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --require-hashes --no-deps -r requirements.txt
    .venv/bin/python -m pip check --disable-pip-version-check
    touch .venv/installed
}

case "${1:-}" in
build | test | bench)
    tools
    system_packages "$1"
    ;;
python) python_packages ;;
*) fail "Say one of: build, test, bench, python." ;;
esac
