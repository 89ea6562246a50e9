// Documents: the campaign file, and what all kinds share.
#include "server/document.h"

#include "common/campaign_yaml.h"
#include "core/mem.h"
#include <stdlib.h>
#include <string.h>

void document_output_clear(struct document_output *output)
{
    text_free(&output->content);
    unit_tree_destroy(output->tree);
    findings_free(&output->findings);
    findings_free(&output->concerns);
    arena_destroy(output->arena);
    *output = (struct document_output){0};
}

bool document_campaign_code(const char *text, size_t length, char ret[static CODE_BYTES_MAX + 1])
{
    struct findings findings = {0};
    struct campaign *campaign = campaign_read("", text, length, &findings);
    bool good = campaign != NULL && strlen(campaign->code) <= CODE_BYTES_MAX;
    if (good)
        strcpy(ret, campaign->code);
    campaign_destroy(campaign);
    findings_free(&findings);
    return good;
}

static void keep_indicators(const struct campaign *campaign, struct document_output *ret)
{
    ret->indicator_count = campaign->indicator_count;
    ret->indicators = arena_alloc(ret->arena, campaign->indicator_count, sizeof *ret->indicators);
    for (size_t i = 0; i < campaign->indicator_count; i++)
        ret->indicators[i] = arena_text(ret->arena, campaign->indicators[i].code,
                                        strlen(campaign->indicators[i].code));
}

static void make_campaign(const struct document_input *input, struct document_output *ret)
{
    const struct unit_tree *tree = world_tree(input->world);
    const char *before = input->on_record[DOCUMENT_CAMPAIGN];
    struct campaign *campaign = campaign_read(input->file, input->text, input->length,
                                              &ret->findings);
    if (campaign == NULL)
        return;
    if (tree != NULL) {
        campaign_check(campaign, tree, input->file, &ret->findings);
        document_check_lists(input, campaign, &ret->findings);
    } else {
        finding_add(&ret->findings, FINDING_NO_UNITS, (struct finding_place){.file = ""}, "", NULL);
    }
    snprintf(ret->campaign, sizeof ret->campaign, "%.64s", campaign->code);
    keep_indicators(campaign, ret);
    text_add(&ret->content, input->text, input->length);
    bool same = before != NULL && strcmp(before, ret->content.data) == 0;
    ret->added = before == NULL;
    ret->changed = before != NULL && !same;
    ret->unchanged = same;
    campaign_destroy(campaign);
}

int document_make(const struct document_input *input, struct document_output *ret)
{
    *ret = (struct document_output){.arena = arena_create()};
    if (input->campaign != NULL)
        snprintf(ret->campaign, sizeof ret->campaign, "%.64s", input->campaign);
    if (input->kind == DOCUMENT_UNITS)
        document_make_units(input, ret);
    else if (input->kind == DOCUMENT_CAMPAIGN)
        make_campaign(input, ret);
    else
        document_make_list(input, ret);
    findings_sort(&ret->findings);
    if (ret->findings.errors > 0) {
        text_free(&ret->content);
        ret->added = ret->changed = ret->unchanged = 0;
        return -1;
    }
    const char *before = input->on_record[input->kind];
    ret->same = before != NULL && ret->content.data != NULL &&
                strcmp(before, ret->content.data) == 0;
    return 0;
}
