#!/bin/bash
# The campaigns keep their promises: the generators give the committed bytes again, all text is UTF-8 in NFC, and an
# independent computation (tests/naive) and core/ give the rankings, awards and vectors that stand in campaigns/.
set -uo pipefail
. "$(dirname "$0")/_lib.sh"

command -v python3 >/dev/null || skip "python3 is not installed"
export PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

not_in_nfc() {
    find campaigns -type f \( -name '*.csv' -o -name '*.yaml' -o -name '*.md' -o -name '*.py' \) -print0 | python3 -c '
import sys, unicodedata
for path in filter(None, sys.stdin.read().split("\0")):
    try:
        good = unicodedata.is_normalized("NFC", open(path, "rb").read().decode("utf-8"))
    except UnicodeDecodeError:
        good = False
    if not good:
        print(path)'
}

# regenerate CASEDIR: generate.py writes, elsewhere, exactly what is committed.
regenerate() {
    local case=$1 again=$work/again/$1 file
    mkdir -p "$again"
    python3 "$case/generate.py" "$again" || violation "$case/generate.py failed"
    while IFS= read -r file; do
        cmp -s "$again/$file" "$case/$file" || violation "not what generate.py writes: $case/$file"
    done < <(cd "$again" && find . -type f)
    violations_from "$case/results" < <(diff <(ls "$again/results") <(ls "$case/results"))
}

# compute CASEDIR: expected/ and vectors.csv are what tests/naive computes.
compute() {
    local case=$1 out=$work/out/$1 file
    mkdir -p "$out"
    if ! python3 tests/naive/naive.py "$case" --out "$out"; then
        violation "cannot be computed: $case"
        return
    fi
    for file in "$case"/expected/*.csv; do
        [ ! -e "$file" ] || violations_from "$file" < <(diff "$file" "$out/${file##*/}")
    done
    compute_core "$case" "$out"
    [ ! -e "$case/vectors.csv" ] || violations_from vectors < <(python3 campaigns/schemes/vectors.py "$case" "$out" 2>&1)
}

# compute_core CASEDIR OUT: core/ gives the bytes that stand in OUT.
compute_core() {
    local case=$1 out=$2 core=$work/core/$1 program=$build/tests/tools/thidua-offline file
    [ -x "$program" ] || skip "$program is not built"
    mkdir -p "$core"
    "$program" "$case" --out "$core" || violation "core cannot compute: $case"
    for file in rollup scores ranking awards; do
        violations_from "core, $case/$file.csv" < <(diff "$out/$file.csv" "$core/$file.csv" | head -5)
    done
}

violations_from "not UTF-8 in NFC" < <(not_in_nfc)
for case in campaigns/y-tich-2022 campaigns/chi-lang-2022 campaigns/lang-son-2025; do
    regenerate "$case"
done
for file in campaigns/*/campaign.yaml campaigns/schemes/*/campaign.yaml; do
    compute "${file%/campaign.yaml}"
done
finish
