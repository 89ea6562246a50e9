# For test scripts: a private stack that is gone when the script ends, and assertions. Source it:
#
#   . "$(dirname "$0")/../lib/stack.sh"
#   start_stack --workers 2          # options of scripts/stack; sources its env
#   assert_status 0 thidua ping
#
# Every assertion that fails says what it wanted, what it got and where, and ends the test. On
# failure the ends of the stack's logs are shown; THIDUA_KEEP=1 keeps the directory then.
# shellcheck shell=bash

set -euo pipefail

THIDUA_SOURCE_DIR=${THIDUA_SOURCE_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
test_dir=$(mktemp -d "${TMPDIR:-/tmp}/thidua-test.XXXXXX")
stack_dir=$test_dir/stack

# The signal that is sent to the group of an overdue test may hit this, too: once more, then.
end_stack() {
    local status=143
    while [ -d "$stack_dir/run" ] && [ "$status" -eq 143 ]; do
        status=0
        "$THIDUA_SOURCE_DIR/scripts/stack" "$1" "$stack_dir" || status=$?
    done
}

clean_up_test() {
    local status=$?
    trap - EXIT
    trap : INT TERM # `timeout` sends it twice
    set +e
    if [ "$status" -ne 0 ] && [ "$status" -ne 77 ]; then
        show_logs
    fi
    if [ -n "${THIDUA_KEEP:-}" ] && [ "$status" -ne 0 ]; then
        end_stack stop
        printf 'kept: %s\n' "$test_dir" >&2
    else
        end_stack remove
        rm -rf "$test_dir"
    fi
    exit "$status"
}
trap clean_up_test EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

show_logs() {
    local log
    for log in "$stack_dir"/log/*.log; do
        [ -s "$log" ] || continue
        printf -- '--- end of %s\n' "${log##*/}" >&2
        tail -n 15 "$log" >&2
    done
}

# start_stack [OPTIONS of scripts/stack start]
start_stack() {
    "$THIDUA_SOURCE_DIR/scripts/stack" start "$stack_dir" "$@"
    # shellcheck disable=SC1091  # made by the line above
    . "$stack_dir/env"
}

# stack COMMAND [ARGUMENTS]: stop, restart NAME, run NAME, kill NAME, status
stack() {
    local command=$1
    shift
    "$THIDUA_SOURCE_DIR/scripts/stack" "$command" "$stack_dir" "$@"
}

# sql STATEMENT: as the cluster's superuser; prints unaligned rows.
sql() {
    psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --command="$1"
}

# sql_as ROLE STATEMENT
sql_as() {
    PGUSER=$1 sql "$2"
}

failed() {
    local caller=1
    while [[ ${FUNCNAME[caller]:-main} == assert_* || ${FUNCNAME[caller]:-main} == wait_for ]]; do
        caller=$((caller + 1))
    done
    printf '%s:%s: %s\n' "${BASH_SOURCE[caller]##*/}" "${BASH_LINENO[caller - 1]}" "$*" >&2
    exit 1
}

# assert_equal EXPECTED ACTUAL [WHAT]
assert_equal() {
    [ "$1" = "$2" ] || failed "${3:-value}: expected '$1', got '$2'"
}

# assert_contains TEXT PART [WHAT]
assert_contains() {
    case $1 in
    *"$2"*) ;;
    *) failed "${3:-text}: expected '$2' in: $1" ;;
    esac
}

# assert_status STATUS COMMAND...: output goes to $out and $err (files), also to assert on.
out=$test_dir/stdout err=$test_dir/stderr
assert_status() {
    local expected=$1 status=0
    shift
    "$@" >"$out" 2>"$err" || status=$?
    [ "$status" -eq "$expected" ] && return
    tail -n 20 "$out" "$err" >&2
    failed "expected exit $expected, got $status: $*"
}

# assert_same EXPECTED_FILE ACTUAL_FILE
assert_same() {
    diff -u "$1" "$2" >&2 || failed "$2 differs from $1"
}

# wait_for SECONDS COMMAND...: polls; a test never sleeps for luck.
wait_for() {
    local deadline=$((SECONDS + $1)) seconds=$1
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || failed "not within $seconds s: $*"
        sleep 0.05
    done
}
