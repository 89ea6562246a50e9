#!/bin/bash
# No floating point in core/: every figure is an exact decimal. Comments and texts may say the words.
set -euo pipefail
. "$(dirname "$0")/_lib.sh"

# gcc itself takes the comments out; strings go by sed. Line numbers stay.
without_comments() {
    gcc -fpreprocessed -dD -E -P -x c "$1" 2>/dev/null | sed 's/"\([^"\\]\|\\.\)*"/""/g'
}

for file in core/*.[ch]; do
    [ -f "$file" ] || continue
    violations_from "$file uses floating point" < <(without_comments "$file" |
        grep -wE 'float|double|strtod|strtof|atof|mpf_[a-z]+|mpz_get_d|mpq_get_d|mpz_set_d|mpq_set_d' || true)
done
finish
