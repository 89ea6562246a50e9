// PostgreSQL's binary forms: numbers, arrays, numeric, and COPY BINARY in and out of a blocking connection.
#ifndef THIDUA_COMMON_DB_BINARY_H
#define THIDUA_COMMON_DB_BINARY_H

#include "core/csv.h"
#include "core/decimal.h"
#include "core/err.h"
#include <libpq-fe.h>

enum pg_type {
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_INT8 = 20,
    PG_INT2 = 21,
    PG_INT4 = 23,
    PG_TEXT = 25,
    PG_NUMERIC = 1700,
    PG_UUID = 2950
};

// Every put_* appends one field as COPY BINARY and arrays want it: int32 length, then the value.
void put_null(struct text *out);
void put_int(struct text *out, int64_t value, unsigned bytes);
void put_bool(struct text *out, bool value);
void put_bytes(struct text *out, const void *data, size_t length);
void put_string(struct text *out, const char *string);
// numeric of value / 10^scale; scale 0, 4 or 8.
void put_numeric(struct text *out, i128 value, unsigned scale);
// numeric of a decimal text as this program writes them ("-12.50"): keeps its number of decimals.
void put_numeric_text(struct text *out, const char *text);
// A one-dimensional array: begin, put each element, end. Any element may be put_null.
size_t put_array(struct text *out, enum pg_type type,
                 size_t count); // returns the mark for put_array_end
void put_array_end(struct text *out, size_t mark);

struct field {
    const char *data;
    int32_t length;
};                                   // length -1: NULL
int64_t get_int(struct field field); // 2, 4 or 8 bytes by its length
// Reads a numeric as value × 10^scale; -1 when it does not fit or has more decimals.
int get_numeric(struct field field, unsigned scale, i128 *ret);
// Walks an array: *ret_count elements; array_next gives one after the other.
struct array {
    const char *at, *end;
    size_t count;
};
int array_open(struct field field, struct array *ret); // -1: not a one-dimensional array
struct field array_next(struct array *array);

// COPY … TO STDOUT BINARY, row by row.
#define COPY_FIELDS_MAX 32
struct copy_reader {
    PGconn *conn;
    char *message;
    const char *at, *end;
    bool started;
};
int copy_read_start(struct copy_reader *reader, PGconn *conn, const char *sql, struct err *err);
// 1: `count` fields of the next row (valid until the next call); 0: end; -1: error.
int copy_read(struct copy_reader *reader, struct field *fields, int count, struct err *err);
void copy_read_end(struct copy_reader *reader); // also after an error; drains what is left

// COPY … FROM STDIN BINARY. Rows gather in `text`; copy_row starts a row of `fields` fields and
// sends what has gathered when it is much.
struct copy_writer {
    PGconn *conn;
    struct text text;
};
int copy_write_start(struct copy_writer *writer, PGconn *conn, const char *sql, struct err *err);
int copy_row(struct copy_writer *writer, unsigned fields, struct err *err);
int copy_write_end(struct copy_writer *writer, struct err *err);
void copy_writer_free(struct copy_writer *writer);

#endif
