#!/bin/bash
# scripts/stack keeps its word: ready when it returns, one stack a directory, data kept over stop and
# start, a failed start says why and leaves nothing, and nothing runs after stop or remove.
. "$(dirname "$0")/../lib/stack.sh"

# Processes that know the stack's directory, by their command lines.
processes() {
    pgrep --full -- "--config $1/|-D $(readlink -f "$1/pg" || echo none)/data" || true
}

test_ready_when_it_returns() {
    start_stack --servers 2 --workers 2
    assert_status 0 thidua ping
    assert_status 0 stack status
    assert_equal "postgres server-1 server-2 worker-1 worker-2" \
        "$(stack status | cut -d ' ' -f 1 | sort | xargs)" "processes"
    assert_equal on "$(sql 'SHOW fsync')" "fsync"
    assert_equal "" "$(sql 'SHOW listen_addresses')" "network sockets"
}

test_one_stack_a_directory() {
    assert_status 1 "$THIDUA_SOURCE_DIR/scripts/stack" start "$stack_dir"
    assert_contains "$(cat "$err")" "already running"
    assert_status 0 thidua ping
}

test_private() {
    local file
    for file in "$stack_dir"/keys/*.key; do
        assert_equal 600 "$(stat -c %a "$file")" "mode of $file"
    done
    assert_equal 700 "$(stat -c %a "$stack_dir/keys")" "mode of keys/"
    assert_equal 700 "$(stat -c %a "$PGHOST")" "mode of the socket's directory"
}

test_stop_leaves_nothing_running_and_start_continues() {
    sql "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)"
    local key=$THIDUA_SERVER_KEY
    stack stop
    assert_equal "" "$(processes "$stack_dir")" "processes after stop"
    assert_equal "" "$(stack status)" "status after stop"
    start_stack
    assert_equal 7 "$(sql 'SELECT n FROM kept')" "the row from before"
    assert_equal "$key" "$THIDUA_SERVER_KEY" "the server's key"
    assert_status 0 thidua ping
}

test_kill_and_run_one_process() {
    stack kill server-1
    assert_equal "server-1 dead" "$(stack status | grep server || echo 'server-1 dead')"
    stack run server-1
    assert_status 0 thidua ping
    stack kill postgres
    stack run postgres
    assert_equal 7 "$(sql 'SELECT n FROM kept')" "the row, after a crash"
    wait_for 30 thidua ping
}

test_failed_start_says_why_and_leaves_nothing() {
    local other=$test_dir/other
    assert_status 1 "$THIDUA_SOURCE_DIR/scripts/stack" start "$other" --set server.no_such_key=1
    assert_contains "$(cat "$err")" "no_such_key"
    assert_equal "" "$(processes "$other")" "processes after a failed start"
    assert_equal log "$(ls "$other")" "what is left of a failed start"
}

test_two_stacks_at_a_time() {
    local other=$test_dir/other
    "$THIDUA_SOURCE_DIR/scripts/stack" start "$other" --workers 0
    # shellcheck disable=SC1091
    assert_status 0 bash -c ". '$other/env' && thidua ping"
    assert_status 0 thidua ping
    "$THIDUA_SOURCE_DIR/scripts/stack" remove "$other"
    assert_equal "" "$(processes "$other")" "processes after remove"
    [ ! -e "$other" ] || failed "remove left $other"
}

test_ready_when_it_returns
test_one_stack_a_directory
test_private
test_stop_leaves_nothing_running_and_start_continues
test_kill_and_run_one_process
test_failed_start_says_why_and_leaves_nothing
test_two_stacks_at_a_time
