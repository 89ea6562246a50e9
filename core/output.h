// The four output files of a run, byte for byte as in semantics.md, section 8.
#ifndef THIDUA_CORE_OUTPUT_H
#define THIDUA_CORE_OUTPUT_H

#include "core/award.h"
#include "core/csv.h"

extern const char *const rollup_header, *const scores_header, *const ranking_header,
                                                                  *const awards_header;

void output_rollup_line(struct text *out, const char *period, const char *scope, const char *unit,
                        const char *level, const char *indicator, const struct rollup_texts *texts);
void output_score_lines(struct text *out, const struct campaign *campaign,
                        const struct unit_tree *tree, const char *period,
                        const struct unit_score *score);
void output_ranking_line(struct text *out, const struct campaign *campaign,
                         const struct unit_tree *tree, const char *period,
                         const struct standing *standing);
void output_award_line(struct text *out, const struct campaign *campaign,
                       const struct unit_tree *tree, const struct candidate *candidate);

#endif
