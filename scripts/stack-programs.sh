# The part of scripts/stack that knows thidua's own programs: keys, configuration, starting.
# shellcheck shell=bash disable=SC2154  # dir, servers, workers and settings are the caller's

# find_programs: sets build; builds unless a build is named.
find_programs() {
    if [ -n "${THIDUA_BUILD_DIR:-}" ]; then
        build=$THIDUA_BUILD_DIR
    else
        build=$THIDUA_TOP/build/release
        if [ "$database_only" = no ]; then
            need_packages build
            ensure_build release --target programs
        fi
    fi
    if [ "$database_only" = no ]; then
        local program
        for program in thidua thidua-server thidua-worker; do
            [ -x "$build/bin/$program" ] || die "there is no $program in $build/bin"
        done
    fi
}

# A port of 127.0.0.1 that nobody listens on and that this start has not given out yet; below the
# range from which the kernel takes the ports of outgoing connections.
free_port() {
    local port hex
    while :; do
        port=$((10000 + SRANDOM % 22000))
        hex=$(printf ':%04X ' "$port")
        if ! cut -d ' ' -f 1-20 /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -q "$hex" &&
            ! grep -qs ":$port\$" "$dir/etc/ports"; then
            printf 'port:%s\n' "$port" >>"$dir/etc/ports"
            printf '%s\n' "$port"
            return
        fi
    done
}

# make_key NAME: the identity DIR/keys/NAME.key and its public half DIR/keys/NAME.pub, once.
make_key() {
    local file=$dir/keys/$1
    [ -f "$file.pub" ] && return
    if ! "$build/bin/thidua" key new --file "$file.key" >"$file.pub" 2>"$dir/log/key.log"; then
        rm -f "$file.pub"
        fail "cannot make the key $1" key
    fi
}

public_key() {
    cat "$dir/keys/$1.pub"
}

# endpoints ROLE: those of all servers, comma separated, from lines "ROLE NUMBER PORT".
endpoints() {
    awk -v role="$1" '$1 == role { printf "%stcp://127.0.0.1:%s", separator, $3; separator = "," }' \
        "$dir/etc/endpoints"
}

port_of() {
    awk -v role="$1" -v number="$2" '$1 == role && $2 == number { print $3 }' "$dir/etc/endpoints"
}

choose_ports() {
    local number
    rm -f "$dir/etc/ports" "$dir/etc/endpoints"
    for number in $(seq "$servers"); do
        printf 'clients %s %s\n' "$number" "$(free_port)"
        printf 'workers %s %s\n' "$number" "$(free_port)"
    done >"$dir/etc/endpoints"
}

write_server_config() {
    local file=$dir/etc/server-$1.conf
    {
        printf '%s = %s\n' \
            listen_clients "tcp://127.0.0.1:$(port_of clients "$1")" \
            listen_workers "tcp://127.0.0.1:$(port_of workers "$1")" \
            database "$(conninfo thidua_server)" \
            database_admin "$(conninfo postgres)" \
            key_file "$dir/keys/server.key" \
            sql_dir "$THIDUA_TOP/sql" \
            log_level info
        settings_of server | sed 's/=/ = /'
    } >"$file"
    chmod 600 "$file"
}

write_worker_config() {
    local file=$dir/etc/worker-$1.conf
    {
        printf '%s = %s\n' \
            servers "$(endpoints workers)" \
            server_key "$(public_key server)" \
            key_file "$dir/keys/worker-$1.key" \
            database "$(conninfo thidua_worker)" \
            log_level info
        settings_of worker | sed 's/=/ = /'
    } >"$file"
    chmod 600 "$file"
}

# administer WHAT ARGUMENTS...: the server program in one of its short-lived duties.
administer() {
    local what=$1
    shift
    if ! "$build/bin/thidua-server" --config "$dir/etc/server-1.conf" "$@" >>"$dir/log/setup.log" 2>&1; then
        fail "$what failed" setup
    fi
}

enrol() {
    administer "enrolling $3" --allow "$1" - "$2" "$3"
}

# ping_server NUMBER: does that server answer the administrator?
ping_server() {
    THIDUA_SERVERS=tcp://127.0.0.1:$(port_of clients "$1") THIDUA_SERVER_KEY=$(public_key server) \
        THIDUA_KEY_FILE=$dir/keys/admin.key THIDUA_OUTBOX=$dir/outbox/admin.sqlite \
        "$build/bin/thidua" ping
}

# run_program NAME: server-N or worker-N; returns when it works.
run_program() {
    local name=$1 kind=${1%-*} number=${1#*-}
    [ -f "$dir/etc/$name.conf" ] || die "$name was never configured"
    build=$(cat "$dir/etc/build")
    THIDUA_LOCALEDIR=$build/locale launch "$name" "$build/bin/thidua-$kind" --config "$dir/etc/$name.conf"
    if [ "$kind" = server ]; then
        wait_until "$READY_SECONDS" "$name" ping_server "$number"
    else
        wait_until "$READY_SECONDS" "$name" worker_ready "$name"
    fi
}

# A worker has no door to knock at: it says in its log, with its process id, that it is ready.
worker_ready() {
    grep -qE "thidua-worker\[$(pid_of "$1")\] ready( |$)" "$dir/log/$1.log"
}

start_programs() {
    local number
    printf '%s\n' "$build" >"$dir/etc/build"
    make_key server
    make_key admin
    # From the choice of a port to its use no other stack may choose.
    exec 8>"${TMPDIR:-/tmp}/thidua-ports-$(id -u).lock"
    flock 8
    choose_ports
    for number in $(seq "$servers"); do
        write_server_config "$number"
    done
    : >"$dir/log/setup.log"
    administer migration --migrate
    enrol admin "$(public_key admin)" administrator
    for number in $(seq "$workers"); do
        make_key "worker-$number"
        write_worker_config "$number"
        enrol worker "$(public_key "worker-$number")" "worker-$number"
    done
    for number in $(seq "$servers"); do
        run_program "server-$number"
    done
    exec 8>&-
    for number in $(seq "$workers"); do
        run_program "worker-$number"
    done
}

# exported NAME VALUE: a line for a shell.
exported() {
    printf 'export %s=%q\n' "$1" "$2"
}

# DIR/env: what a person or a test needs to talk to this stack.
write_env() {
    {
        printf '# Source this to work with the stack in this directory.\n'
        exported THIDUA_STACK "$dir"
        exported THIDUA_BUILD_DIR "$build"
        exported PGHOST "$(readlink -f "$dir/pg")/socket"
        exported PGPORT "$PG_PORT"
        exported PGUSER postgres
        exported PGDATABASE thidua
        if [ "$database_only" = no ]; then
            # shellcheck disable=SC2016  # for whoever sources it
            printf 'export PATH=%q:"$PATH"\n' "$build/bin"
            exported THIDUA_SERVERS "$(endpoints clients)"
            exported THIDUA_SERVER_KEY "$(public_key server)"
            exported THIDUA_KEY_FILE "$dir/keys/admin.key"
            exported THIDUA_OUTBOX "$dir/outbox/admin.sqlite"
            exported THIDUA_LOCALEDIR "$build/locale"
        fi
    } >"$dir/env"
}
