// A server's rules for tests, without a database: one tree, one campaign.
#ifndef THIDUA_TESTS_SERVER_SMALL_H
#define THIDUA_TESTS_SERVER_SMALL_H

#include "core/mem.h"
#include "server/world.h"
#include "tests/lib/found.h"
#include "tests/lib/tree.h"

#include <stdlib.h>
#include <string.h>

#define SERVER_CAMPAIGN_ID 7

// Numbers of indicators in the store are 101, 102 … in campaign order. Owned (world_release).
static inline struct world *server_world(const char *units, const char *yaml)
{
    struct world *world = mem_alloc(1, sizeof *world);
    *world = (struct world){.references = 1, .version = 3};
    world->units = mem_alloc(1, sizeof *world->units);
    *world->units = (struct world_units){.references = 1, .accepted = 1, .tree = tree_make(units)};
    world->campaigns = mem_alloc(1, sizeof *world->campaigns);
    if (yaml == NULL)
        return world;
    struct world_campaign *campaign = mem_alloc(1, sizeof *campaign);
    *campaign = (struct world_campaign){
        .references = 1, .id = SERVER_CAMPAIGN_ID, .accepted = 3, .rules = campaign_make(yaml)};
    campaign->numbers = mem_alloc(campaign->rules->indicator_count + 1, sizeof *campaign->numbers);
    for (size_t i = 0; i < campaign->rules->indicator_count; i++)
        campaign->numbers[i] = (int16_t)(101 + i);
    world->campaigns[world->campaign_count++] = campaign;
    return world;
}

// H runs the campaign of communes X1, X2 and X4, which ends in October and is continued by X5; each
// has a village. I is the neighbour with X9.
#define SERVER_UNITS                  \
    "P,p,province,,,,\n"              \
    "H,h,district,P,,,\n"             \
    "I,i,district,P,,,\n"             \
    "X1,x,commune,H,,,\n"             \
    "X2,x,commune,H,,,\n"             \
    "X4,x,commune,H,,2022-09-30,X5\n" \
    "X5,x,commune,H,2022-10-01,,\n"   \
    "X9,x,commune,I,,,\n"             \
    "V1,v,village,X1,,,\n"            \
    "V2,v,village,X2,,,\n"            \
    "V4,v,village,X4,,2022-09-30,\n"  \
    "V4,v,village,X5,2022-10-01,,\n"  \
    "V9,v,village,X9,,,\n"
#define SERVER_CAMPAIGN                                                                             \
    "campaign: c\nowner: H\noffice_level: commune\ncompetitors: {level: commune}\n"                 \
    "reporting: quarter\nfrom: 2022-Q1\nto: 2022-Q4\nbaseline: 2021\ndue_days: 10\nlock_days: 40\n" \
    "indicators:\n"                                                                                 \
    "  - {code: FOOD, kind: amount, time: flow, reported_by: village, points: 1, min: 0}\n"         \
    "  - {code: POOR, kind: ratio, time: stock, reported_by: village, points: 1}\n"                 \
    "  - {code: REFORM, kind: assessed, points: 10}\n"

#endif
