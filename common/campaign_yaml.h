// The campaign file (campaign-format.md) read into a struct campaign.
#ifndef THIDUA_COMMON_CAMPAIGN_YAML_H
#define THIDUA_COMMON_CAMPAIGN_YAML_H

#include "core/campaign.h"

// `text` is what the file holds, brought to NFC; a BOM is taken. Everything that is wrong with it is
// named at once, by line and path (`indicators[2].steps[0].from`). Returns owned (campaign_destroy),
// or NULL when there were errors. What needs the unit tree is said by campaign_check.
struct campaign *campaign_read(const char *file, const char *text, size_t length,
                               struct findings *findings);

#endif
