// The history of an office's reports: every signature is verified before it is shown.
#include "client/history.h"

#include "client/client.h"
#include "common/report.h"
#include "core/mem.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

// Place of a column; column_count when there is none.
static size_t place_of(const struct wire_table *page, const char *column)
{
    size_t place = 0;
    while (place < page->column_count && strcmp(page->columns[place], column) != 0)
        place++;
    return place;
}

static const char *named(const struct wire_table *page, size_t row, const char *column)
{
    size_t place = place_of(page, column);
    return place < page->column_count ? page->cells[row + place] : "";
}

static bool from_hex(const char *hex, uint8_t *bytes, size_t size)
{
    size_t length = 0;
    return sodium_hex2bin(bytes, size, hex, strlen(hex), NULL, &length, NULL) == 0 &&
           length == size;
}

static bool signature_good(const struct wire_query *query, const struct wire_table *page,
                           size_t row)
{
    uint8_t digest[DIGEST_BYTES], key[KEY_BYTES], signature[SIGNATURE_BYTES];
    struct text statement = {0};
    if (!from_hex(named(page, row, "digest"), digest, sizeof digest) ||
        !from_hex(named(page, row, "sign_key"), key, sizeof key) ||
        !from_hex(named(page, row, "signature"), signature, sizeof signature))
        return false;
    report_statement(query->campaign, query->unit, named(page, row, "period"),
                     strtoull(named(page, row, "version"), NULL, 10), digest, &statement);
    bool good = crypto_sign_verify_detached(signature, (const uint8_t *)statement.data,
                                            statement.length, key) == 0;
    text_free(&statement);
    return good;
}

static void put(const struct wire_table *page, const char **cells, const char *column,
                const char *text)
{
    size_t place = place_of(page, column);
    if (place < page->column_count)
        cells[place] = text;
}

bool history_row(const struct wire_query *query, const struct wire_table *page, size_t row,
                 enum format format, struct table *table)
{
    const char *cells[WIRE_COLUMNS_MAX];
    bool is_signed = named(page, row, "signature")[0] != '\0';
    bool good = !is_signed || signature_good(query, page, row);
    memcpy(cells, page->cells + row, page->column_count * sizeof *cells);
    if (format == FORMAT_TEXT) { // people want to know who, and whether it holds
        if (named(page, row, "name")[0] != '\0')
            put(page, cells, "key", "");
        put(page, cells, "digest", "");
        put(page, cells, "sign_key", "");
        put(page, cells, "signature",
            !is_signed ? ""
            : good     ? "valid"
                       : "the signature is not valid");
    }
    table_row(table, cells);
    if (!good)
        complain(_("the signature of %s, version %s, is not valid"), named(page, row, "period"),
                 named(page, row, "version"));
    return good;
}
