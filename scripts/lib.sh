# Shared by the scripts here and in tests/; source it, do not run it.
#
#   need_packages GROUP...   installs what is missing (build, run, test), silently when nothing is
#   ensure_build PRESET      configures and builds, prints nothing but errors
#   die, say, run_quietly    messages go to stderr, so that stdout stays data
#
# Works as root, or as another user when everything is installed or sudo is there.
# shellcheck shell=bash

THIDUA_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly THIDUA_TOP

# What each kind of work needs of Debian 12; need_packages finds them by name.
# shellcheck disable=SC2034
{
readonly PACKAGES_build="gcc libc6-dev cmake ninja-build pkg-config protobuf-c-compiler gettext
    libzmq3-dev libprotobuf-c-dev libpq-dev libsodium-dev libgmp-dev libyaml-dev
    libutf8proc-dev libsqlite3-dev libinih-dev libcmocka-dev"
readonly PACKAGES_run="postgresql-15 postgresql-client-15 util-linux"
readonly PACKAGES_test="$PACKAGES_build $PACKAGES_run clang-14 clang-format-14 clang-tidy-14
    libclang-rt-14-dev shellcheck python3 python3-yaml python3-zmq python3-nacl python3-protobuf
    protobuf-compiler binutils procps libfaketime strace systemd"
readonly PACKAGES_year="libfaketime python3 python3-yaml"
readonly PACKAGES_coverage="gcovr"
readonly PACKAGES_bench="python3"
}

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "${0##*/}: $*"
    exit 1
}

# as_root COMMAND...: runs it with root's rights, or says what is missing.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "needs root for: $*"
    fi
}

# run_quietly COMMAND...: shows the output only when the command fails.
run_quietly() {
    local log
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        say "${0##*/}: failed: $*"
        return 1
    fi
    rm -f "$log"
}

missing_packages() {
    local package
    for package in "$@"; do
        # shellcheck disable=SC2016  # dpkg-query's own ${...}
        if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
            printf '%s\n' "$package"
        fi
    done
}

# Debian's postgresql-15 starts a cluster of its own when it is installed. We never want that one:
# every stack has a private cluster. The setting is left there no longer than the installation.
without_debian_cluster() {
    local setting=/etc/postgresql-common/createcluster.d/thidua.conf
    as_root mkdir -p "${setting%/*}"
    printf 'create_main_cluster = false\n' | as_root tee "$setting" >/dev/null
    local status=0
    "$@" || status=$?
    as_root rm -f "$setting"
    return "$status"
}

install_packages() {
    command -v apt-get >/dev/null || die "not a Debian system; it needs: $*"
    say "installing: $*"
    run_quietly as_root apt-get -qq update
    without_debian_cluster run_quietly as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -y --no-install-recommends install "$@"
}

need_packages() {
    local group names missing
    for group in "$@"; do
        names=PACKAGES_$group
        # shellcheck disable=SC2086  # a list, on purpose
        missing=$(missing_packages ${!names} | sort -u)
        if [ -n "$missing" ]; then
            # shellcheck disable=SC2086
            install_packages $missing
        fi
    done
}

# One build of a preset at a time: tests and people share build/.
ensure_build() {
    local preset=$1
    shift
    mkdir -p "$THIDUA_TOP/build"
    (
        flock 9
        cd "$THIDUA_TOP" || exit
        run_quietly cmake --preset "$preset"
        run_quietly cmake --build --preset "$preset" "$@"
    ) 9>"$THIDUA_TOP/build/.$preset.lock"
}
