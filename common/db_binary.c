// PostgreSQL's binary forms and COPY BINARY; see db_binary.h.
#include "common/db_binary.h"

#include "common/db.h"
#include "core/mem.h"
#include <stdlib.h>
#include <string.h>

#define NUMERIC_NEGATIVE 0x4000
#define NUMERIC_GROUP 10000 // numeric keeps digits in base 10000, as our scales of 4 and 8 do
#define NUMERIC_GROUPS_MAX 16
#define COPY_CHUNK_BYTES (256 * 1024)
static const char copy_signature[11] = "PGCOPY\n\377\r\n";

void put_null(struct text *out)
{
    db_put_int(out, UINT32_MAX, 4);
}

void put_int(struct text *out, int64_t value, unsigned bytes)
{
    db_put_int(out, bytes, 4);
    db_put_int(out, (uint64_t)value, bytes);
}

void put_bool(struct text *out, bool value)
{
    put_int(out, value, 1);
}

void put_bytes(struct text *out, const void *data, size_t length)
{
    db_put_int(out, length, 4);
    text_add(out, data, length);
}

void put_string(struct text *out, const char *string)
{
    put_bytes(out, string, strlen(string));
}

// groups: base-10000 digits, most significant first; weight: exponent of the first one.
static void put_groups(struct text *out, const uint16_t *groups, int count, int weight,
                       bool negative, unsigned decimals)
{
    while (count > 0 && groups[0] == 0) {
        groups++;
        count--;
        weight--;
    }
    while (count > 0 && groups[count - 1] == 0)
        count--;
    if (count == 0)
        weight = 0;
    db_put_int(out, 8 + 2 * (uint64_t)count, 4);
    db_put_int(out, (uint64_t)count, 2);
    db_put_int(out, (uint64_t)(int64_t)weight, 2);
    db_put_int(out, negative && count > 0 ? NUMERIC_NEGATIVE : 0, 2);
    db_put_int(out, decimals, 2);
    for (int i = 0; i < count; i++)
        db_put_int(out, groups[i], 2);
}

void put_numeric(struct text *out, i128 value, unsigned scale)
{
    uint16_t groups[NUMERIC_GROUPS_MAX];
    int at = NUMERIC_GROUPS_MAX;
    u128 left = value < 0 ? -(u128)value : (u128)value;
    while (left > 0 || at > NUMERIC_GROUPS_MAX - (int)(scale / 4)) {
        groups[--at] = (uint16_t)(left % NUMERIC_GROUP);
        left /= NUMERIC_GROUP;
    }
    int count = NUMERIC_GROUPS_MAX - at;
    put_groups(out, groups + at, count, count - 1 - (int)(scale / 4), value < 0, scale);
}

void put_numeric_text(struct text *out, const char *text)
{
    bool negative = text[0] == '-';
    text += negative;
    size_t whole = strcspn(text, ".");
    const char *fraction = text[whole] ? text + whole + 1 : "";
    size_t decimals = strlen(fraction), whole_groups = (whole + 3) / 4,
           count = whole_groups + (decimals + 3) / 4;
    uint16_t *groups = mem_alloc(count, sizeof *groups);
    for (size_t i = 0; i < whole; i++) {
        uint16_t *group = &groups[whole_groups - 1 - (whole - 1 - i) / 4];
        *group = (uint16_t)(*group * 10 + (text[i] - '0'));
    }
    for (size_t i = 0; i < (decimals + 3) / 4 * 4; i++) {
        uint16_t *group = &groups[whole_groups + i / 4];
        *group = (uint16_t)(*group * 10 + (i < decimals ? fraction[i] - '0' : 0));
    }
    put_groups(out, groups, (int)count, (int)whole_groups - 1, negative, (unsigned)decimals);
    free(groups);
}

size_t put_array(struct text *out, enum pg_type type, size_t count)
{
    size_t mark = out->length;
    db_put_int(out, 0, 4); // length, set by put_array_end
    db_put_int(out, count > 0 ? 1 : 0, 4);
    db_put_int(out, 1, 4); // may have NULLs
    db_put_int(out, (uint64_t)type, 4);
    if (count > 0) {
        db_put_int(out, count, 4);
        db_put_int(out, 1, 4);
    }
    return mark;
}

void put_array_end(struct text *out, size_t mark)
{
    uint64_t length = out->length - mark - 4;
    for (unsigned i = 0; i < 4; i++)
        out->data[mark + i] = (char)(length >> (8 * (3 - i)));
}

int64_t get_int(struct field field)
{
    uint64_t value = db_get_int(field.data, (unsigned)field.length);
    unsigned unused = 64 - 8 * (unsigned)field.length;
    return (int64_t)(value << unused) >> unused;
}

int get_numeric(struct field field, unsigned scale, i128 *ret)
{
    if (field.length < 8)
        return -1;
    int count = (int)db_get_int(field.data, 2);
    int weight = (int)get_int((struct field){field.data + 2, 2});
    uint64_t sign = db_get_int(field.data + 4, 2);
    int lowest = -(int)(scale / 4); // exponent of the last group of the result
    if (field.length != 8 + 2 * count || (sign != 0 && sign != NUMERIC_NEGATIVE) ||
        (count > 0 && weight - count + 1 < lowest))
        return -1;
    i128 value = 0;
    for (int exponent = weight, i = 0; count > 0 && exponent >= lowest; exponent--, i++) {
        uint64_t group = i < count ? db_get_int(field.data + 8 + 2 * i, 2) : 0;
        if (__builtin_mul_overflow(value, (i128)NUMERIC_GROUP, &value) ||
            __builtin_add_overflow(value, (i128)group, &value))
            return -1;
    }
    *ret = sign ? -value : value;
    return 0;
}

int array_open(struct field field, struct array *ret)
{
    if (field.length < 12)
        return -1;
    uint64_t dimensions = db_get_int(field.data, 4);
    *ret = (struct array){.at = field.data + 12, .end = field.data + field.length};
    if (dimensions == 0)
        return 0;
    if (dimensions != 1 || field.length < 20)
        return -1;
    ret->count = db_get_int(field.data + 12, 4);
    ret->at += 8;
    return 0;
}

struct field array_next(struct array *array)
{
    struct field none = {NULL, -1};
    if (array->end - array->at < 4)
        return none;
    struct field field = {array->at + 4, (int32_t)db_get_int(array->at, 4)};
    array->at += 4 + (field.length > 0 ? field.length : 0);
    return array->at <= array->end ? field : none;
}

static int pg_error(PGconn *conn, const char *doing, struct err *err)
{
    return err_set(err, ERR_RETRY, "database", "%s: %s", doing, PQerrorMessage(conn));
}

int copy_read_start(struct copy_reader *reader, PGconn *conn, const char *sql, struct err *err)
{
    *reader = (struct copy_reader){.conn = conn};
    PGresult *result = PQexec(conn, sql);
    bool started = PQresultStatus(result) == PGRES_COPY_OUT;
    PQclear(result);
    return started ? 0 : pg_error(conn, "reading", err);
}

// Fetches the next message of the stream; 0 at its end.
static int next_message(struct copy_reader *reader, struct err *err)
{
    if (reader->message)
        PQfreemem(reader->message);
    reader->message = NULL;
    int length = PQgetCopyData(reader->conn, &reader->message, 0);
    if (length == -2)
        return pg_error(reader->conn, "reading", err);
    if (length < 0)
        return 0;
    reader->at = reader->message;
    reader->end = reader->at + length;
    return 1;
}

static int finish_reading(struct copy_reader *reader, struct err *err)
{
    int result = 0;
    for (PGresult *last; (last = PQgetResult(reader->conn)) != NULL; PQclear(last))
        if (PQresultStatus(last) != PGRES_COMMAND_OK)
            result = pg_error(reader->conn, "reading", err);
    return result;
}

int copy_read(struct copy_reader *reader, struct field *fields, int count, struct err *err)
{
    while (reader->at == reader->end) {
        int got = next_message(reader, err);
        if (got <= 0)
            return got < 0 ? -1 : finish_reading(reader, err);
        if (!reader->started) {
            if (reader->end - reader->at < 19 ||
                memcmp(reader->at, copy_signature, sizeof copy_signature) != 0)
                return err_set(err, ERR_DIE, "database", "not a binary COPY stream");
            reader->at += 19 + db_get_int(reader->at + 15, 4);
            reader->started = true;
        }
    }
    int64_t columns = get_int((struct field){reader->at, 2});
    reader->at += 2;
    if (columns == -1) { // trailer
        reader->at = reader->end;
        return copy_read(reader, fields, count, err);
    }
    if (columns != count)
        return err_set(err, ERR_DIE, "database", "%d columns expected, %d came", count,
                       (int)columns);
    for (int i = 0; i < count; i++) {
        fields[i] = (struct field){reader->at + 4, (int32_t)db_get_int(reader->at, 4)};
        reader->at += 4 + (fields[i].length > 0 ? fields[i].length : 0);
    }
    return 1;
}

void copy_read_end(struct copy_reader *reader)
{
    struct err ignored;
    while (reader->conn && PQtransactionStatus(reader->conn) == PQTRANS_ACTIVE &&
           next_message(reader, &ignored) > 0)
        continue;
    for (PGresult *last; reader->conn && (last = PQgetResult(reader->conn)) != NULL; PQclear(last))
        continue;
    if (reader->message)
        PQfreemem(reader->message);
    *reader = (struct copy_reader){0};
}

int copy_write_start(struct copy_writer *writer, PGconn *conn, const char *sql, struct err *err)
{
    writer->conn = conn;
    writer->text.length = 0;
    PGresult *result = PQexec(conn, sql);
    bool started = PQresultStatus(result) == PGRES_COPY_IN;
    PQclear(result);
    if (!started)
        return pg_error(conn, "writing", err);
    text_add(&writer->text, copy_signature, sizeof copy_signature);
    db_put_int(&writer->text, 0, 8); // flags, extension
    return 0;
}

static int send_gathered(struct copy_writer *writer, struct err *err)
{
    if (PQputCopyData(writer->conn, writer->text.data, (int)writer->text.length) != 1)
        return pg_error(writer->conn, "writing", err);
    writer->text.length = 0;
    return 0;
}

int copy_row(struct copy_writer *writer, unsigned fields, struct err *err)
{
    if (writer->text.length > COPY_CHUNK_BYTES && send_gathered(writer, err) < 0)
        return -1;
    db_put_int(&writer->text, fields, 2);
    return 0;
}

int copy_write_end(struct copy_writer *writer, struct err *err)
{
    db_put_int(&writer->text, UINT16_MAX, 2);
    if (send_gathered(writer, err) < 0 || PQputCopyEnd(writer->conn, NULL) != 1)
        return pg_error(writer->conn, "writing", err);
    int result = 0;
    for (PGresult *last; (last = PQgetResult(writer->conn)) != NULL; PQclear(last))
        if (PQresultStatus(last) != PGRES_COMMAND_OK)
            result = pg_error(writer->conn, "writing", err);
    return result;
}

void copy_writer_free(struct copy_writer *writer)
{
    text_free(&writer->text);
}
