// Findings as text, and campaigns from text, for tests.
#ifndef THIDUA_TESTS_FOUND_H
#define THIDUA_TESTS_FOUND_H

#include "core/campaign.h"
#include "core/finding.h"

// Fails the test unless the findings are these, one a line, in their order:
//     row column word(value; argument, argument)
// Empties the findings.
void found_equal(struct findings *findings, const char *expected);
// The same without what stands in the parentheses.
void found_words_equal(struct findings *findings, const char *expected);

// A campaign that must be without errors (else the test fails, naming them). Owned.
struct campaign *campaign_make(const char *yaml);

#endif
