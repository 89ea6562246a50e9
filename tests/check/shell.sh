#!/bin/bash
# Shell scripts pass shellcheck and are executable where they are to be run.
set -euo pipefail
. "$(dirname "$0")/_lib.sh"

command -v shellcheck >/dev/null || skip "shellcheck is not installed"

scripts=()
while IFS= read -r file; do
    case $(head -c 32 "$file" | head -n 1) in
    '#!/bin/bash' | '#!/usr/bin/env bash' | '#!/bin/sh')
        scripts+=("$file")
        [ -x "$file" ] || violation "not executable: $file"
        ;;
    *)
        case $file in *.sh) scripts+=("$file") ;; esac
        ;;
    esac
done < <(find scripts .ci tests cmake po docker -type f ! -path '*/corpus/*' ! -name '*.[ch]' 2>/dev/null | sort)

violations_from shellcheck < <(shellcheck --external-sources --source-path=SCRIPTDIR -f gcc "${scripts[@]}" || true)
finish
