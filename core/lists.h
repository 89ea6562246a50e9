// The campaign's lists beside the file: targets, adjustments, nominations, council decisions.
// Each is read from CSV against the campaign and the tree with all findings at once, and written
// back in a canonical order (what the store keeps and digests cover).
#ifndef THIDUA_CORE_LISTS_H
#define THIDUA_CORE_LISTS_H

#include "core/campaign.h"
#include "core/csv.h"

extern const char *const target_columns[3];
extern const char *const adjustment_columns[4];
extern const char *const nomination_columns[12];
extern const char *const decision_columns[4];
#define TARGET_COLUMNS_REQUIRED 3
#define ADJUSTMENT_COLUMNS_REQUIRED 4
#define NOMINATION_COLUMNS_REQUIRED 7
#define DECISION_COLUMNS_REQUIRED 3
#define ADJUSTMENT_TIMES_MAX 10000 // of one row

struct target {
    uint32_t unit, indicator;
    int64_t target_e4;
};
struct targets {
    struct target *list;
    size_t count, capacity;
}; // ordered by unit, indicator

struct adjustment {
    uint32_t unit, rule;
    int64_t times;
    const char *reason;
};
struct adjustments {
    struct adjustment *list;
    size_t count, capacity;
}; // by unit, rule, reason, times

enum nominee_category {
    CATEGORY_NONE,
    CATEGORY_LEADER,
    CATEGORY_WORKER,
    CATEGORY_FARMER,
    CATEGORY_OTHER
};
struct nomination {
    const char *id; // the nominee
    uint32_t unit, award;
    const char *name;
    enum nominee_category category;
    bool has_votes; // false: no vote was taken (votes_total empty or 0)
    int64_t votes_for, votes_total;
    bool has_score;
    int64_t score_e4;
    const char *prior; // title codes joined by ';'
    const char *reason;
};
struct nominations {
    struct nomination *list;
    size_t count, capacity;
}; // by award, id

struct decision {
    uint32_t award;
    const char *recipient;
    bool awarded;
    const char *reason;
};
struct decisions {
    struct decision *list;
    size_t count, capacity;
}; // by award, recipient

// Readers: texts live in `arena`; a row with a finding is left out; return 0, or -1 when there were
// error findings. `ret` is overwritten; its texts are the arena's or the table's. Same key twice in one file (target: unit+indicator; nomination: id+award;
// decision: award+recipient) is an error of both rows.
int targets_read(struct arena *arena, const struct campaign *campaign, const struct unit_tree *tree,
                 const struct csv_table *table, struct targets *ret, struct findings *findings);
int adjustments_read(struct arena *arena, const struct campaign *campaign,
                     const struct unit_tree *tree, const struct csv_table *table,
                     struct adjustments *ret, struct findings *findings);
int nominations_read(struct arena *arena, const struct campaign *campaign,
                     const struct unit_tree *tree, const struct csv_table *table,
                     struct nominations *ret, struct findings *findings);
int decisions_read(struct arena *arena, const struct campaign *campaign,
                   const struct csv_table *table, struct decisions *ret, struct findings *findings);
void targets_free(struct targets *list);
void adjustments_free(struct adjustments *list);
void nominations_free(struct nominations *list);
void decisions_free(struct decisions *list);

// Merging a newly handed-in list into the one on record. *_merge adds `more` to `base`, which then
// borrows texts of both:
// targets, nominations, decisions: an entry of the same key is replaced;
// adjustments: a row already on record (same unit, code, times and reason) is the same decision of
// the council handed in again and does not count twice: of each row as many as the larger list has.
struct merge_count {
    size_t added, changed, unchanged;
};
void targets_merge(struct targets *base, const struct targets *more, struct merge_count *ret);
void adjustments_merge(struct adjustments *base, const struct adjustments *more,
                       struct merge_count *ret);
void nominations_merge(struct nominations *base, const struct nominations *more,
                       struct merge_count *ret);
void decisions_merge(struct decisions *base, const struct decisions *more, struct merge_count *ret);

void targets_write(const struct targets *list, const struct campaign *c, const struct unit_tree *t,
                   struct text *out);
void adjustments_write(const struct adjustments *list, const struct campaign *c,
                       const struct unit_tree *t, struct text *out);
void nominations_write(const struct nominations *list, const struct campaign *c,
                       const struct unit_tree *t, struct text *out);
void decisions_write(const struct decisions *list, const struct campaign *c, struct text *out);

// The target that counts for a unit: its own row, else the indicator's default when the unit
// competes, else none (returns false).
bool target_of(const struct targets *targets, const struct campaign *campaign, uint32_t unit,
               uint32_t indicator, bool competes, int64_t *ret_e4);

#endif
