// What the tables of campaign_yaml.c cannot say: keys that exclude or need each other, and values
// that limit each other. One check for each kind of map; they run when the whole file has been read.
#ifndef THIDUA_COMMON_CAMPAIGN_RULES_H
#define THIDUA_COMMON_CAMPAIGN_RULES_H

#include "common/yaml_table.h"

void check_campaign(struct yaml_reader *reader, const struct yaml_map *map);
void check_competitors(struct yaml_reader *reader, const struct yaml_map *map);
void check_indicator(struct yaml_reader *reader, const struct yaml_map *map);
void check_step(struct yaml_reader *reader, const struct yaml_map *map);
void check_per_case(struct yaml_reader *reader, const struct yaml_map *map);
void check_linear(struct yaml_reader *reader, const struct yaml_map *map);
void check_bonus(struct yaml_reader *reader, const struct yaml_map *map);
void check_cluster(struct yaml_reader *reader, const struct yaml_map *map);
void check_adjustment(struct yaml_reader *reader, const struct yaml_map *map);
void check_class(struct yaml_reader *reader, const struct yaml_map *map);
void check_award(struct yaml_reader *reader, const struct yaml_map *map);
void check_quota(struct yaml_reader *reader, const struct yaml_map *map);

#endif
