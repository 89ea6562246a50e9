// Words that stand in the cells of tables: codes for programs, words for people. Only these are
// translated, so that a unit that happens to be called like a word keeps its name.
#include "client/table.h"

#include "common/words.h"
#include <string.h>

static const char *const vocabulary[] = {
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
    // what became of a decision
    N_("closed"),
    N_("no_effect"),
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
    N_("stored"),
    N_("other_receipt"),
    N_("other_content"),
    N_("replaced"),
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
    // signature of a receipt: receipt.c has the doubts
    N_("valid"),
    N_("the server has given no receipt"),
    N_("the signature is not valid"),
    N_("the receipt is for another submission"),
    N_("the receipt is for other content"),
    N_("the receipt's numbers do not add up to what was sent"),
    N_("the receipt is signed by another key than this server's"),
    // how a report stands
    N_("submitted"),
    N_("signed"),
    N_("returned"),
    N_("exception"),
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
    // reporting, cause, kinds and stages of jobs, state of keys
    N_("month"),
    N_("quarter"),
    N_("half"),
    N_("year"),
    N_("nightly"),
    N_("demand"),
    N_("continuous"),
    N_("rollup"),
    N_("upper"),
    N_("score"),
    N_("award"),
    N_("verify"),
    N_("seal"),
    N_("revoked"),
    N_("expired"),
    // sections and items of explain and trace
    N_("rank"),
    N_("tie"),
    N_("above"),
    N_("below"),
    N_("indicator"),
    N_("group"),
    N_("sum"),
    N_("reason"),
    N_("late"),
    N_("class"),
    N_("points"),
    N_("counted"),
    N_("adjustments"),
    N_("total"),
    N_("bonus"),
    N_("met_count"),
    N_("on_time"),
    N_("figure"),
    N_("entry"),
    N_("baseline"),
    N_("after_cut"),
    N_("not_signed"),
    N_("not_verified"),
    N_("replaced"),
    N_("differs"),
    N_("capped"),
    // details of explain: rules
    N_("proportional"),
    N_("steps"),
    N_("deduct"),
    N_("per_case"),
    N_("linear"),
    N_("all_or_nothing"),
    N_("assessed"),
    N_("not scored"),
    N_("score_against"),
    N_("floor"),
    N_("from"),
    N_("beyond from"),
    N_("value"),
    N_("beyond value"),
    N_("per"),
    N_("exact"),
    N_("started"),
    N_("full"),
    N_("each case"),
    N_("at most"),
    N_("start"),
    N_("bonus per"),
    N_("bonus each case"),
    N_("bonus at most"),
    N_("bonus from"),
    N_("bonus beyond from"),
    N_("bonus value"),
    N_("bonus beyond value"),
    N_("decrease"),
    N_("increase"),
    // details of explain: what they came to
    N_("nothing expected"),
    N_("no target"),
    N_("reported"),
    N_("coverage_min"),
    N_("before rounding"),
    N_("rescale"),
    N_("zero"),
    N_("of"),
    N_("to"),
    N_("gap"),
    N_("no rank"),
    N_("cluster"),
    N_("own"),
    N_("other"),
    N_("decides"),
    N_("each"),
    N_("times"),
    N_("max_times"),
    N_("bonus_max"),
    N_("adjust_min"),
    N_("adjust_max"),
    N_("denominator 0"),
    N_("class_at_most"),
    N_("min_share"),
    N_("no_zero"),
    N_("max"),
    // the smallest change that would pass the unit above
    N_("pass"),
    N_("least"),
    N_("no figure"),
    N_("no single change suffices"),
    N_("numerator"),
    N_("by"),
    // run what-if and run sensitivity
    N_("ranking"),
    N_("excluded"),
    N_("best"),
    N_("worst"),
    N_("rounding"),
    N_("unverified"),
    // sections and items of run compare
    N_("run"),
    N_("document"),
    N_("moved"),
    N_("and more"),
    N_("line"),
    N_("cell"),
    N_("units"),
    N_("rules"),
    N_("targets"),
    N_("nominations"),
    N_("decisions"),
    N_("eligible"),
    N_("reasons"),
    N_("target"),
};

// Words that mean something else in one column: "column|word".
static const char *const exceptions[] = {
    N_("detail|leader"), // a rule of points
    N_("detail|half"),   // of that rule
    N_("section|adjustment"), N_("section|award"),
    N_("item|period"), // that a run is for
};

static const char *exception_shown(const char *column, const char *word)
{
    size_t length = strlen(column);
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
        const char *text = exceptions[i];
        if (strncmp(text, column, length) == 0 && text[length] == '|' &&
            strcmp(text + length + 1, word) == 0)
            return _(text) != text ? _(text) : word; // English has the word itself
    }
    return NULL;
}

const char *word_shown(const char *column, const char *word)
{
    const char *shown = exception_shown(column, word);
    if (shown != NULL)
        return shown;
    for (size_t i = 0; i < sizeof vocabulary / sizeof vocabulary[0]; i++)
        if (strcmp(vocabulary[i], word) == 0)
            return _(word);
    return word;
}
