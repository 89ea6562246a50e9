# The PostgreSQL part of scripts/stack: a cluster of its own, on a unix socket only, with full
# durability (a stack is what crash tests kill).
#
# initdb refuses root, so root starts it as user postgres (or nobody). That user must be able to
# reach the data directory: DIR/pg when it can, else a directory in /var/tmp with DIR/pg as a link
# to it. The same goes when DIR is too long for a socket's name. The cluster trusts whoever can enter
# the socket's directory: its owner and root.
# shellcheck shell=bash disable=SC2154  # dir and settings are the caller's

readonly SOCKET_NAME_MAX=100
readonly PG_PORT=5432
readonly PG_OUTSIDE=/var/tmp/thidua-pg

pg_bin() {
    local bin
    for bin in /usr/lib/postgresql/15/bin "$(pg_config --bindir 2>/dev/null || true)"; do
        if [ -x "$bin/initdb" ]; then
            printf '%s\n' "$bin"
            return
        fi
    done
    die "PostgreSQL 15 is not installed"
}

# The user the cluster belongs to.
pg_user() {
    if [ "$(id -u)" -ne 0 ]; then
        id -un
    elif id postgres >/dev/null 2>&1; then
        echo postgres
    else
        echo nobody
    fi
}

# as_pg COMMAND...: becomes COMMAND, as the cluster's user; no process stays in between.
as_pg() {
    local user
    user=$(pg_user)
    if [ "$user" = "$(id -un)" ]; then
        exec "$@"
    fi
    exec setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups -- env HOME=/ "$@"
}

# place_postgres: makes DIR/pg, a directory or a link to one, private to the cluster's user.
place_postgres() {
    local user place=$dir/pg
    user=$(pg_user)
    if [ -e "$place" ]; then
        return
    fi
    sweep_outside
    rm -f "$place" # a link to nowhere
    mkdir -m 700 "$place"
    chown "$user" "$place"
    if [ "$((${#place} + ${#PG_PORT} + 18))" -gt "$SOCKET_NAME_MAX" ] ||
        ! (as_pg test -w "$place/.") 2>/dev/null; then
        rmdir "$place"
        place=$(mktemp -d "$PG_OUTSIDE.XXXXXX")
        chown "$user" "$place"
        ln -s "$place" "$dir/pg"
        printf '%s\n' "$dir" >"$place/owner"
    fi
    (as_pg mkdir -m 700 "$place/socket")
}

# Clusters outside whose stack's directory is gone (deleted without `stack remove`).
sweep_outside() {
    local place owner
    for place in "$PG_OUTSIDE".*; do
        if [ ! -O "$place/owner" ] || [ -n "$(cluster_processes "$place")" ]; then
            continue
        fi
        owner=$(cat "$place/owner" 2>/dev/null) || continue # its own stack was faster
        if [ "$(readlink "$owner/pg" 2>/dev/null)" != "$place" ]; then
            rm -rf "$place"
        fi
    done
}

remove_postgres() {
    local place
    place=$(readlink -f "$dir/pg" 2>/dev/null || true)
    case $place in
    "$PG_OUTSIDE".?*) rm -rf "$place" ;;
    esac
    rm -rf "$dir/pg"
}

make_cluster() {
    local place
    place=$(readlink -f "$dir/pg")
    [ -f "$place/data/PG_VERSION" ] && return
    # C.UTF-8: orders do not hang on the machine's locale. No sync here: a machine that
    # crashes now has lost nothing yet.
    if ! (as_pg "$(pg_bin)/initdb" --pgdata="$place/data" --username=postgres --auth=trust \
        --encoding=UTF8 --locale=C.UTF-8 --no-sync) >"$dir/log/initdb.log" 2>&1; then
        fail "initdb failed" initdb
    fi
    printf '%s\n' "include_if_exists = 'thidua.conf'" >>"$place/data/postgresql.conf"
}

configure_cluster() {
    local place line
    place=$(readlink -f "$dir/pg")
    {
        printf '%s\n' \
            "listen_addresses = ''" \
            "port = $PG_PORT" \
            "unix_socket_directories = '$place/socket'" \
            "shared_buffers = 128MB" \
            "max_wal_size = 2GB" \
            "max_connections = 100" \
            "log_line_prefix = '%m %a %u '" \
            "log_min_duration_statement = 1000"
        while IFS= read -r line; do
            printf "%s = '%s'\n" "${line%%=*}" "${line#*=}"
        done < <(settings_of postgres)
    } >"$place/data/thidua.conf"
    chown "$(pg_user)" "$place/data/thidua.conf"
}

# cluster_processes PLACE: the ids of its living processes; all of them work in its data directory.
cluster_processes() {
    local directory
    for directory in /proc/[0-9]*/cwd; do
        if [ "$(readlink "$directory" 2>/dev/null)" = "$1/data" ]; then
            basename "${directory%/cwd}"
        fi
    done
}

# A killed cluster leaves lock files behind, whose process id may be another's by now. With every
# process of it gone (children outlive a killed postmaster by moments) they mean nothing.
remove_stale_locks() {
    local place=$1 deadline=$((SECONDS + STOP_SECONDS))
    while [ -n "$(cluster_processes "$place")" ]; do
        [ "$SECONDS" -lt "$deadline" ] || fail "processes of an earlier cluster are still there" postgres
        sleep 0.05
    done
    rm -f "$place/data/postmaster.pid" "$place"/socket/.s.PGSQL.*
}

run_postgres() {
    local place
    place=$(readlink -f "$dir/pg")
    remove_stale_locks "$place"
    # as_pg execs: the process id is the postmaster's. THIDUA_FAULT_PRELOAD, for tests, is loaded into it
    # alone, as its own user: not into the shells before it.
    # shellcheck disable=SC2016  # expanded by the inner shell
    launch postgres bash -c '
        . "$1/lib.sh"; . "$1/stack-postgres.sh"
        as_pg env ${THIDUA_FAULT_PRELOAD:+"LD_PRELOAD=$THIDUA_FAULT_PRELOAD"} "$(pg_bin)/postgres" -D "$2"
        ' bash "$THIDUA_TOP/scripts" "$place/data"
    wait_until "$READY_SECONDS" postgres pg_isready --quiet --username=postgres --dbname=postgres --host="$place/socket" --port="$PG_PORT"
}

pg_psql() {
    psql --no-psqlrc --quiet --tuples-only --no-align --host="$(readlink -f "$dir/pg")/socket" \
        --port="$PG_PORT" --username=postgres --set=ON_ERROR_STOP=1 "$@"
}

start_postgres() {
    place_postgres
    make_cluster
    configure_cluster
    run_postgres
    if [ -z "$(pg_psql --dbname=postgres --command="SELECT 1 FROM pg_database WHERE datname = 'thidua'")" ]; then
        pg_psql --dbname=postgres --command='CREATE DATABASE thidua'
    fi
}

# conninfo ROLE
conninfo() {
    printf 'host=%s port=%s dbname=thidua user=%s' "$(readlink -f "$dir/pg")/socket" "$PG_PORT" "$1"
}
