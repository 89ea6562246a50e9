// Columns of all tables that people see, and the words in them that have a translation.
#include "client/table.h"

#include "common/words.h"
#include <string.h>

static const struct column columns[] = {
    {"period", N_("Period"), false, false},
    {"scope", N_("Scope"), false, true},
    {"unit", N_("Unit"), false, false},
    {"level", N_("Level"), false, true},
    {"indicator", N_("Indicator"), false, false},
    {"numerator", N_("Numerator"), true, false},
    {"denominator", N_("Denominator"), true, false},
    {"value", N_("Value"), true, false},
    {"reported", N_("Reported"), true, false},
    {"expected", N_("Expected"), true, false},
    {"na", N_("Not applicable"), true, false},
    {"missing", N_("Missing"), true, false},
    {"target", N_("Target"), true, false},
    {"completion", N_("Completion %"), true, false},
    {"met", N_("Met"), false, true},
    {"points", N_("Points"), true, false},
    {"bonus", N_("Bonus"), true, false},
    {"max", N_("Most"), true, false},
    {"note", N_("Note"), false, true},
    {"cluster", N_("Cluster"), false, false},
    {"rank", N_("Rank"), true, false},
    {"name", N_("Name"), false, false},
    {"total", N_("Total"), true, false},
    {"met_count", N_("Targets met"), true, false},
    {"adjustments", N_("Adjustments"), true, false},
    {"class", N_("Class"), false, false},
    {"eligible", N_("Eligible"), false, true},
    {"reasons", N_("Reasons"), false, true},
    {"award", N_("Award"), false, false},
    {"recipient", N_("Recipient"), false, false},
    {"kind", N_("Kind"), false, true},
    {"decision", N_("Decision"), false, true},
    {"state", N_("State"), false, true},
    {"office", N_("Office"), false, false},
    {"campaign", N_("Campaign"), false, false},
    {"run", N_("Run"), true, false},
    {"job", N_("Job"), true, false},
    {"role", N_("Role"), false, true},
    {"key", N_("Key"), false, false},
    {"submission", N_("Submission"), false, false},
    {"created", N_("New"), true, false},
    {"changed", N_("Changed"), true, false},
    {"unchanged", N_("Unchanged"), true, false},
    {"withdrawn", N_("Withdrawn"), true, false},
    {"late", N_("Late"), false, true},
    {"accepted", N_("Accepted"), false, false},
    {"number", N_("No"), true, false},
    {"file", N_("File"), false, false},
    {"row", N_("Row"), true, false},
    {"cells", N_("Cells"), true, false},
    {"saved", N_("Saved"), false, false},
    {"code", N_("Code"), false, false},
    {"severity", N_("Severity"), false, true},
    {"message", N_("Message"), false, false},
    {"column", N_("Column"), false, false},
    {"server", N_("Server"), false, false},
    {"version", N_("Version"), false, false},
    {"database_time", N_("Database time"), false, false},
    {"receipt_key", N_("Receipt key"), false, false},
    {"item", N_("Item"), false, true},
    {"content", N_("Content"), false, false},
    {"answer", N_("Answer"), false, true},
};

// Only collected for translation: the words of cells stay codes in English.
__attribute__((unused)) static const char *const words[] = {
    // met, eligible, late
    N_("yes"),
    N_("no"),
    // scope
    N_("period"),
    N_("to_date"),
    // note
    N_("na"),
    N_("missing"),
    N_("withdraw"),
    N_("verified"),
    // decision
    N_("awarded"),
    N_("undecided"),
    N_("not awarded"),
    // reasons
    N_("missing_over"),
    N_("not_met"),
    N_("adjustment"),
    N_("disqualified"),
    N_("total_min"),
    N_("rank_max"),
    N_("class_min"),
    N_("requires_met"),
    N_("higher"),
    N_("tie_at_cut"),
    N_("quota"),
    N_("votes_min"),
    N_("score_min"),
    N_("requires"),
    N_("direct_share"),
    N_("council"),
    // kind, level
    N_("unit"),
    N_("individual"),
    N_("collective"),
    N_("household"),
    N_("province"),
    N_("district"),
    N_("commune"),
    N_("village"),
    // states of the outbox, of runs, of jobs
    N_("waiting"),
    N_("sent"),
    N_("refused"),
    N_("PLANNED"),
    N_("CUT"),
    N_("RUNNING"),
    N_("VERIFYING"),
    N_("PUBLISHED"),
    N_("FAILED"),
    N_("BLOCKED"),
    N_("READY"),
    N_("LEASED"),
    N_("RETRY_WAIT"),
    N_("DONE"),
    N_("DEAD"),
    N_("CANCELLED"),
    // roles
    N_("clerk"),
    N_("leader"),
    N_("officer"),
    N_("auditor"),
    N_("admin"),
    N_("worker"),
    // severity
    N_("error"),
    N_("warning"),
    // signature
    N_("valid"),
    N_("not valid"),
    // answers
    N_("COMMITTED"),
    N_("DUPLICATE"),
    N_("CONFLICT"),
    N_("INVALID"),
    N_("FORBIDDEN"),
    N_("PERIOD_CLOSED"),
    N_("TOO_LARGE"),
    N_("NOT_FOUND"),
    N_("UNSUPPORTED"),
};

const struct column *column_find(const char *name)
{
    static const struct column unknown = {"", NULL, false, false};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        if (strcmp(columns[i].name, name) == 0)
            return &columns[i];
    return &unknown;
}
