// Texts: gettext set up for vi and en, NFC, and widths of what is shown.
#ifndef THIDUA_COMMON_WORDS_H
#define THIDUA_COMMON_WORDS_H

#include "core/err.h"
#include "core/finding.h"
#include <stddef.h>

#define _(text) words_translate(text)
#define N_(text) text
// lang "vi", "en" or NULL (from LC_ALL/LC_MESSAGES/LANG). Works without any installed locale.
void words_start(const char *lang);
__attribute__((format_arg(1))) const char *words_translate(const char *text);
// NFC of valid UTF-8 without a leading BOM; owned text or NULL (not UTF-8: err code "not_utf8").
char *words_nfc(const char *text, size_t length, size_t *ret_length, struct err *err);
int words_is_nfc(const char *text);
size_t words_width(const char *text); // columns on a terminal
// The sentence of a finding in the user's language; buffer cut at size.
void words_finding(const struct finding *finding, char *buffer, size_t size);

#endif
