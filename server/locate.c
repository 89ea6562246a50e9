// Offices of (unit, period) pairs, from the rules in memory.
#include "server/locate.h"

#include "core/entry.h"
#include "core/mem.h"
#include "server/pulse.h"
#include "server/world.h"
#include <stdlib.h>
#include <string.h>

static const char *office_code(const struct campaign *rules, const struct unit_tree *tree,
                               const char *unit, const char *period, int32_t today)
{
    struct period parsed;
    uint32_t at = unit_find(tree, unit);
    if (at == NO_UNIT || !period_parse(period, strlen(period), &parsed) ||
        campaign_period_index(rules, parsed) == -2)
        return "";
    uint32_t office = office_of(rules, tree, at, parsed, today, NULL);
    return office != NO_UNIT ? tree->units[office].code : "";
}

void locate_answer(const struct asker *asker, struct message *message)
{
    const struct wire_locate *locate = &message->locate;
    const struct world *world = asker->server->world;
    const struct world_campaign *campaign = world_campaign(world, locate->campaign);
    if (campaign == NULL || world_tree(world) == NULL) {
        answer_code(asker, WIRE_NOT_FOUND, "there is no such campaign");
        return;
    }
    int32_t today = pulse_today(asker->server->pulse);
    const char **offices = mem_alloc(locate->count + 1, sizeof *offices);
    for (size_t i = 0; i < locate->count; i++)
        offices[i] = office_code(campaign->rules, world_tree(world), locate->units[i],
                                 locate->periods[i], today);
    struct message located = {.type = MESSAGE_LOCATED,
                              .located = {.count = locate->count, .offices = offices}};
    answer_send(asker, &located);
    free(offices);
}
