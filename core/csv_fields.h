// Fields of a CSV table that hold numbers, read with their findings.
#ifndef THIDUA_CORE_CSV_FIELDS_H
#define THIDUA_CORE_CSV_FIELDS_H

#include "core/csv.h"
#include "core/decimal.h"

// A finding at a field; the arguments are the finding's, ended by NULL.
#define CSV_FAULT(table, findings, code, row, column, ...)                                       \
    finding_add(findings, code, csv_place(table, row, column), csv_at(table, row, column)->text, \
                __VA_ARGS__)

const char *csv_text(const struct csv_table *table, size_t row, size_t column);
bool csv_is_empty(const struct csv_table *table, size_t row, size_t column);

// A decimal in ten-thousandths. False with a finding when it is none, has too many decimals, is out
// of range or ambiguous; both readings are then shown as they would be written in this style.
bool csv_number(const struct csv_table *table, size_t row, size_t column, enum decimal_style style,
                int64_t *ret_e4, struct findings *findings);

// A whole number of digits alone, `least` … `most` (below 10^17); false with the finding `code`.
bool csv_count(const struct csv_table *table, size_t row, size_t column, int64_t least,
               int64_t most, enum finding_code code, int64_t *ret, struct findings *findings);

#endif
