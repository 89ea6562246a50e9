// Parses the documents of a run; see run_input.h.
#include "common/run_input.h"

#include "common/campaign_yaml.h"
#include <stdlib.h>
#include <string.h>

static int bad_document(struct err *err, const char *what, const struct findings *findings)
{
    char sentence[256] = "";
    for (size_t i = 0; i < findings->count && sentence[0] == '\0'; i++)
        if (finding_severity(findings->list[i].code) == FINDING_ERROR)
            finding_text(&findings->list[i], finding_template(findings->list[i].code), sentence,
                         sizeof sentence);
    return err_set(err, ERR_REJECT, "bad_document", "the %s on record cannot be used: %s", what,
                   sentence);
}

// One list: text to table to entries by `read`, a list reader of core/lists.h behind a thin wrapper.
struct list_kind {
    const char *what;
    const char *const *columns;
    size_t column_count, required;
    int (*read)(struct run_input *input, const struct csv_table *table, struct findings *findings);
};

static int read_targets(struct run_input *in, const struct csv_table *table,
                        struct findings *findings)
{
    return targets_read(in->arena, in->campaign, in->tree, table, &in->targets, findings);
}
static int read_adjustments(struct run_input *in, const struct csv_table *table,
                            struct findings *findings)
{
    return adjustments_read(in->arena, in->campaign, in->tree, table, &in->adjustments, findings);
}
static int read_nominations(struct run_input *in, const struct csv_table *table,
                            struct findings *findings)
{
    return nominations_read(in->arena, in->campaign, in->tree, table, &in->nominations, findings);
}
static int read_decisions(struct run_input *in, const struct csv_table *table,
                          struct findings *findings)
{
    return decisions_read(in->arena, in->campaign, table, &in->decisions, findings);
}

static const struct list_kind targets_kind = {"targets", target_columns, 3, 3, read_targets};
static const struct list_kind adjustments_kind = {"adjustments", adjustment_columns, 4, 4,
                                                  read_adjustments};
static const struct list_kind nominations_kind = {"nominations", nomination_columns, 12, 12,
                                                  read_nominations};
static const struct list_kind decisions_kind = {"decisions", decision_columns, 4, 4,
                                                read_decisions};

static int read_list(struct run_input *input, const struct list_kind *kind, const char *text,
                     struct err *err)
{
    if (!text || text[0] == '\0')
        return 0;
    struct findings findings = {0};
    const struct csv_table *table = csv_read(input->arena, kind->what, text, strlen(text),
                                             kind->columns, kind->column_count, kind->required,
                                             &findings);
    int result = 0;
    if (!table || findings.errors || kind->read(input, table, &findings) < 0)
        result = bad_document(err, kind->what, &findings);
    findings_free(&findings);
    return result;
}

static int read_tree(struct run_input *input, const char *text, struct err *err)
{
    struct findings findings = {0};
    struct arena *arena = arena_create();
    const struct csv_table *table = csv_read(arena, "units", text, strlen(text), unit_columns, 7, 4,
                                             &findings);
    if (table && !findings.errors)
        input->tree = unit_tree_create(table, &findings);
    arena_destroy(arena);
    int result = input->tree ? 0 : bad_document(err, "units", &findings);
    findings_free(&findings);
    return result;
}

static int read_campaign(struct run_input *input, const char *text, struct err *err)
{
    struct findings findings = {0};
    input->campaign = campaign_read("campaign", text, strlen(text), &findings);
    if (input->campaign)
        campaign_check(input->campaign, input->tree, "campaign", &findings);
    int result = input->campaign && !findings.errors ? 0 : bad_document(err, "campaign", &findings);
    findings_free(&findings);
    return result;
}

static int read_all(struct run_input *input, const struct run_texts *texts, struct period period,
                    struct err *err)
{
    if (!texts->units || !texts->campaign)
        return err_set(err, ERR_REJECT, "bad_document", "there is no %s",
                       texts->units ? "campaign" : "unit tree");
    if (read_tree(input, texts->units, err) < 0 || read_campaign(input, texts->campaign, err) < 0)
        return -1;
    input->plan = rollup_plan_create(input->campaign, input->tree, period, err);
    if (!input->plan)
        return -1;
    if (read_list(input, &targets_kind, texts->targets, err) < 0 ||
        read_list(input, &adjustments_kind, texts->adjustments, err) < 0 ||
        read_list(input, &nominations_kind, texts->nominations, err) < 0 ||
        read_list(input, &decisions_kind, texts->decisions, err) < 0)
        return -1;
    input->competitors = competitors_create(input->campaign, input->plan->day);
    input->competes = mem_alloc(input->tree->unit_count + 1, sizeof *input->competes);
    for (size_t i = 0; i < input->competitors->count; i++)
        input->competes[input->competitors->units[i]] = true;
    return 0;
}

struct run_input *run_input_create(const struct run_texts *texts, struct period period,
                                   struct err *err)
{
    struct run_input *input = mem_alloc(1, sizeof *input);
    input->arena = arena_create();
    if (read_all(input, texts, period, err) < 0) {
        run_input_destroy(input);
        return NULL;
    }
    return input;
}

void run_input_destroy(struct run_input *input)
{
    if (!input)
        return;
    targets_free(&input->targets);
    adjustments_free(&input->adjustments);
    nominations_free(&input->nominations);
    decisions_free(&input->decisions);
    free(input->competes);
    competitors_destroy(input->competitors);
    rollup_plan_destroy(input->plan);
    campaign_destroy(input->campaign);
    unit_tree_destroy(input->tree);
    arena_destroy(input->arena);
    free(input);
}
