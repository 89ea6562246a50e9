// The runs that the leader makes by itself; see planner_private.h: the night's, once for each campaign
// and local day, and those of campaigns that want them continuously.
#include "server/planner_private.h"

#include "common/log.h"
#include <string.h>

#define MINUTE_US INT64_C(60000000)
#define PRUNE_ROWS 500 // at a look

static void next_campaign(struct planner *planner);

// ---- continuous runs ----

static void on_pruned(void *arg, enum db_class class, const PGresult *result)
{
    struct planner *planner = arg;
    if (!planner_stopped(planner, class, result, "prune"))
        planner_list_runs(planner);
}

static void on_refreshed(void *arg, enum db_class class, const PGresult *result)
{
    struct planner *planner = arg;
    if (planner_stopped(planner, class, result, "continuous"))
        return;
    for (int i = 0; class == DB_OK && i < PQntuples(result); i++)
        log_event(LOG_DEBUG, "continuous", "run=%s", PQgetvalue(result, i, 0));
    char term[DB_INTEGER_SIZE], most[DB_INTEGER_SIZE];
    const struct db_param params[] = {db_integer(planner->term, term),
                                      db_integer(PRUNE_ROWS, most)};
    db_exec(planner->db, NULL, "SELECT thidua.run_prune($1, $2)", params, 2, 0, on_pruned, planner);
}

static void refresh(struct planner *planner)
{
    if (planner->fresh_campaigns.length == 0) {
        planner_list_runs(planner);
        return;
    }
    char term[DB_INTEGER_SIZE];
    const struct db_param params[] = {db_integer(planner->term, term),
                                      db_text(planner->fresh_campaigns.data),
                                      db_text(planner->fresh_periods.data)};
    db_exec(planner->db, NULL, "SELECT thidua.run_continuous($1, $2, $3)", params, 3, 0,
            on_refreshed, planner);
}

// Who wants continuous runs today, and for which period.
static void list_fresh(struct planner *planner)
{
    int32_t today = day_of_instant(planner->now_us / 1000000);
    size_t count = planner->night(planner->arg, today, planner->campaigns, NIGHT_CAMPAIGNS_MAX);
    planner->fresh_campaigns.length = planner->fresh_periods.length = 0;
    for (size_t i = 0; i < count; i++) {
        const struct night_campaign *campaign = &planner->campaigns[i];
        if (!campaign->continuous)
            continue;
        const char *comma = planner->fresh_campaigns.length > 0 ? "," : "{";
        text_addf(&planner->fresh_campaigns, "%s%d", comma, campaign->id);
        text_addf(&planner->fresh_periods, "%s%d", comma, period_number(campaign->period));
    }
    if (planner->fresh_campaigns.length == 0)
        return;
    text_adds(&planner->fresh_campaigns, "}");
    text_adds(&planner->fresh_periods, "}");
}

// ---- the night ----

static void on_night(void *arg, enum db_class class, const PGresult *result)
{
    struct planner *planner = arg;
    if (planner_stopped(planner, class, result, "night"))
        return;
    if (class != DB_OK)
        planner->night_missed = true;
    else if (db_integer_at(result, 0, 0) > 0)
        log_event(LOG_INFO, "night", "run=%s campaign=%d", PQgetvalue(result, 0, 0),
                  planner->campaigns[planner->campaign_at].id);
    planner->campaign_at++;
    next_campaign(planner);
}

static void next_campaign(struct planner *planner)
{
    if (planner->campaign_at == planner->campaign_count) {
        planner->night_asked = planner->night_missed ? 0 : planner->campaign_count;
        refresh(planner);
        return;
    }
    const struct night_campaign *campaign = &planner->campaigns[planner->campaign_at];
    char term[DB_INTEGER_SIZE], id[DB_INTEGER_SIZE], at[DB_INTEGER_SIZE], period[DB_INTEGER_SIZE],
        slot[DAY_TEXT_SIZE];
    int64_t slot_at = day_end_instant(planner->night_done - 1) +
                      (int64_t)planner->nightly_minutes * 60;
    day_format(planner->night_done, slot);
    const struct db_param params[] = {db_integer(planner->term, term),
                                      db_integer(campaign->id, id),
                                      db_text(slot),
                                      db_integer(slot_at, at),
                                      db_integer(period_number(campaign->period), period),
                                      db_text(campaign->over ? "true" : "false")};
    db_exec(planner->db, NULL,
            "SELECT thidua.run_nightly($1, $2, $3, to_timestamp($4::bigint), $5, $6)", params, 6, 0,
            on_night, planner);
}

// The slot that should have been run by now: today's once its time has come, else yesterday's.
static int32_t due_slot(const struct planner *planner)
{
    int64_t local_us = planner->now_us - (int64_t)planner->nightly_minutes * MINUTE_US;
    return day_of_instant(local_us / 1000000);
}

void planner_night(struct planner *planner)
{
    int32_t slot = due_slot(planner);
    if (!planner->campaigns)
        planner->campaigns = mem_alloc(NIGHT_CAMPAIGNS_MAX, sizeof *planner->campaigns);
    list_fresh(planner);
    size_t known = planner->night(planner->arg, slot, planner->campaigns, NIGHT_CAMPAIGNS_MAX);
    bool asked = slot == planner->night_done && known == planner->night_asked;
    planner->campaign_count = asked ? 0 : known;
    planner->campaign_at = 0;
    planner->night_done = slot;
    planner->night_missed = false;
    if (asked) {
        refresh(planner);
        return;
    }
    planner->night_asked = 0; // until all have answered
    next_campaign(planner);
}
