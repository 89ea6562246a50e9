#include "common/report.h"

#include "common/keys.h"
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

const char *const report_columns[REPORT_CELLS] = {"period",      "unit",  "indicator", "value",
                                                  "denominator", "state", "note"};

static void add_line(struct text *form, const char *const cells[REPORT_CELLS])
{
    for (int i = 0; i < REPORT_CELLS; i++) {
        if (i > 0)
            text_adds(form, ",");
        csv_add_field(form, cells[i]);
    }
    text_adds(form, "\n");
}

void report_form_start(struct text *form)
{
    add_line(form, report_columns);
}

void report_form_add(struct text *form, const char *const cells[REPORT_CELLS])
{
    if (strcmp(cells[REPORT_STATE], "verified") != 0)
        add_line(form, cells);
}

void report_digest(const struct text *form, uint8_t digest[DIGEST_BYTES])
{
    hash_bytes(form->data, form->length, digest);
}

void report_statement(const char *campaign, const char *office, const char *period,
                      uint64_t version, const uint8_t digest[DIGEST_BYTES], struct text *out)
{
    char hex[2 * DIGEST_BYTES + 1];
    sodium_bin2hex(hex, sizeof hex, digest, DIGEST_BYTES);
    text_addf(out,
              "thidua sign-off 1\ncampaign %s\noffice %s\nperiod %s\nversion %" PRIu64
              "\ndigest %s\n",
              campaign, office, period, version, hex);
}
