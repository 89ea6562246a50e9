#!/bin/bash
# Collects the translatable strings of the given sources in po/thidua.pot and merges them into the
# catalogues. The sentences of findings are the fifth arguments of X in core/finding_codes.h.
# Run by `cmake --build build/dev --target pot`, from the top of the repository.
set -euo pipefail

[ $# -gt 0 ] || exit 0
"${XGETTEXT:-xgettext}" --from-code=UTF-8 --language=C --add-comments=TRANSLATORS: --no-wrap --sort-by-file --add-location=file \
    --keyword=_ --keyword=N_ --flag=_:1:pass-c-format --flag=N_:1:pass-c-format \
    --keyword=X:5 --flag=X:5:c-format \
    --package-name=thidua --copyright-holder='' --output=po/thidua.pot.new "$@"
[ -f po/thidua.pot.new ] || exit 0

# When it was made is no change.
sed -i '/^"POT-Creation-Date/d' po/thidua.pot.new
mv po/thidua.pot.new po/thidua.pot

for catalogue in po/*.po; do
    [ -f "$catalogue" ] || continue
    "${MSGMERGE:-msgmerge}" --quiet --no-wrap --add-location=file --no-fuzzy-matching --update --backup=none "$catalogue" po/thidua.pot
done
