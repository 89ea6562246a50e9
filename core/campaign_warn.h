// What is possible in a campaign but probably not meant; no tree is needed to see it.
#ifndef THIDUA_CORE_CAMPAIGN_WARN_H
#define THIDUA_CORE_CAMPAIGN_WARN_H

#include "core/campaign.h"

void campaign_warn(const struct campaign *campaign, const char *file, struct findings *findings);

// The place of `list[index].key`, written into `path`.
#define CAMPAIGN_PATH_SIZE 96
struct finding_place campaign_place(const char *file, unsigned line, const char *list, size_t index,
                                    const char *key, char path[static CAMPAIGN_PATH_SIZE]);

#endif
