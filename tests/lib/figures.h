// Figures by hand: documents as texts in, one output file compared with what the comments compute.
#ifndef THIDUA_TESTS_FIGURES_H
#define THIDUA_TESTS_FIGURES_H

#include "tests/lib/offline.h"

enum { ROLLUP_FILE, SCORES_FILE, RANKING_FILE, AWARDS_FILE };

// Runs the case for `period` (NULL: the last one) and fails the test unless the file, without its
// header, has exactly these lines. With `containing`, only lines that contain it are compared.
void figures_equal(const struct offline_texts *texts, const char *period, int file,
                   const char *containing, const char *expected);
// Fails unless the run is refused with this code.
void figures_refused(const struct offline_texts *texts, const char *period, const char *code);

// Decimal text to ten-thousandths; and to an exact fraction.
int64_t e4(const char *text);
void set_decimal(mpq_t ret, const char *text);

#endif
