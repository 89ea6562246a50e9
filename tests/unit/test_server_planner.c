// The planner's chain against a scripted store: each statement is answered by hand, in order. The
// store's own side is tested in tests/sql.
#include "server/planner.h"

#include "common/log.h"
#include "tests/lib/cmocka_all.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define TERM "7"
#define NOON_US "1654750800000000" // 2022-06-09 12:00 in Ha Noi
#define NEXT_US "1654837200000000"

// ---- the store: one statement is under way

static struct {
    char sql[256], first[32], second[200], third[2048];
    db_fn *fn;
    void *arg;
    bool ready;
} store;

bool db_ready(const struct db *db)
{
    (void)db;
    return store.ready;
}

static void keep(char *to, size_t size, const struct db_param *params, int count, int at)
{
    snprintf(to, size, "%s", at < count ? (const char *)params[at].data : "");
}

void db_exec(struct db *db, const char *name, const char *sql, const struct db_param *params,
             int count, int result_format, db_fn *fn, void *arg)
{
    (void)db;
    (void)name;
    (void)result_format;
    assert_null(store.fn); // one at a time
    snprintf(store.sql, sizeof store.sql, "%s", sql);
    keep(store.first, sizeof store.first, params, count, 0);
    keep(store.second, sizeof store.second, params, count, 1);
    keep(store.third, sizeof store.third, params, count, 2);
    store.fn = fn;
    store.arg = arg;
}

// `row`: fields separated by spaces; NULL: no row.
static void answer(enum db_class class, const char *row)
{
    PGresult *result = PQmakeEmptyPGresult(NULL,
                                           class == DB_OK ? PGRES_TUPLES_OK : PGRES_FATAL_ERROR);
    PGresAttDesc columns[16] = {0};
    char copy[2048] = "";
    int column = 0;
    for (size_t i = 0; i < TEST_COUNT(columns); i++)
        columns[i].name = copy;
    PQsetResultAttrs(result, 16, columns);
    snprintf(copy, sizeof copy, "%s", row ? row : "");
    for (char *field = strtok(copy, " "); field; field = strtok(NULL, " "))
        PQsetvalue(result, 0, column++, field, (int)strlen(field));
    db_fn *fn = store.fn;
    store.fn = NULL;
    fn(store.arg, class, result);
    PQclear(result);
}

static void asked(const char *function)
{
    if (store.fn == NULL || strstr(store.sql, function) == NULL)
        fail_msg("%s was to be asked, not: %s", function, store.fn ? store.sql : "nothing");
}

static void quiet(void)
{
    if (store.fn != NULL)
        fail_msg("nothing was to be asked, not: %s", store.sql);
}

// ---- the planner

static struct identity identity;
static size_t campaigns;
static bool continuous; // all of them

static size_t night(void *arg, int32_t day, struct night_campaign *ret, size_t most)
{
    (void)arg;
    (void)day;
    assert_true(campaigns <= most);
    for (size_t i = 0; i < campaigns; i++)
        ret[i] = (struct night_campaign){
            .id = (int)i + 1,
            .period = {.kind = PERIOD_MONTH, .index = (uint8_t)(6 + i), .year = 2022},
            .continuous = continuous};
    return campaigns;
}

static void changed(struct loop *loop, void *arg)
{
    (void)loop;
    (void)arg;
}

struct fixture {
    struct loop *loop;
    struct planner *planner;
};

static struct fixture start(size_t campaign_count)
{
    struct fixture fixture = {.loop = loop_create()};
    memset(&store, 0, sizeof store);
    store.ready = true;
    campaigns = campaign_count;
    continuous = false;
    fixture.planner = planner_create(fixture.loop, NULL, "me", &identity, 30, night, changed, NULL);
    return fixture;
}

static void end(struct fixture *fixture)
{
    planner_destroy(fixture->planner);
    loop_destroy(fixture->loop);
}

static void look(struct fixture *fixture, const char *lead)
{
    quiet();
    planner_poke(fixture->planner);
    asked("leader_take");
    answer(DB_OK, lead);
}

static void nothing_to_sign(void)
{
    asked("run_unsigned");
    answer(DB_OK, NULL);
}

static void nothing_more(void)
{
    asked("FROM thidua.run WHERE");
    answer(DB_OK, NULL);
    nothing_to_sign();
    asked("run_advance");
    assert_string_equal(store.first, TERM);
    answer(DB_OK, NULL);
    quiet();
}

static void test_night_asked_once(void **state)
{
    struct fixture fixture = start(2);
    (void)state;
    look(&fixture, TERM " " NOON_US);
    for (int i = 0; i < 2; i++) {
        asked("run_nightly");
        assert_string_equal(store.third, "2022-06-09");
        answer(DB_OK, "1");
    }
    nothing_more();
    look(&fixture, TERM " " NOON_US);
    nothing_more();
    look(&fixture, TERM " " NEXT_US);
    asked("run_nightly");
    end(&fixture);
}

// A statement of the next night fails: it is asked for again, although the last one was complete.
static void test_night_not_lost(void **state)
{
    struct fixture fixture = start(2);
    (void)state;
    look(&fixture, TERM " " NOON_US);
    answer(DB_OK, "1");
    answer(DB_OK, "2");
    nothing_more();
    look(&fixture, TERM " " NEXT_US);
    asked("run_nightly");
    store.ready = false; // the connection is gone
    answer(DB_RETRY, NULL);
    quiet();
    store.ready = true;
    look(&fixture, TERM " " NEXT_US);
    asked("run_nightly");
    answer(DB_BUG, NULL); // one campaign's trouble is not the other's
    asked("run_nightly");
    assert_string_equal(store.second, "2");
    answer(DB_OK, "4");
    nothing_more();
    look(&fixture, TERM " " NEXT_US);
    asked("run_nightly");
    end(&fixture);
}

// Another led in between: what it has asked for is not known.
static void test_lead_lost(void **state)
{
    struct fixture fixture = start(1);
    (void)state;
    look(&fixture, TERM " " NOON_US);
    answer(DB_OK, "0");
    nothing_more();
    look(&fixture, "0 " NOON_US);
    quiet();
    look(&fixture, TERM " " NOON_US);
    asked("run_nightly");
    answer(DB_FENCED, NULL);
    quiet();
    end(&fixture);
}

// Behind the night, at each look, all campaigns that want it are asked for at once, then old ones are
// pruned; what fails there holds up nothing else.
static void test_continuous(void **state)
{
    struct fixture fixture = start(2);
    (void)state;
    continuous = true;
    look(&fixture, TERM " " NOON_US);
    answer(DB_OK, "1");
    answer(DB_OK, "2");
    for (int i = 0; i < 3; i++) {
        asked("run_continuous");
        assert_string_equal(store.first, TERM);
        assert_string_equal(store.second, "{1,2}");
        assert_string_equal(store.third, "{202206,202207}");
        answer(i == 1 ? DB_DATA : DB_OK, NULL);
        asked("run_prune");
        assert_string_equal(store.first, TERM);
        answer(i == 2 ? DB_DATA : DB_OK, NULL);
        nothing_more();
        look(&fixture, TERM " " NOON_US);
    }
    asked("run_continuous");
    answer(DB_FENCED, NULL);
    quiet();
    continuous = false;
    look(&fixture, TERM " " NOON_US);
    nothing_more();
    end(&fixture);
}

// A run whose statement fails for ever is failed with the reason; the others go on.
static void test_hopeless_run(void **state)
{
    struct fixture fixture = start(0);
    (void)state;
    look(&fixture, TERM " " NOON_US);
    asked("FROM thidua.run WHERE");
    answer(DB_OK, "11 1 1 202221 0 0 0 0 0 0");
    asked("run_cut");
    answer(DB_BUG, NULL);
    asked("run_fail");
    assert_string_equal(store.second, "11");
    assert_non_null(strstr(store.third, "cannot be planned"));
    answer(DB_BUG, NULL); // not even that
    nothing_to_sign();
    asked("run_advance");
    answer(DB_OK, NULL);
    quiet();
    end(&fixture);
}

// A run whose cut cannot be taken just now is passed over until the next look.
static void test_busy_cut(void **state)
{
    struct fixture fixture = start(0);
    (void)state;
    look(&fixture, TERM " " NOON_US);
    answer(DB_OK, "11 1 1 202221 0 0 0 0 0 0");
    asked("run_cut");
    answer(DB_RETRY, NULL);
    nothing_to_sign();
    asked("run_advance");
    answer(DB_OK, NULL);
    quiet();
    end(&fixture);
}

static void test_no_documents(void **state)
{
    struct fixture fixture = start(0);
    (void)state;
    look(&fixture, TERM " " NOON_US);
    answer(DB_OK, "11 2 1 202221 5 6 0 0 0 0");
    asked("FROM thidua.document");
    answer(DB_OK, NULL);
    asked("run_fail");
    assert_non_null(strstr(store.third, "there is no unit tree"));
    answer(DB_OK, NULL);
    nothing_to_sign();
    asked("run_advance");
    end(&fixture);
}

// What is done is signed before the store is asked to publish; twelve files, the third is not there.
static void test_signed_before_published(void **state)
{
    struct fixture fixture = start(0);
    struct text row = {0};
    (void)state;
    crypto_sign_keypair(identity.sign_public, identity.sign_secret);
    text_adds(&row, "11 c 202224 25 1673719200000001 ");
    for (int file = 0; file < 12; file++)
        for (int byte = 0; byte < 32; byte++)
            text_addf(&row, "%02x", file == 2 ? 0 : file + 1);
    look(&fixture, TERM " " NOON_US);
    answer(DB_OK, NULL);
    asked("run_unsigned");
    answer(DB_OK, row.data);
    asked("run_sign");
    assert_string_equal(store.first, TERM);
    assert_string_equal(store.second, "11");
    // 1673719200 is 2023-01-14 18:00 UTC.
    assert_memory_equal(store.third,
                        "thidua seal 1\ncampaign c\nperiod 2022-Q4\nrun 11\ncut 25\n"
                        "cut_at 2023-01-15T01:00:00.000001+07:00\ntree ",
                        99);
    assert_non_null(strstr(store.third, "\nunits.csv 0101"));
    assert_non_null(strstr(store.third, "\ntargets.csv -\nadjustments.csv 0404"));
    answer(DB_RETRY, NULL); // the next look signs it anew
    asked("run_advance");
    answer(DB_OK, NULL);
    quiet();
    text_free(&row);
    end(&fixture);
}

// On the way out the lead is given up once, and not taken again.
static void test_leaving(void **state)
{
    struct fixture fixture = start(0);
    (void)state;
    look(&fixture, TERM " " NOON_US);
    nothing_more();
    planner_leave(fixture.planner);
    asked("leader_leave");
    answer(DB_OK, NULL);
    planner_poke(fixture.planner);
    quiet();
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_night_asked_once),
        cmocka_unit_test(test_night_not_lost),
        cmocka_unit_test(test_lead_lost),
        cmocka_unit_test(test_continuous),
        cmocka_unit_test(test_hopeless_run),
        cmocka_unit_test(test_busy_cut),
        cmocka_unit_test(test_no_documents),
        cmocka_unit_test(test_leaving),
        cmocka_unit_test(test_signed_before_published),
    };
    log_open("test", LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
