// One statement lists the runs, one for each stores its seal; see sign.h.
#include "server/sign.h"

#include "common/log.h"
#include "common/seal.h"
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct signing {
    struct db *db;
    const struct identity *identity;
    int64_t term;
    signed_fn *done;
    void *arg;
    struct seal *seals;
    size_t count, capacity, at;
};

static void finish(struct signing *signing)
{
    signed_fn *done = signing->done;
    void *arg = signing->arg;
    free(signing->seals);
    free(signing);
    done(arg);
}

static void sign_next(struct signing *signing);

static void on_signed(void *arg, enum db_class class, const PGresult *result)
{
    struct signing *signing = arg;
    const struct seal *seal = &signing->seals[signing->at++];
    (void)result;
    if (class == DB_OK)
        log_event(LOG_INFO, "run_signed", "run=%" PRId64, seal->run);
    sign_next(signing);
}

static void sign_next(struct signing *signing)
{
    if (signing->at == signing->count) {
        finish(signing);
        return;
    }
    const struct seal *seal = &signing->seals[signing->at];
    char term[DB_INTEGER_SIZE], run[DB_INTEGER_SIZE];
    uint8_t signature[SEAL_SIGNATURE_BYTES];
    struct text text = {0};
    seal_write(seal, &text);
    seal_sign(&text, signing->identity, signature);
    const struct db_param params[] = {db_integer(signing->term, term), db_integer(seal->run, run),
                                      db_text(text.data),
                                      db_bytea(signing->identity->sign_public, SIGN_PUBLIC_BYTES),
                                      db_bytea(signature, sizeof signature)};
    db_exec(signing->db, NULL, "SELECT thidua.run_sign($1, $2, $3, $4, $5)", params, 5, 0,
            on_signed, signing);
    text_free(&text);
}

// Columns of run_unsigned; the digests in hexadecimal, one after the other.
static bool take_run(const PGresult *result, int row, struct seal *ret)
{
    const char *digests = PQgetvalue(result, row, 5);
    size_t length = 0;
    *ret = (struct seal){.run = db_integer_at(result, row, 0),
                         .cut = db_integer_at(result, row, 3),
                         .cut_us = db_integer_at(result, row, 4)};
    snprintf(ret->campaign, sizeof ret->campaign, "%s", PQgetvalue(result, row, 1));
    if (!period_from_number((int32_t)db_integer_at(result, row, 2), &ret->period) ||
        sodium_hex2bin(&ret->files[0][0], sizeof ret->files, digests, strlen(digests), NULL,
                       &length, NULL) != 0 ||
        length != sizeof ret->files)
        return false;
    seal_add_parts(ret);
    return true;
}

static void on_unsigned(void *arg, enum db_class class, const PGresult *result)
{
    struct signing *signing = arg;
    for (int row = 0; class == DB_OK && row < PQntuples(result); row++) {
        struct seal seal;
        if (take_run(result, row, &seal))
            *MEM_PUSH(signing->seals, signing->count, signing->capacity) = seal;
        else
            log_event(LOG_ERROR, "not_signed", "run=%s text=\"its digests cannot be read\"",
                      PQgetvalue(result, row, 0));
    }
    sign_next(signing);
}

void sign_runs(struct db *db, const struct identity *identity, int64_t term, signed_fn *done,
               void *arg)
{
    struct signing *signing = mem_alloc(1, sizeof *signing);
    *signing = (struct signing){
        .db = db, .identity = identity, .term = term, .done = done, .arg = arg};
    db_exec(db, NULL, "SELECT * FROM thidua.run_unsigned()", NULL, 0, 0, on_unsigned, signing);
}
