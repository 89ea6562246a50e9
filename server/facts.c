// Digests of stored rows.
#include "server/facts.h"

#include "core/mem.h"
#include <stdlib.h>
#include <string.h>

const char facts_submission_columns[] =
    "office, id, campaign, accepted, accepted_at, late, digest, sender,"
    " created, changed, unchanged, withdrawn, receipt";
const char facts_form_columns[] =
    "office, campaign, unit, period, accepted, submission, indicator, state, value, denominator, note";

void facts_start(struct facts *facts)
{
    *facts = (struct facts){.count = 0};
    crypto_generichash_init(&facts->batch, NULL, 0, FACTS_BYTES);
}

void facts_row(struct facts *facts, const struct field *columns, size_t count)
{
    crypto_generichash_state row;
    crypto_generichash_init(&row, NULL, 0, FACTS_BYTES);
    for (size_t i = 0; i < count; i++) {
        uint32_t length = (uint32_t)columns[i].length;
        const uint8_t head[4] = {(uint8_t)(length >> 24), (uint8_t)(length >> 16),
                                 (uint8_t)(length >> 8), (uint8_t)length};
        crypto_generichash_update(&row, head, sizeof head);
        if (columns[i].length > 0)
            crypto_generichash_update(&row, (const uint8_t *)columns[i].data, length);
    }
    crypto_generichash_final(&row, *MEM_PUSH(facts->rows, facts->count, facts->capacity),
                             FACTS_BYTES);
}

void facts_params(struct facts *facts, const struct db_param *columns, size_t count)
{
    struct field fields[DB_PARAMS_MAX];
    for (size_t i = 0; i < count; i++)
        fields[i] = (struct field){.data = columns[i].data,
                                   .length = columns[i].data == NULL ? -1
                                             : columns[i].format == 1
                                                 ? columns[i].length
                                                 : (int32_t)strlen(columns[i].data)};
    facts_row(facts, fields, count);
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, FACTS_BYTES);
}

void facts_submission_end(struct facts *facts)
{
    if (facts->count == 0)
        return;
    qsort(facts->rows, facts->count, FACTS_BYTES, by_bytes);
    crypto_generichash_update(&facts->batch, facts->rows[0], facts->count * FACTS_BYTES);
    facts->count = 0;
}

void facts_end(struct facts *facts, uint8_t ret[static FACTS_BYTES])
{
    facts_submission_end(facts);
    crypto_generichash_final(&facts->batch, ret, FACTS_BYTES);
    free(facts->rows);
}
