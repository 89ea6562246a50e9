// What an exception from the lock must say.
#include "core/deadline.h"
#include "server/unlock.h"
#include "tests/lib/cmocka_all.h"
#include "tests/unit/server_small.h"

#define TODAY "2022-10-05"

static void requests(void **state)
{
    static const struct {
        enum role role;
        const char *of, *campaign, *unit, *period, *until, *reason;
        enum wire_code code;
        const char *findings;
    } cases[] = {
        {ROLE_OFFICER, "H", "c", "X1", "2022-Q1", "2022-10-31", "bão", WIRE_OK, ""},
        {ROLE_OFFICER, "", "c", "X1", "2022-Q1", "2022-10-31", "r", WIRE_OK, ""},
        {ROLE_ADMIN, "", "c", "X1", "2021", "2022-10-31", "r", WIRE_OK, ""},
        // a day that is over: it closes again
        {ROLE_OFFICER, "H", "c", "X1", "2022-Q1", "2022-10-04", "r", WIRE_OK, ""},
        // the office of then and the one that continues it
        {ROLE_OFFICER, "H", "c", "X4", "2022-Q2", "2022-10-31", "r", WIRE_OK, ""},
        {ROLE_OFFICER, "H", "c", "X5", "2022-Q2", "2022-10-31", "r", WIRE_OK, ""},
        {ROLE_OFFICER, "I", "c", "X1", "2022-Q1", "2022-10-31", "r", WIRE_FORBIDDEN, ""},
        {ROLE_OFFICER, "H", "d", "X1", "2022-Q1", "2022-10-31", "r", WIRE_NOT_FOUND,
         "0 campaign unknown_campaign(d; d)\n"},
        {ROLE_OFFICER, "H", "c", "X1", "2023-Q1", "2022-10-31", "r", WIRE_INVALID,
         "0 period unknown_period(2023-Q1; 2023-Q1, 2022-Q1, 2022-Q4)\n"},
        {ROLE_OFFICER, "H", "c", "V1", "2022-Q1", "2022-10-31", "r", WIRE_INVALID,
         "0 unit not_an_office(V1; V1, commune, H)\n"},
        {ROLE_ADMIN, "", "c", "X9", "2022-Q1", "2022-10-31", "r", WIRE_INVALID,
         "0 unit not_an_office(X9; X9, commune, H)\n"},
        // all at once
        {ROLE_OFFICER, "H", "c", "X7", "Q1", "", " \n", WIRE_INVALID,
         "0 period bad_period(Q1; Q1)\n0 reason no_reason( \xef\xbf\xbd;  \xef\xbf\xbd)\n"
         "0 unit unknown_unit(X7; X7)\n0 until bad_until()\n"},
        {ROLE_OFFICER, "H", "c", "X1", "2022-Q1", "2022-02-29", "e\xcc\x81", WIRE_INVALID,
         "0 reason no_reason(e\xcc\x81; e\xcc\x81)\n0 until bad_until(2022-02-29; 2022-02-29)\n"},
    };
    struct world *world = server_world(SERVER_UNITS, SERVER_CAMPAIGN);
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        struct access_entry who = {.role = cases[i].role};
        struct wire_command wire = {.campaign = cases[i].campaign,
                                    .unit = cases[i].unit,
                                    .period = cases[i].period,
                                    .until = cases[i].until,
                                    .reason = cases[i].reason};
        struct findings findings = {0};
        struct unlock unlock;
        snprintf(who.unit, sizeof who.unit, "%s", cases[i].of);
        enum wire_code code = unlock_check(world, &who, &wire, tree_day(TODAY), &unlock, &findings);
        if (code != cases[i].code)
            fail_msg("case %zu: %s", i, wire_code_name(code));
        if (code == WIRE_OK) {
            assert_int_equal(unlock.campaign->id, SERVER_CAMPAIGN_ID);
            assert_true(unlock.until_us == day_end_us(tree_day(cases[i].until)));
        }
        found_equal(&findings, cases[i].findings);
    }
    world_release(world);
}

static void without_a_lock(void **state)
{
    struct world *world = server_world(
        SERVER_UNITS,
        "campaign: c\nowner: H\noffice_level: commune\n"
        "competitors: {level: commune}\nreporting: quarter\nfrom: 2022-Q1\nto: 2022-Q4\n"
        "indicators:\n  - {code: REFORM, kind: assessed, points: 10}\n");
    struct access_entry who = {.role = ROLE_ADMIN};
    struct wire_command wire = {
        .campaign = "c", .unit = "X1", .period = "2022-Q1", .until = "2022-10-31", .reason = "r"};
    struct findings findings = {0};
    struct unlock unlock;
    (void)state;
    assert_int_equal(unlock_check(world, &who, &wire, tree_day(TODAY), &unlock, &findings),
                     WIRE_INVALID);
    found_equal(&findings, "0 period never_locked(c; c)\n");
    world_release(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests),
        cmocka_unit_test(without_a_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
