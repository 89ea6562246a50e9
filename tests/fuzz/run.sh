#!/bin/bash
# run.sh PROGRAM NAME FUZZ_DIR SECONDS: one short libFuzzer run of tests/fuzz/fuzz_NAME.c.
# What it finds stays in the build directory; the committed corpus is only read.
set -euo pipefail

program=$1 name=$2 fuzz_dir=$3 seconds=$4

found=found/$name
mkdir -p "$found"
arguments=("-max_total_time=$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 "-artifact_prefix=$name-")
if [ -f "$fuzz_dir/$name.dict" ]; then
    arguments+=("-dict=$fuzz_dir/$name.dict")
fi
arguments+=("$found")
if [ -d "$fuzz_dir/corpus/$name" ]; then
    arguments+=("$fuzz_dir/corpus/$name")
fi
exec "$program" "${arguments[@]}"
