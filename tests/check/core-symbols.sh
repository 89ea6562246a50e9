#!/bin/bash
# core/ calls nothing of the outside: every symbol that its library leaves undefined stands in
# core-allowed-symbols.txt.
set -euo pipefail
. "$(dirname "$0")/_lib.sh"

library=$build/lib/libthidua_core.a
[ -f "$library" ] || skip "core/ has no sources yet"

symbols() {
    nm --format=posix "$@" "$library" 2>/dev/null | awk 'NF >= 2 && $1 !~ /:$/ { print $1 }' | sort -u
}

allowed=$(sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' tests/check/core-allowed-symbols.txt)

violations_from "core/ calls the outside" < <(
    comm -23 <(symbols --undefined-only) <(symbols --defined-only) | grep -vxE -f <(printf '%s\n' "$allowed") || true
)
finish
