#!/usr/bin/env bash
# The campaigns keep their promises: the generators give the committed bytes again, all text is UTF-8 in NFC, and an
# independent computation (tests/naive) gives the rankings, awards and vectors that stand in campaigns/.
set -u
cd "$(dirname "$0")/../.." || exit 1
export PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

fail() { echo "campaigns.sh: $*" >&2; failed=1; }

regenerate() {
    local case=$1 again=$work/again/${1##*/} file
    mkdir -p "$again"
    python3 "$case/generate.py" "$again" || { fail "$case/generate.py failed"; return; }
    while read -r file; do
        cmp -s "$again/$file" "$case/$file" || fail "$case/$file is not what generate.py writes"
    done < <(cd "$again" && find . -type f | LC_ALL=C sort)
    diff <(cd "$again/results" && ls) <(cd "$case/results" && ls) >/dev/null || fail "$case/results holds other files"
}

compute() {
    local case=$1 out=$work/out/$1
    mkdir -p "$out"
    python3 tests/naive/naive.py "$case" --out "$out" || { fail "$case cannot be computed"; return; }
    local file
    for file in "$case"/expected/*.csv; do
        [ -e "$file" ] || continue
        diff -u "$file" "$out/${file##*/}" || fail "$file differs"
    done
    [ ! -e "$case/vectors.csv" ] || python3 campaigns/schemes/vectors.py "$case" "$out" || fail "$case: vectors differ"
}

find campaigns -type f \( -name '*.csv' -o -name '*.yaml' -o -name '*.md' -o -name '*.py' \) -print0 |
    python3 -c '
import sys, unicodedata
bad = [path for path in sys.stdin.read().split("\0") if path
       and not unicodedata.is_normalized("NFC", open(path, "rb").read().decode("utf-8"))]
sys.exit("not in NFC: " + " ".join(bad) if bad else 0)' || fail "text"

for case in campaigns/y-tich-2022 campaigns/chi-lang-2022; do
    regenerate "$case"
done
for file in campaigns/*/campaign.yaml campaigns/schemes/*/campaign.yaml; do
    [ ! -e "$file" ] || compute "${file%/campaign.yaml}"
done
exit "$failed"
