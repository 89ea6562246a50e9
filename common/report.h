// A report's canonical form, its digest, and what a leader signs: made by the server from what is on
// record, and by the client from the cells it has shown. docs/protocol.md, section 9, tells them.
#ifndef THIDUA_COMMON_REPORT_H
#define THIDUA_COMMON_REPORT_H

#include "common/codec.h"
#include "core/csv.h"

// A line of the form: the columns of a results file.
enum {
    REPORT_PERIOD,
    REPORT_UNIT,
    REPORT_INDICATOR,
    REPORT_VALUE,
    REPORT_DENOMINATOR,
    REPORT_STATE,
    REPORT_NOTE,
    REPORT_CELLS
};
extern const char *const report_columns[REPORT_CELLS];

void report_form_start(struct text *form); // the header
// Appends a line; lines come in the order of unit and indicator (bytes). The council's verified points
// are shown with a report and are no part of it: they are left out.
void report_form_add(struct text *form, const char *const cells[REPORT_CELLS]);
void report_digest(const struct text *form, uint8_t digest[DIGEST_BYTES]);
// Appends what is signed.
void report_statement(const char *campaign, const char *office, const char *period,
                      uint64_t version, const uint8_t digest[DIGEST_BYTES], struct text *out);

#endif
