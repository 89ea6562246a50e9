// How points are given, in words that a client can translate: codes and "code:numbers", joined by ";".
//   proportional;floor:50            steps;from:100=20;beyond from:80=15;value:70=3
//   deduct;per:1=-0.5;started        per_case:-0.5;at most:1.5
//   linear;start:70=3;per:5=+0.5     leader;half:50          all_or_nothing        assessed
//   score_against:100                bonus per:5=+0.5;bonus at most:2     bonus from:100=5
// Pure.
#ifndef THIDUA_SERVER_EXPLAIN_WORDS_H
#define THIDUA_SERVER_EXPLAIN_WORDS_H

#include "core/campaign.h"
#include "core/text.h"

void explain_rule_words(const struct indicator *indicator, struct text *out);
// Adds ";word" or ";word:text", without the semicolon at the beginning.
void explain_add(struct text *out, const char *word, const char *text);
// The text of an amount in ten-thousandths.
const char *explain_e4(int64_t value_e4, char buffer[static DECIMAL_TEXT_SIZE]);

#endif
