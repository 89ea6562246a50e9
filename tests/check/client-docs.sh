#!/bin/bash
# The man pages and the completion rules are those of the program's own tables, the pages are good roff,
# and what the shell offers is what the program takes.
set -euo pipefail
. "$(dirname "$0")/_lib.sh"

client=$build/bin/thidua
[ -x "$client" ] || skip "there is no client yet"

# same FILE ARGUMENTS...: what the client prints is what is committed.
same() {
    local file=$1
    shift
    env -i THIDUA_LOCALEDIR="$build/locale" "$client" "$@" | cmp -s - "$file" ||
        violation "$file is not what 'thidua $*' prints: print it anew"
}

same docs/man/thidua.1 --man
same docs/man/vi/thidua.1 --man --lang vi
same docs/completion/thidua.bash --completion bash

if command -v groff >/dev/null; then
    for page in docs/man/thidua.1 docs/man/vi/thidua.1; do
        violations_from "$page" < <(groff -man -Tutf8 -k -ww "$page" 2>&1 >/dev/null || true)
    done
fi

# offered WORDS...: what bash offers for the last word, on one line.
offered() {
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    _thidua
    printf '%s\n' "${COMPREPLY[*]}"
}

# offers EXPECTED WORDS...
offers() {
    local expected=$1 got
    shift
    got=$(offered "$@")
    [ "$got" = "$expected" ] || violation "completing '$*' offers '$got', not '$expected'"
}

# shellcheck disable=SC1091
. docs/completion/thidua.bash
offers 'submit sign show' thidua s
offers 'list send show verify drop' thidua outbox ''
offers 'rollup ranking' thidua show r
offers 'vi en' thidua ping --lang ''
offers 'period to_date' thidua show rollup c --scope ''
offers '--csv' thidua show rollup c --c
offers '--wait' thidua submit c --w
offers '--all' thidua outbox --a
offers 'README.md' thidua submit c README.m
finish
