#!/bin/bash
# All C is in the committed style; `cmake --build build/dev --target format` puts it there.
set -euo pipefail
. "$(dirname "$0")/_lib.sh"

command -v clang-format-14 >/dev/null || skip "clang-format-14 is not installed"

while IFS= read -r file; do
    clang-format-14 --dry-run -Werror "$file" >/dev/null 2>&1 || violation "not in the committed style: $file"
done < <(find core common server worker client tests -name '*.[ch]' | sort)
finish
