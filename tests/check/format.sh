#!/bin/bash
# All C is in the committed style; `cmake --build build/dev --target format` puts it there.
set -euo pipefail
. "$(dirname "$0")/_lib.sh"

command -v clang-format-14 >/dev/null || skip "clang-format-14 is not installed"

style_of() {
    clang-format-14 --dry-run -Werror "$1" >/dev/null 2>&1 || printf '%s\n' "$1"
}

export -f style_of
# shellcheck disable=SC2016  # for the inner shell
violations_from "not in the committed style" < <(find core common server worker client tests -name '*.[ch]' -print0 |
    sort -z | xargs -0 -n 1 -P "$(nproc)" bash -c 'style_of "$1"' bash)
finish
