// The seal: digests of a run's input, rules, tree and output (semantics.md, section 7). All are
// BLAKE2b-256. They do not depend on the number of workers or the cut of the work into jobs:
//   input   over the digests of the submissions at or before the cut, in order of acceptance, then
//           those of the lists (adjustments, nominations, decisions; 32 zero bytes where there is none)
//   rules   over the digests of the campaign file and the targets
//   tree    the digest of the units document
//   output  over the digests of the rollup's (scope, unit) lines in the file's order, then over the
//           rows of scores, ranking and awards as text
#include "worker/work.h"

#include "common/db.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct seal {
    uint8_t input[32], rules[32], tree[32], output[32];
};

// Hashes the only column of every row of `sql` (with the run's number and campaign filled in), in order.
static int hash_rows(struct work *work, const char *sql, crypto_generichash_state *hash,
                     struct err *err)
{
    struct text copy = {0};
    text_adds(&copy, "COPY (");
    for (const char *at = sql; *at; at++)
        if (strncmp(at, ":run", 4) == 0) {
            text_addf(&copy, "%lld", (long long)work->run.id);
            at += 3;
        } else if (strncmp(at, ":campaign", 9) == 0) {
            text_addf(&copy, "%d", work->run.campaign);
            at += 8;
        } else if (strncmp(at, ":cut", 4) == 0) {
            text_addf(&copy, "%lld", (long long)work->run.cut);
            at += 3;
        } else {
            text_add(&copy, at, 1);
        }
    text_adds(&copy, ") TO STDOUT BINARY");
    struct copy_reader reader;
    struct field field;
    int got = copy_read_start(&reader, work->conn, copy.data, err);
    if (got == 0)
        while ((got = copy_read(&reader, &field, 1, err)) > 0) {
            crypto_generichash_update(hash, (const unsigned char *)field.data,
                                      (unsigned long long)field.length);
            work->beat(work->beat_arg);
        }
    copy_read_end(&reader);
    text_free(&copy);
    return got;
}

static const uint8_t no_document[32];

static int document_digest(struct work *work, int index, uint8_t ret[static 32], struct err *err)
{
    char number[8];
    memcpy(ret, no_document, 32);
    if (work->run.documents[index] == 0)
        return 0;
    const struct db_param param = db_int8(work->run.documents[index], number);
    PGresult *result = db_run(work->conn, "SELECT digest FROM thidua.document WHERE accepted = $1",
                              &param, 1, 1, err);
    if (!result)
        return -1;
    bool found = PQntuples(result) == 1 && PQgetlength(result, 0, 0) == 32;
    if (found)
        memcpy(ret, PQgetvalue(result, 0, 0), 32);
    PQclear(result);
    return found ? 0
                 : err_set(err, ERR_DIE, "bad_document", "document %lld is gone",
                           (long long)work->run.documents[index]);
}

static int hash_documents(struct work *work, const int *indexes, int count,
                          crypto_generichash_state *hash, struct err *err)
{
    uint8_t digest[32];
    for (int i = 0; i < count; i++) {
        if (document_digest(work, indexes[i], digest, err) < 0)
            return -1;
        crypto_generichash_update(hash, digest, sizeof digest);
    }
    return 0;
}

static const char *const input_sql =
    "SELECT digest FROM thidua.submission WHERE campaign = :campaign AND accepted <= :cut ORDER BY accepted";
static const char *const output_sql[] = {
    "SELECT digest FROM thidua.rollup WHERE run = :run ORDER BY scope, unit COLLATE \"C\"",
    "SELECT concat_ws(',', unit, indicator, coalesce(value::text, ''), coalesce(target::text, ''), "
    "coalesce(completion::text, ''), coalesce(met::text, ''), coalesce(points::text, ''), coalesce(bonus::text, ''), "
    "max, note) || chr(10) FROM thidua.score WHERE run = :run ORDER BY unit COLLATE \"C\", position",
    "SELECT concat_ws(',', cluster, coalesce(rank::text, ''), unit, total, met_count, points, bonus, adjustments, class, "
    "eligible, reasons) || chr(10) FROM thidua.ranking WHERE run = :run ORDER BY position",
    "SELECT concat_ws(',', award, recipient, kind, unit, coalesce(rank::text, ''), decision, reasons) || chr(10) "
    "FROM thidua.award WHERE run = :run ORDER BY position",
};

static int seal_input(struct work *work, uint8_t ret[static 32], struct err *err)
{
    static const int lists[] = {3, 4, 5};
    crypto_generichash_state hash;
    crypto_generichash_init(&hash, NULL, 0, 32);
    if (hash_rows(work, input_sql, &hash, err) < 0 ||
        hash_documents(work, lists, 3, &hash, err) < 0)
        return -1;
    crypto_generichash_final(&hash, ret, 32);
    return 0;
}

static int seal_rules(struct work *work, uint8_t ret[static 32], struct err *err)
{
    static const int rules[] = {1, 2};
    crypto_generichash_state hash;
    crypto_generichash_init(&hash, NULL, 0, 32);
    if (hash_documents(work, rules, 2, &hash, err) < 0)
        return -1;
    crypto_generichash_final(&hash, ret, 32);
    return 0;
}

static int seal_output(struct work *work, uint8_t ret[static 32], struct err *err)
{
    crypto_generichash_state hash;
    crypto_generichash_init(&hash, NULL, 0, 32);
    for (size_t i = 0; i < sizeof output_sql / sizeof output_sql[0]; i++)
        if (hash_rows(work, output_sql[i], &hash, err) < 0)
            return -1;
    crypto_generichash_final(&hash, ret, 32);
    return 0;
}

static int seal_compute(struct work *work, void **ret_state, struct err *err)
{
    struct seal *seal = mem_alloc(1, sizeof *seal);
    *ret_state = seal;
    if (seal_input(work, seal->input, err) < 0 || seal_rules(work, seal->rules, err) < 0 ||
        document_digest(work, 0, seal->tree, err) < 0)
        return -1;
    return seal_output(work, seal->output, err);
}

static int seal_write(struct work *work, void *opaque, struct err *err)
{
    const struct seal *seal = opaque;
    char job[8], lease[8];
    const struct db_param params[] = {db_int8((int64_t)work->lease.job, job),
                                      db_int8((int64_t)work->lease.lease, lease),
                                      db_bytea(seal->input, 32),
                                      db_bytea(seal->rules, 32),
                                      db_bytea(seal->tree, 32),
                                      db_bytea(seal->output, 32)};
    PGresult *result = db_run(work->conn, "SELECT thidua.run_seal($1, $2, $3, $4, $5, $6)", params,
                              6, 1, err);
    PQclear(result);
    return result ? 0 : -1;
}

static void seal_release(void *state)
{
    free(state);
}

const struct work_kind seal_work = {seal_compute, seal_write, seal_release};
