// What an exception from the lock must say.
#include "server/unlock.h"

#include "common/words.h"
#include "core/deadline.h"
#include <string.h>

struct checking {
    const struct campaign *rules;
    const struct unit_tree *tree;
    const struct wire_command *wire;
    struct findings *findings;
};

static void find(const struct checking *checking, enum finding_code code, const char *column,
                 const char *value, const char *second, const char *third)
{
    finding_add(checking->findings, code, (struct finding_place){.file = "", .column = column},
                value, value, second, third, NULL);
}

static void check_period(const struct checking *checking, struct period *ret)
{
    const struct campaign *rules = checking->rules;
    const char *text = checking->wire->period;
    char from[PERIOD_TEXT_SIZE], to[PERIOD_TEXT_SIZE];
    period_format(rules->from, from);
    period_format(rules->to, to);
    if (!period_parse(text, strlen(text), ret))
        find(checking, FINDING_BAD_PERIOD, "period", text, "", "");
    else if (campaign_period_index(rules, *ret) == -2)
        find(checking, FINDING_UNKNOWN_PERIOD, "period", text, from, to);
    else if (!rules->has_lock_days)
        find(checking, FINDING_NEVER_LOCKED, "period", rules->code, "", "");
}

// Offices are the units of the office level; a unit above it has an office of its own.
static void check_office(const struct checking *checking, uint32_t office)
{
    const struct campaign *rules = checking->rules;
    const struct unit_tree *tree = checking->tree;
    int level = unit_level_find(tree, rules->office_level);
    if (office == NO_UNIT)
        find(checking, FINDING_UNKNOWN_UNIT, "unit", checking->wire->unit, "", "");
    else if (level < 0 || !campaign_within_owner(rules, tree, office) ||
             unit_level_above(tree, (unsigned)level, tree->units[office].level))
        find(checking, FINDING_NOT_AN_OFFICE, "unit", checking->wire->unit, rules->office_level,
             rules->owner);
}

static void check_until(const struct checking *checking, int64_t *ret_us)
{
    const char *text = checking->wire->until;
    int32_t day;
    if (day_parse(text, strlen(text), &day))
        *ret_us = day_end_us(day);
    else
        find(checking, FINDING_BAD_UNTIL, "until", text, "", "");
}

static void check_reason(const struct checking *checking)
{
    const char *text = checking->wire->reason;
    if (text[strspn(text, " \t\r\n")] == '\0' || !words_is_nfc(text))
        find(checking, FINDING_NO_REASON, "reason", text, "", "");
}

enum wire_code unlock_check(const struct world *world, const struct access_entry *who,
                            const struct wire_command *wire, int32_t today, struct unlock *ret,
                            struct findings *findings)
{
    struct checking checking = {.tree = world_tree(world), .wire = wire, .findings = findings};
    ret->campaign = world_campaign(world, wire->campaign);
    if (ret->campaign == NULL || checking.tree == NULL) {
        find(&checking, FINDING_UNKNOWN_CAMPAIGN, "campaign", wire->campaign, "", "");
        return WIRE_NOT_FOUND;
    }
    checking.rules = ret->campaign->rules;
    uint32_t office = unit_find(checking.tree, wire->unit);
    if (office != NO_UNIT && !access_reaches(who, world, office, today))
        return WIRE_FORBIDDEN;
    ret->period = (struct period){0};
    check_period(&checking, &ret->period);
    check_office(&checking, office);
    check_until(&checking, &ret->until_us);
    check_reason(&checking);
    findings_sort(findings);
    return findings->errors > 0 ? WIRE_INVALID : WIRE_OK;
}
