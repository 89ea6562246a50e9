// A tree and a campaign that fuzz targets read lists and results against; made once.
#ifndef THIDUA_TESTS_FUZZ_SMALL_WORLD_H
#define THIDUA_TESTS_FUZZ_SMALL_WORLD_H

#include "common/campaign_yaml.h"
#include "core/csv.h"
#include <stdlib.h>
#include <string.h>

static const char small_units[] = "code,name,level,parent,valid_from,valid_to,merged_into\n"
                                  "H,h,district,,,,\n"
                                  "X,x,commune,H,,,\n"
                                  "Y,y,commune,H,,2022-05-05,X\n"
                                  "V,v,village,X,,,\n"
                                  "W,w,village,Y,,2022-05-05,V\n";
static const char small_rules[] =
    "campaign: c\nowner: H\noffice_level: commune\ncompetitors: {units: [X, Y]}\n"
    "reporting: month\nfrom: 2022-01\nto: 2022-12\nbaseline: 2021\nlock_days: 30\n"
    "indicators:\n"
    "  - {code: A, kind: amount, time: flow, reported_by: village, points: 1, target: 5, min: 0, max: 9}\n"
    "  - {code: R, kind: ratio, time: stock, reported_by: village, points: 1, measure: decrease}\n"
    "  - {code: M, kind: mean, time: stock, reported_by: commune, points: 1}\n"
    "  - {code: Q, kind: yes_no, time: stock, reported_by: village, points: 1}\n"
    "  - {code: S, kind: assessed, points: 10}\n"
    "adjustments: [{code: MODEL, points: 1}, {code: FAULT, points: -1, max_times: 2}]\n"
    "awards:\n"
    "  - {code: FLAG, to: unit, quota: {count: 1}}\n"
    "  - {code: FIGHTER, to: individual}\n"
    "  - {code: HOUSE, to: household, form: spot}\n";

struct small_world {
    struct unit_tree *tree;
    struct campaign *campaign;
};

static inline const struct small_world *small_world(void)
{
    static struct small_world world;
    if (world.tree != NULL)
        return &world;
    struct arena *arena = arena_create();
    struct findings findings = {0};
    const struct csv_table *table = csv_read(arena, "units", small_units, sizeof small_units - 1,
                                             unit_columns, 7, 4, &findings);
    world.tree = table != NULL ? unit_tree_create(table, &findings) : NULL;
    world.campaign = campaign_read("rules", small_rules, sizeof small_rules - 1, &findings);
    if (world.tree == NULL || world.campaign == NULL)
        abort();
    arena_destroy(arena);
    findings_free(&findings);
    return &world;
}

#endif
