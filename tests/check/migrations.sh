#!/bin/bash
# Migrations are numbered 001, 002, ... without a gap, and no two files have one number.
set -euo pipefail
. "$(dirname "$0")/_lib.sh"

expected=1
for file in sql/[0-9]*.sql; do
    number=$(basename "$file" | cut -d _ -f 1)
    [ "$((10#$number))" -eq "$expected" ] || violation "$file: number $expected was to come"
    expected=$((10#$number + 1))
done
finish
