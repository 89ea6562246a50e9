// Rows as ingest writes them; see lib_rows.h.
#include "lib_rows.h"

#include "common/db.h"
#include "common/keys.h"
#include "core/period.h"
#include <string.h>
#include <time.h>

#define EPOCH_2000_S INT64_C(946684800) // where PostgreSQL's binary timestamps begin
#define RECEIPT_BYTES 290               // about that of a signed receipt

const char *const submission_columns = "office, id, campaign, accepted, accepted_at, late, digest, "
                                       "sender, created, changed, unchanged, withdrawn, receipt";
const char *const form_columns = "office, campaign, unit, period, accepted, submission, indicator, "
                                 "state, value, denominator, note";

static int number_of(PGconn *conn, const char *sql, int64_t *ret, struct err *err)
{
    PGresult *result = db_run(conn, sql, NULL, 0, 0, err);
    if (result == NULL)
        return -1;
    bool one = PQntuples(result) == 1 && !PQgetisnull(result, 0, 0);
    if (one)
        *ret = db_integer_at(result, 0, 0);
    PQclear(result);
    return one ? 0 : err_set(err, ERR_REJECT, "no_campaign", "%s: nothing there", sql);
}

int rows_place(PGconn *conn, struct rows_place *ret, struct err *err)
{
    int64_t found = 0;
    if (number_of(conn, "SELECT id FROM thidua.campaign WHERE code = '" NATION_CAMPAIGN "'", &found,
                  err) != 0)
        return -1;
    ret->campaign = (int32_t)found;
    for (unsigned i = 0; i < NATION_INDICATORS; i++) {
        struct text sql = {0};
        text_addf(&sql, "SELECT number FROM thidua.indicator WHERE campaign = %d AND code = '%s'",
                  ret->campaign, nation_indicators[i]);
        int status = number_of(conn, sql.data, &found, err);
        text_free(&sql);
        if (status != 0)
            return -1;
        ret->numbers[i] = (int16_t)found;
    }
    return number_of(conn,
                     "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM thidua.acceptance",
                     &ret->accepted, err);
}

static void put_id(struct text *out, size_t number)
{
    uint8_t hash[HASH_BYTES];
    uint64_t seed = UINT64_C(0x726f7773) << 32 | number;
    hash_bytes(&seed, sizeof seed, hash);
    put_bytes(out, hash, ID_BYTES);
}

void rows_submission(struct text *out, const struct rows_place *place, size_t number,
                     unsigned commune, unsigned forms)
{
    char office[NATION_CODE_SIZE];
    uint8_t receipt[RECEIPT_BYTES];
    for (size_t i = 0; i < sizeof receipt; i++)
        receipt[i] = (uint8_t)(number * 31 + i * 17);
    nation_commune(commune, office);
    put_string(out, office);
    put_id(out, number);
    put_int(out, place->campaign, 4);
    put_int(out, place->accepted + 1 + (int64_t)number, 8);
    put_int(out, ((int64_t)time(NULL) - EPOCH_2000_S) * 1000000, 8);
    put_bool(out, false);
    put_bytes(out, receipt, DIGEST_BYTES);
    put_bytes(out, receipt + DIGEST_BYTES, KEY_BYTES);
    put_int(out, (int64_t)forms * NATION_INDICATORS, 4);
    for (int i = 0; i < 3; i++)
        put_int(out, 0, 4);
    put_bytes(out, receipt, sizeof receipt);
}

static void put_smalls(struct text *out, const uint32_t *list, const int16_t *numbers)
{
    size_t mark = put_array(out, PG_INT2, NATION_INDICATORS);
    for (unsigned i = 0; i < NATION_INDICATORS; i++)
        put_int(out, numbers != NULL ? numbers[list[i]] : (int64_t)list[i], 2);
    put_array_end(out, mark);
}

static void put_amounts(struct text *out, const int64_t *list, const bool *given)
{
    size_t mark = put_array(out, PG_INT8, NATION_INDICATORS);
    for (unsigned i = 0; i < NATION_INDICATORS; i++)
        if (given == NULL || given[i])
            put_int(out, list[i], 8);
        else
            put_null(out);
    put_array_end(out, mark);
}

void rows_form(struct text *out, const struct rows_place *place, size_t number, unsigned commune,
               unsigned village, unsigned month)
{
    char office[NATION_CODE_SIZE];
    struct nation_form form;
    struct period period = {
        .kind = PERIOD_MONTH, .index = (uint8_t)(month % 12 + 1), .year = NATION_YEAR};
    nation_form(commune, village, month, &form);
    nation_commune(commune, office);
    put_string(out, office);
    put_int(out, place->campaign, 4);
    put_string(out, form.unit);
    put_int(out, period_number(period), 4);
    put_int(out, place->accepted + 1 + (int64_t)number, 8);
    put_id(out, number);
    put_smalls(out, form.indicator, place->numbers);
    put_smalls(out, form.state, NULL);
    put_amounts(out, form.value_e4, NULL);
    put_amounts(out, form.denominator_e4, form.has_denominator);
    put_null(out);
}
