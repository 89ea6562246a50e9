// What is possible in the lists beside a campaign but probably not meant.
#include "core/csv_fields.h"
#include "core/lists_order.h"

#include <stdlib.h>

#define ADJUSTMENT_TIMES_COLUMN 2 // of adjustment_columns

struct given { // one row of adjustments
    uint32_t unit, rule;
    size_t row;
    int64_t times_e4;
};

static int cmp_given(const void *left, const void *right)
{
    const struct given *a = left, *b = right;
    if (a->unit != b->unit)
        return a->unit < b->unit ? -1 : 1;
    if (a->rule != b->rule)
        return a->rule < b->rule ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

static struct given *read_given(const struct campaign *campaign, const struct unit_tree *tree,
                                const struct csv_table *table)
{
    struct given *given = mem_alloc(table->rows, sizeof *given);
    for (size_t row = 0; row < table->rows; row++) {
        const struct csv_field *times = csv_at(table, row, ADJUSTMENT_TIMES_COLUMN);
        given[row] = (struct given){unit_find(tree, csv_at(table, row, 0)->text),
                                    campaign_adjustment(campaign, csv_at(table, row, 1)->text), row,
                                    0};
        decimal_parse(times->text, times->length, DECIMAL_POINT, &given[row].times_e4);
    }
    qsort(given, table->rows, sizeof *given, cmp_given);
    return given;
}

void adjustments_warn(const struct campaign *campaign, const struct unit_tree *tree,
                      const struct csv_table *table, struct findings *findings)
{
    struct given *given = read_given(campaign, tree, table);
    int64_t sum = 0; // rows and times are limited: no overflow
    for (size_t i = 0; i < table->rows; i++) {
        const struct given *own = &given[i];
        const struct adjustment_rule *rule = &campaign->adjustments[own->rule];
        bool first = i == 0 || own->unit != own[-1].unit || own->rule != own[-1].rule;
        int64_t before = first ? 0 : sum;
        sum = before + own->times_e4 / DECIMAL_ONE_E4;
        if (!rule->has_max_times || before > rule->max_times || sum <= rule->max_times)
            continue;
        char times[DECIMAL_TEXT_SIZE], most[DECIMAL_TEXT_SIZE];
        decimal_format(sum, 0, times);
        decimal_format(rule->max_times, 0, most);
        CSV_FAULT(table, findings, FINDING_TIMES_OVER_MAX, own->row, ADJUSTMENT_TIMES_COLUMN,
                  rule->code, tree->units[own->unit].code, times, most, NULL);
    }
    free(given);
}
