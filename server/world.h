// The rules in memory: the unit tree and all campaigns, as the newest documents have them.
//
// A world never changes; newer rules make a new one. Whoever works with one over several trips to the
// database holds a reference. Its parts are shared between worlds as long as they stay the same.
#ifndef THIDUA_SERVER_WORLD_H
#define THIDUA_SERVER_WORLD_H

#include "common/db.h"
#include "core/campaign.h"

struct world_units {
    unsigned references;
    int64_t accepted; // of its document
    struct unit_tree *tree;
};
struct world_campaign {
    unsigned references;
    int32_t id; // campaign.id
    int64_t accepted;
    struct campaign *rules;
    int16_t *numbers; // by indicator: indicator.number in the store
};
struct world {
    unsigned references;
    int64_t version;                   // newest document of units and campaigns; 0: there is none
    struct world_units *units;         // NULL: none yet
    struct world_campaign **campaigns; // by code
    size_t campaign_count;
};

struct world *world_hold(struct world *world);
void world_release(struct world *world); // NULL is fine

// Statement that tells the newest rules; content only of documents newer than $1.
extern const char world_documents_sql[], world_indicators_sql[];
// Makes a world of the two results (text format), taking over from `old` (may be NULL) what has not
// changed. Returns owned, or NULL when a document on record cannot be read (logged).
struct world *world_create(struct world *old, const PGresult *documents,
                           const PGresult *indicators);

const struct world_campaign *world_campaign(const struct world *world, const char *code);
const struct world_campaign *world_campaign_by_id(const struct world *world, int32_t id);
// The tree; an empty one while no units are loaded is NULL.
const struct unit_tree *world_tree(const struct world *world);
// The unit of that code that counts today: itself or what continues it; NO_UNIT when there is none.
uint32_t world_unit_today(const struct world *world, const char *code, int32_t today);
// Is `unit` (of any time) at or below the unit `upper` names, as things stand today?
bool world_covers(const struct world *world, const char *upper, uint32_t unit, int32_t today);

#endif
