#!/bin/bash
# tidy.sh BUILD_DIR CLANG_TIDY: clang-tidy over every file of the programs (tests may be rough), as
# many at a time as there are processors. Flags that only gcc knows are taken out of a copy of the
# compile commands.
set -euo pipefail

build=$1 clang_tidy=$2
top=$(cd "$(dirname "$0")/.." && pwd)

mkdir -p "$build/tidy"
sed -e 's/ -fanalyzer\>//g' -e 's/ -W\(duplicated-cond\|logical-op\|error\)\>//g' \
    -e 's/ -fprofile-update=[a-z]*//g' "$build/compile_commands.json" >"$build/tidy/compile_commands.json"

cd "$top"
sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$build/tidy/compile_commands.json" |
    grep -E "^$top/(core|common|server|worker|client)/" | sort -u |
    xargs -r -n 4 -P "$(nproc)" "$clang_tidy" -p "$build/tidy" --quiet
