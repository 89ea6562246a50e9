// Rows of submission and form as ingest writes them, for the country of lib_nation.h, straight into the
// database: what the system is measured against, and how a national year is there in seconds.
#ifndef THIDUA_BENCH_ROWS_H
#define THIDUA_BENCH_ROWS_H

#include "lib_nation.h"

#include "common/db_binary.h"

#define SUBMISSION_FIELDS 13
#define FORM_FIELDS 11
extern const char *const submission_columns, *const form_columns; // "office, id, …"

struct rows_place { // where they belong; read from the database
    int32_t campaign;
    int16_t numbers[NATION_INDICATORS]; // of the indicators in the store
    int64_t accepted;                   // the last acceptance number taken
};
int rows_place(PGconn *conn, struct rows_place *ret, struct err *err);

// Submission `number` (0 …) of commune and month, with `forms` forms; each field has its length
// before it, as COPY BINARY wants it (no row header).
void rows_submission(struct text *out, const struct rows_place *place, size_t number,
                     unsigned commune, unsigned forms);
void rows_form(struct text *out, const struct rows_place *place, size_t number, unsigned commune,
               unsigned village, unsigned month);

#endif
