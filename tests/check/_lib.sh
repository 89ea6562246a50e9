# Shared by the house checks; source it. A check names every violation, then fails at once.
# shellcheck shell=bash
top=${THIDUA_SOURCE_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
# shellcheck disable=SC2034  # for those who source this
build=${THIDUA_BUILD_DIR:-$top/build/dev}
cd "$top" || exit 1

violations=0

violation() {
    printf '%s\n' "$*"
    violations=$((violations + 1))
}

# violations_from RULE: every line of stdin is a violation of RULE.
violations_from() {
    local line
    while IFS= read -r line; do
        violation "$1: $line"
    done
}

skip() {
    printf 'skipped: %s\n' "$*"
    exit 77
}

finish() {
    if [ "$violations" -gt 0 ]; then
        printf '%d violation(s)\n' "$violations"
        exit 1
    fi
}
