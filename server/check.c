// The store against its audit. Submissions and forms are read once, in order of acceptance, over two
// connections; each submission leads to its batch by its acceptance number.
#include "server/check.h"

#include "common/audit_chain.h"
#include "core/mem.h"
#include "server/facts.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AUDIT_COLUMNS 9
enum { CHAIN, DAY, NUMBER, AT_US, ACTOR, WRITER, EVENT, DETAIL, HASH };
#define SUBMISSION_ACCEPTED 3 // column in facts_submission_columns
#define FORM_ACCEPTED 4

struct audited { // a batch as the audit has it
    char place[64];
    char digest[2 * FACTS_BYTES + 1];
    size_t submissions, met;
    struct facts facts;
};
struct membership {
    int64_t accepted;
    size_t batch;
};
struct check {
    PGconn *conns[2]; // the audit and submissions; forms
    struct audited *batches;
    size_t batch_count, batch_capacity;
    struct membership *members; // ordered by accepted once all are there
    size_t member_count, member_capacity;
    uint64_t problems;
};

static void problem(struct check *check, const char *what, const char *where)
{
    printf("%s: %s\n", where, what);
    check->problems++;
}

// ---- the audit

static const char *value_of(const char *detail, const char *name)
{
    const char *at = strstr(detail, name);
    return at != NULL ? at + strlen(name) : "";
}

static void add_batch(struct check *check, const struct audit_row *row)
{
    struct audited *batch = MEM_PUSH(check->batches, check->batch_count, check->batch_capacity);
    snprintf(batch->place, sizeof batch->place, "audit %s/%s/%s", row->chain, row->day,
             row->number);
    snprintf(batch->digest, sizeof batch->digest, "%.64s", value_of(row->detail, "digest="));
    batch->submissions = (size_t)strtoull(value_of(row->detail, "submissions="), NULL, 10);
    const char *at = value_of(row->detail, "accepted=");
    while (*at >= '0' && *at <= '9') {
        char *end;
        int64_t first = strtoll(at, &end, 10), last = first;
        if (*end == '-')
            last = strtoll(end + 1, &end, 10);
        at = end;
        for (int64_t accepted = first; accepted <= last; accepted++)
            *MEM_PUSH(check->members, check->member_count, check->member_capacity) =
                (struct membership){accepted, check->batch_count - 1};
        at += *at == ',';
    }
    facts_start(&batch->facts);
}

static void take_audit_row(struct check *check, struct audit_check *chain,
                           const struct field fields[AUDIT_COLUMNS])
{
    char *texts[AUDIT_COLUMNS], place[64];
    for (size_t i = 0; i < AUDIT_COLUMNS; i++)
        texts[i] = mem_text(fields[i].data, (size_t)fields[i].length);
    const struct audit_row row = {texts[CHAIN], texts[DAY],    texts[NUMBER],
                                  texts[AT_US], texts[ACTOR],  texts[WRITER],
                                  texts[EVENT], texts[DETAIL], texts[HASH]};
    if (check->problems == 0 && audit_check_row(chain, &row) != AUDIT_GOOD) {
        snprintf(place, sizeof place, "audit %s/%s/%s", row.chain, row.day, row.number);
        problem(check, "the chain is broken here", place);
    }
    if (strcmp(row.event, "submissions") == 0)
        add_batch(check, &row);
    for (size_t i = 0; i < AUDIT_COLUMNS; i++)
        free(texts[i]);
}

static int by_accepted(const void *a, const void *b)
{
    const struct membership *one = a, *other = b;
    return (one->accepted > other->accepted) - (one->accepted < other->accepted);
}

static int read_audit(struct check *check, struct err *err)
{
    struct copy_reader reader;
    struct audit_check chain;
    struct audit_link gone;
    struct field fields[AUDIT_COLUMNS];
    audit_check_start(&chain, NULL);
    int got = copy_read_start(
        &reader, check->conns[0],
        "COPY (SELECT chain::text, to_char(day, 'YYYY-MM-DD'), number::text, at_us::text,"
        " encode(actor, 'hex'), writer, event, detail, encode(hash, 'hex')"
        " FROM audit a ORDER BY a.chain, a.day, a.number) TO STDOUT BINARY",
        err);
    while (got == 0 && (got = copy_read(&reader, fields, AUDIT_COLUMNS, err)) == 1) {
        take_audit_row(check, &chain, fields);
        got = 0;
    }
    copy_read_end(&reader);
    audit_check_end(&chain, &gone);
    if (check->member_count > 0)
        qsort(check->members, check->member_count, sizeof *check->members, by_accepted);
    return got;
}

// ---- what is stored

static struct audited *batch_of(struct check *check, int64_t accepted)
{
    struct membership key = {.accepted = accepted};
    const struct membership *found = check->member_count > 0
                                         ? bsearch(&key, check->members, check->member_count,
                                                   sizeof *check->members, by_accepted)
                                         : NULL;
    return found != NULL ? &check->batches[found->batch] : NULL;
}

struct forms { // the stream of forms; `accepted` of the next one, INT64_MAX at the end
    struct copy_reader reader;
    struct field fields[FORM_COLUMNS];
    int64_t accepted;
};

static int next_form(struct forms *forms, struct err *err)
{
    int got = copy_read(&forms->reader, forms->fields, FORM_COLUMNS, err);
    forms->accepted = got == 1 ? get_int(forms->fields[FORM_ACCEPTED]) : INT64_MAX;
    return got < 0 ? -1 : 0;
}

// Forms up to the submission's own; those before it belong to none.
static int take_forms(struct check *check, struct forms *forms, int64_t accepted,
                      struct audited *batch, struct err *err)
{
    char place[64];
    while (forms->accepted <= accepted && forms->accepted != INT64_MAX) {
        if (forms->accepted < accepted) {
            snprintf(place, sizeof place, "form accepted as %" PRId64, forms->accepted);
            problem(check, "there is no submission of it", place);
        } else if (batch != NULL) {
            facts_row(&batch->facts, forms->fields, FORM_COLUMNS);
        }
        if (next_form(forms, err) != 0)
            return -1;
    }
    return 0;
}

static int take_submission(struct check *check, struct forms *forms,
                           const struct field fields[SUBMISSION_COLUMNS], struct err *err)
{
    int64_t accepted = get_int(fields[SUBMISSION_ACCEPTED]);
    struct audited *batch = batch_of(check, accepted);
    char place[64];
    if (batch != NULL) {
        batch->met++;
        facts_row(&batch->facts, fields, SUBMISSION_COLUMNS);
    } else if (check->member_count > 0 && accepted > check->members[0].accepted) {
        snprintf(place, sizeof place, "submission accepted as %" PRId64, accepted);
        problem(check, "the audit does not know it", place);
    }
    int status = take_forms(check, forms, accepted, batch, err);
    if (batch != NULL)
        facts_submission_end(&batch->facts);
    return status;
}

static void compare(struct check *check)
{
    for (size_t i = 0; i < check->batch_count; i++) {
        struct audited *batch = &check->batches[i];
        uint8_t digest[FACTS_BYTES];
        char hex[2 * FACTS_BYTES + 1];
        facts_end(&batch->facts, digest);
        sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
        if (batch->met != batch->submissions)
            problem(check, "submissions of this batch are gone", batch->place);
        else if (strcmp(hex, batch->digest) != 0)
            problem(check, "submissions or forms of this batch were changed", batch->place);
    }
}

static int read_store(struct check *check, struct err *err)
{
    struct copy_reader reader = {0};
    struct forms forms = {0};
    struct field fields[SUBMISSION_COLUMNS];
    char sql[512];
    snprintf(sql, sizeof sql, "COPY (SELECT %s FROM form ORDER BY accepted) TO STDOUT BINARY",
             facts_form_columns);
    int got = copy_read_start(&forms.reader, check->conns[1], sql, err);
    snprintf(sql, sizeof sql, "COPY (SELECT %s FROM submission ORDER BY accepted) TO STDOUT BINARY",
             facts_submission_columns);
    if (got == 0)
        got = copy_read_start(&reader, check->conns[0], sql, err);
    if (got == 0)
        got = next_form(&forms, err);
    while (got == 0 && (got = copy_read(&reader, fields, SUBMISSION_COLUMNS, err)) == 1)
        got = take_submission(check, &forms, fields, err);
    if (got == 0)
        got = take_forms(check, &forms, INT64_MAX, NULL, err);
    if (reader.conn != NULL)
        copy_read_end(&reader);
    copy_read_end(&forms.reader);
    return got;
}

// One snapshot for both connections, so that what comes in meanwhile is no difference.
static int one_snapshot(struct check *check, struct err *err)
{
    char sql[200];
    static const char begin[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    PGresult *results[4] = {db_run(check->conns[0], begin, NULL, 0, 0, err), NULL, NULL, NULL};
    if (results[0] != NULL)
        results[1] = db_run(check->conns[0], "SELECT pg_export_snapshot()", NULL, 0, 0, err);
    if (results[1] != NULL)
        results[2] = db_run(check->conns[1], begin, NULL, 0, 0, err);
    if (results[2] != NULL) {
        snprintf(sql, sizeof sql, "SET TRANSACTION SNAPSHOT '%.100s'",
                 PQgetvalue(results[1], 0, 0));
        results[3] = db_run(check->conns[1], sql, NULL, 0, 0, err);
    }
    int status = results[3] != NULL ? 0 : -1;
    for (size_t i = 0; i < 4; i++)
        PQclear(results[i]);
    return status;
}

int check_store(const char *conninfo, struct err *err)
{
    struct check check = {0};
    int status = 0;
    for (size_t i = 0; i < 2 && status == 0; i++) {
        check.conns[i] = db_connect(conninfo, "thidua-server check", 0, err);
        status = check.conns[i] != NULL ? 0 : -1;
    }
    if (status == 0)
        status = one_snapshot(&check, err);
    if (status == 0)
        status = read_audit(&check, err);
    if (status == 0)
        status = read_store(&check, err);
    if (status == 0) {
        compare(&check);
        printf("%zu batches, %zu submissions\n", check.batch_count, check.member_count);
    }
    if (status == 0 && check.problems > 0)
        status = err_set(err, ERR_REJECT, "store_changed",
                         "%" PRIu64 " places differ from what was stored", check.problems);
    for (size_t i = 0; i < 2; i++)
        PQfinish(check.conns[i]);
    free(check.batches);
    free(check.members);
    return status;
}
