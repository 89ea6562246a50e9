#!/bin/bash
# Dependencies point one way: core <- common <- server, worker, client; programs never include each
# other; the libraries with teeth stay behind one file each. Our headers are named from the top.
set -euo pipefail
. "$(dirname "$0")/_lib.sh"

# includes DIRECTORY: "file:line:header" with the header's quotes or brackets.
includes() {
    find "$1" -maxdepth 1 -name '*.[ch]' -exec \
        grep -nHoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<][^">]+[">]' {} + |
        sed -E 's/[[:space:]]*#[[:space:]]*include[[:space:]]*//' || true
}

# quoted_only_from DIRECTORY PATTERN: headers of our own must match PATTERN.
quoted_only_from() {
    violations_from "$1/ may not include" < <(includes "$1" | grep '"' | grep -vE ":\"($2)\"$" || true)
}

# only_in PATTERN_OF_HEADER PATTERN_OF_FILES REASON
only_in() {
    local directory
    for directory in core common server worker client; do
        violations_from "$3" < <(includes "$directory" | grep -E "[\"<]($1)[\">]$" | grep -vE "^($2):" || true)
    done
}

quoted_only_from core 'core/[^/]+'
quoted_only_from common '(core|common)/[^/]+|proto/thidua\.pb-c\.h'
for program in server worker client; do
    quoted_only_from "$program" "(core|common|$program)/[^/]+"
done
violations_from "client/ links no libpq" < <(includes client | grep -E '"common/db' || true)

# codec is one module in several files; its private headers are its own.
only_in '(proto/)?thidua\.pb-c\.h|protobuf-c/.*' 'common/codec(\.c|_[a-z_]+\.[ch])' 'only codec knows the generated code'
only_in 'common/codec_[a-z_]+\.h' 'common/codec(_[a-z_]+)?\.[ch]' 'only codec knows its private headers'
only_in 'czmq\.h|zmq\.h' 'common/(bus[a-z_]*\.[ch]|loop\.c)' 'only common/bus* and common/loop.c know ZeroMQ'
only_in 'libpq-fe\.h' 'common/db[a-z_]*\.[ch]' 'only common/db*.c knows libpq'
only_in 'sqlite3\.h' 'client/[a-z_]+\.[ch]' 'only the client knows SQLite'
finish
