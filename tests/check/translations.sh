#!/bin/bash
# Every message of the programs has its Vietnamese: the strings are collected anew from the sources and
# held against po/vi.po. Repair: cmake --build build/dev --target pot, then translate what is empty.
set -euo pipefail
. "$(dirname "$0")/_lib.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/po"
cp po/*.po "$work/po/"
for directory in core common server worker client; do
    ln -s "$top/$directory" "$work/$directory"
done
cd "$work"
"$top/po/update.sh" core/finding_codes.h core/*.c common/*.[ch] server/*.c worker/*.c client/*.[ch]

for catalogue in po/*.po; do
    violations_from "${catalogue#po/}: not translated" < <(
        msgattrib --untranslated --no-wrap --no-location "$catalogue" | sed -n 's/^msgid "\(..*\)"$/\1/p')
    violations_from "${catalogue#po/}: fuzzy" < <(
        msgattrib --only-fuzzy --no-wrap --no-location "$catalogue" | sed -n 's/^msgid "\(..*\)"$/\1/p')
    msgfmt --check --output-file=/dev/null "$catalogue" || violation "${catalogue#po/}: msgfmt --check fails"
done
finish
