// Commendation by hand: quotas, ties across the cut, the share kept from leaders, one award for one
// achievement, the council's decisions.
#include "core/award.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/figures.h"
#include "tests/lib/found.h"
#include "tests/lib/small.h"
#include "tests/lib/tree.h"

#include <string.h>

#define NOMINATIONS \
    "id,unit,award,kind,name,category,form,votes_for,votes_total,score,prior,reason\n"
#define DECISIONS "award,recipient,decision,reason\n"
#define PERSON(id, award, category, votes, score, prior) \
    id ",X1," award ",individual,n," category ",regular," votes ",10," score "," prior ",\n"

static void awards(const char *rest, const char *results, const char *nominations,
                   const char *decisions, const char *expected)
{
    struct text campaign = {0};
    text_adds(&campaign, SMALL_CAMPAIGN("[X1, X2, X3, X4, X5, X6]",
                                        SMALL_PERCENT("A", "10") SMALL_PERCENT("B", "0"), ""));
    text_adds(&campaign, rest);
    const struct offline_texts texts = {.units = SMALL_UNITS,
                                        .campaign = campaign.data,
                                        .results = results,
                                        .nominations = nominations,
                                        .decisions = decisions};
    figures_equal(&texts, NULL, AWARDS_FILE, NULL, expected);
    text_free(&campaign);
}

// Totals 10, 9, 8, 8, 8, 2: ranks 1, 2, 3, 3, 3, 6.
#define TIED                                                                      \
    SMALL_RESULTS "2022-Q1,X1,A,100,,,\n2022-Q1,X2,A,90,,,\n2022-Q1,X3,A,80,,,\n" \
                  "2022-Q1,X4,A,80,,,\n2022-Q1,X5,A,80,,,\n2022-Q1,X6,A,20,,,\n"

static void test_ties_at_the_cut(void **state)
{
    (void)state;
    // Four places: X1, X2, and two left for three equal ones. Nobody ranked after them is taken.
    awards("awards:\n  - {code: W, to: unit, quota: {count: 4}, tie_at_cut: include}\n", TIED, NULL,
           NULL,
           "W,X1,unit,X1,1,awarded,\nW,X2,unit,X2,2,awarded,\n"
           "W,X3,unit,X3,3,awarded,tie_at_cut\nW,X4,unit,X4,3,awarded,tie_at_cut\n"
           "W,X5,unit,X5,3,awarded,tie_at_cut\nW,X6,unit,X6,6,not awarded,quota\n");
    awards("awards:\n  - {code: W, to: unit, quota: {count: 4}, tie_at_cut: exclude}\n", TIED, NULL,
           NULL,
           "W,X1,unit,X1,1,awarded,\nW,X2,unit,X2,2,awarded,\n"
           "W,X3,unit,X3,3,not awarded,tie_at_cut\nW,X4,unit,X4,3,not awarded,tie_at_cut\n"
           "W,X5,unit,X5,3,not awarded,tie_at_cut\nW,X6,unit,X6,6,not awarded,quota\n");
    awards("awards:\n  - {code: W, to: unit, quota: {count: 4}}\n", TIED, NULL, NULL,
           "W,X1,unit,X1,1,awarded,\nW,X2,unit,X2,2,awarded,\n"
           "W,X3,unit,X3,3,undecided,tie_at_cut\nW,X4,unit,X4,3,undecided,tie_at_cut\n"
           "W,X5,unit,X5,3,undecided,tie_at_cut\nW,X6,unit,X6,6,not awarded,quota\n");
    // With two places none is left for the three: no tie at the cut. With five all of them fit.
    awards("awards:\n  - {code: W, to: unit, quota: {count: 2}}\n", TIED, NULL, NULL,
           "W,X1,unit,X1,1,awarded,\nW,X2,unit,X2,2,awarded,\n"
           "W,X3,unit,X3,3,not awarded,quota\nW,X4,unit,X4,3,not awarded,quota\n"
           "W,X5,unit,X5,3,not awarded,quota\nW,X6,unit,X6,6,not awarded,quota\n");
    awards("awards:\n  - {code: W, to: unit, quota: {count: 5}}\n", TIED, NULL, NULL,
           "W,X1,unit,X1,1,awarded,\nW,X2,unit,X2,2,awarded,\n"
           "W,X3,unit,X3,3,awarded,\nW,X4,unit,X4,3,awarded,\n"
           "W,X5,unit,X5,3,awarded,\nW,X6,unit,X6,6,not awarded,quota\n");
}

static void test_quota_of_units(void **state)
{
    (void)state;
    // Clusters of 4 (X6 is disqualified and counts) and 2; 30 %: 1.2 and 0.6 places.
#define CLUSTERS                                                                            \
    "clusters:\n  - {code: C1, units: [X1, X2, X3, X6]}\n  - {code: C2, units: [X4, X5]}\n" \
    "disqualify: {not_met: [B]}\n"
#define NOT_MET_B                                                                          \
    SMALL_RESULTS                                                                          \
    "2022-Q1,X1,A,100,,,\n2022-Q1,X2,A,90,,,\n2022-Q1,X3,A,80,,,\n"                        \
    "2022-Q1,X4,A,70,,,\n2022-Q1,X5,A,60,,,\n2022-Q1,X6,A,95,,,\n"                         \
    "2022-Q1,X1,B,100,,,\n2022-Q1,X2,B,100,,,\n2022-Q1,X3,B,100,,,\n2022-Q1,X4,B,100,,,\n" \
    "2022-Q1,X5,B,100,,,\n"
    awards(CLUSTERS "awards:\n  - {code: W, to: unit, quota: {percent: 30}}\n", NOT_MET_B, NULL,
           NULL,
           "W,X1,unit,X1,1,awarded,\nW,X4,unit,X4,1,not awarded,quota\n"
           "W,X2,unit,X2,2,not awarded,quota\nW,X5,unit,X5,2,not awarded,quota\n"
           "W,X3,unit,X3,3,not awarded,quota\nW,X6,unit,X6,,not awarded,disqualified\n");
    awards(CLUSTERS "awards:\n  - {code: W, to: unit, quota: {percent: 30, round: half_up}}\n",
           NOT_MET_B, NULL, NULL,
           "W,X1,unit,X1,1,awarded,\nW,X4,unit,X4,1,awarded,\n"
           "W,X2,unit,X2,2,not awarded,quota\nW,X5,unit,X5,2,not awarded,quota\n"
           "W,X3,unit,X3,3,not awarded,quota\nW,X6,unit,X6,,not awarded,disqualified\n");
    awards(CLUSTERS "awards:\n  - {code: W, to: unit, quota: {percent: 30, round: ceil}}\n",
           NOT_MET_B, NULL, NULL,
           "W,X1,unit,X1,1,awarded,\nW,X4,unit,X4,1,awarded,\n"
           "W,X2,unit,X2,2,awarded,\nW,X5,unit,X5,2,not awarded,quota\n"
           "W,X3,unit,X3,3,not awarded,quota\nW,X6,unit,X6,,not awarded,disqualified\n");
}

static void test_conditions_on_units(void **state)
{
    (void)state;
    // All reasons at once, in order. X2: 9.00 is not 9.01. Without a quota all eligible are taken.
    awards(
        "classes:\n  - {code: K1, name: k, from: 9}\n  - {code: K2, name: k, from: 8}\n"
        "awards:\n  - {code: W, to: unit, total_min: 9.01, rank_max: 2, class_min: K1, "
        "requires_met: [A, B]}\n  - {code: V, to: unit, class_min: K2}\n",
        TIED, NULL, NULL,
        "W,X1,unit,X1,1,not awarded,requires_met:B\n"
        "W,X2,unit,X2,2,not awarded,total_min;requires_met:A;requires_met:B\n"
        "W,X3,unit,X3,3,not awarded,total_min;rank_max;class_min;requires_met:A;requires_met:B\n"
        "W,X4,unit,X4,3,not awarded,total_min;rank_max;class_min;requires_met:A;requires_met:B\n"
        "W,X5,unit,X5,3,not awarded,total_min;rank_max;class_min;requires_met:A;requires_met:B\n"
        "W,X6,unit,X6,6,not awarded,total_min;rank_max;class_min;requires_met:A;requires_met:B\n"
        "V,X1,unit,X1,1,awarded,\nV,X2,unit,X2,2,awarded,\nV,X3,unit,X3,3,awarded,\n"
        "V,X4,unit,X4,3,awarded,\nV,X5,unit,X5,3,awarded,\nV,X6,unit,X6,6,not awarded,class_min\n");
}

static void test_one_award_for_one_achievement(void **state)
{
    (void)state;
    // H has four places: X1 and X2, the three equal ones undecided. L: they are all out, X6 gets it.
    // A spot award neither blocks nor is blocked.
    awards("awards:\n  - {code: S, to: unit, form: spot}\n"
           "  - {code: H, to: unit, quota: {count: 4}}\n"
           "  - {code: L, to: unit, quota: {count: 2}}\n",
           TIED, NULL, NULL,
           "S,X1,unit,X1,1,awarded,\nS,X2,unit,X2,2,awarded,\nS,X3,unit,X3,3,awarded,\n"
           "S,X4,unit,X4,3,awarded,\nS,X5,unit,X5,3,awarded,\nS,X6,unit,X6,6,awarded,\n"
           "H,X1,unit,X1,1,awarded,\nH,X2,unit,X2,2,awarded,\n"
           "H,X3,unit,X3,3,undecided,tie_at_cut\nH,X4,unit,X4,3,undecided,tie_at_cut\n"
           "H,X5,unit,X5,3,undecided,tie_at_cut\nH,X6,unit,X6,6,not awarded,quota\n"
           "L,X1,unit,X1,1,not awarded,higher:H\nL,X2,unit,X2,2,not awarded,higher:H\n"
           "L,X3,unit,X3,3,not awarded,undecided:H\nL,X4,unit,X4,3,not awarded,undecided:H\n"
           "L,X5,unit,X5,3,not awarded,undecided:H\nL,X6,unit,X6,6,awarded,\n");
}

static void test_decisions(void **state)
{
    (void)state;
    // The council awards X3, refuses X4 and leaves X5 open: X4 is free for the next award. What it
    // says about decided ones (X1, X6) changes nothing.
    awards("awards:\n  - {code: H, to: unit, quota: {count: 3}}\n"
           "  - {code: L, to: unit, quota: {count: 2}}\n",
           TIED, NULL,
           DECISIONS "H,X3,awarded,phiếu\nH,X4,not awarded,phiếu\nH,X1,not awarded,x\n"
                     "H,X6,awarded,x\n",
           "H,X1,unit,X1,1,awarded,\nH,X2,unit,X2,2,awarded,\n"
           "H,X3,unit,X3,3,awarded,council\nH,X4,unit,X4,3,not awarded,tie_at_cut\n"
           "H,X5,unit,X5,3,undecided,tie_at_cut\nH,X6,unit,X6,6,not awarded,quota\n"
           "L,X1,unit,X1,1,not awarded,higher:H\nL,X2,unit,X2,2,not awarded,higher:H\n"
           "L,X3,unit,X3,3,not awarded,higher:H\nL,X4,unit,X4,3,awarded,\n"
           "L,X5,unit,X5,3,not awarded,undecided:H\nL,X6,unit,X6,6,awarded,\n");
}

static void test_nominees(void **state)
{
    (void)state;
    // Ranks by exact share of votes, then score: 9/10 and 90, 9/10 and 80, 7/10, no vote.
    awards("awards:\n  - {code: F, to: individual, votes_min: 80, score_min: 85, "
           "requires: [LDTT, CSTD]}\n",
           SMALL_RESULTS,
           NOMINATIONS PERSON("N1", "F", "worker", "9", "80", "CSTD;LDTT")
               PERSON("N2", "F", "worker", "9", "90", "CSTD;LDTT2;LDTT")
                   PERSON("N3", "F", "farmer", "7", "100",
                          "LDTT") "N4,X2,F,individual,n,other,regular,,,100,,\n",
           NULL,
           "F,N2,individual,X1,1,awarded,\n"
           "F,N1,individual,X1,2,not awarded,score_min\n"
           "F,N3,individual,X1,3,not awarded,votes_min;requires:CSTD\n"
           "F,N4,individual,X2,4,not awarded,votes_min;requires:LDTT;requires:CSTD\n");
}

static void test_quota_of_another_award(void **state)
{
    (void)state;
    // 50 % of the five nominations for ADV: 2.5, that is 2 places, not 1 of its own three.
    awards("awards:\n  - {code: F, to: individual, quota: {percent: 50, of: ADV}}\n"
           "  - {code: ADV, to: individual, quota: {percent: 20}}\n",
           SMALL_RESULTS,
           NOMINATIONS PERSON("N1", "F", "worker", "9", "", "")
               PERSON("N2", "F", "worker", "8", "", "") PERSON("N3", "F", "worker", "7", "", "")
                   PERSON("N1", "ADV", "worker", "9", "", "")
                       PERSON("N2", "ADV", "worker", "8", "", "")
                           PERSON("N3", "ADV", "worker", "7", "", "")
                               PERSON("N4", "ADV", "worker", "6", "", "")
                                   PERSON("N5", "ADV", "worker", "5", "", ""),
           NULL,
           "F,N1,individual,X1,1,awarded,\nF,N2,individual,X1,2,awarded,\n"
           "F,N3,individual,X1,3,not awarded,quota\n"
           "ADV,N1,individual,X1,1,not awarded,higher:F\n"
           "ADV,N2,individual,X1,2,not awarded,higher:F\nADV,N3,individual,X1,3,awarded,\n"
           "ADV,N4,individual,X1,4,not awarded,quota\nADV,N5,individual,X1,5,not awarded,quota\n");
}

#define SHARED(more) "awards:\n  - {code: D, to: individual, direct_share_min: 50" more "}\n"

static void test_direct_share(void **state)
{
    (void)state;
    // Five places, at most ⌊5 × 0.5⌋ = 2 for leaders: L1 and L2; L3 is passed over, the others go on
    // in rank order; after the fifth place W4 has no place and L4 is passed over still.
    awards(
        SHARED(", quota: {count: 5}"), SMALL_RESULTS,
        NOMINATIONS PERSON("L1", "D", "leader", "10", "", "")
            PERSON("L2", "D", "leader", "9", "", "") PERSON("L3", "D", "leader", "8", "", "")
                PERSON("W1", "D", "worker", "7", "", "") PERSON("W2", "D", "worker", "6", "", "")
                    PERSON("W3", "D", "worker", "5", "", "")
                        PERSON("W4", "D", "worker", "4", "", "")
                            PERSON("L4", "D", "leader", "3", "", ""),
        NULL,
        "D,L1,individual,X1,1,awarded,\nD,L2,individual,X1,2,awarded,\n"
        "D,L3,individual,X1,3,not awarded,direct_share\nD,W1,individual,X1,4,awarded,\n"
        "D,W2,individual,X1,5,awarded,\nD,W3,individual,X1,6,awarded,\n"
        "D,W4,individual,X1,7,not awarded,quota\nD,L4,individual,X1,8,not awarded,direct_share\n");
    // Without a quota the eligible are the places: 3, so one for leaders; what they leave stays empty.
    awards(SHARED(", votes_min: 50"), SMALL_RESULTS,
           NOMINATIONS PERSON("L1", "D", "leader", "10", "", "")
               PERSON("L2", "D", "leader", "9", "", "") PERSON("W1", "D", "worker", "7", "", "")
                   PERSON("W2", "D", "worker", "1", "", ""),
           NULL,
           "D,L1,individual,X1,1,awarded,\nD,L2,individual,X1,2,not awarded,direct_share\n"
           "D,W1,individual,X1,3,awarded,\nD,W2,individual,X1,4,not awarded,votes_min\n");
}

// Two equal leaders for one leader's place of two; W1 equal to them, W2 after them.
#define EQUAL_LEADERS                                                                             \
    NOMINATIONS PERSON("L1", "D", "leader", "9", "", "") PERSON("L2", "D", "leader", "9", "", "") \
        PERSON("W1", "D", "worker", "9", "", "") PERSON("W2", "D", "worker", "8", "", "")

static void test_direct_share_ties(void **state)
{
    (void)state;
    // Excluded leaders leave both places to the others.
    awards(SHARED(", quota: {count: 2}, tie_at_cut: exclude"), SMALL_RESULTS, EQUAL_LEADERS, NULL,
           "D,L1,individual,X1,1,not awarded,direct_share;tie_at_cut\n"
           "D,L2,individual,X1,1,not awarded,direct_share;tie_at_cut\n"
           "D,W1,individual,X1,1,awarded,\nD,W2,individual,X1,4,awarded,\n");
    // Undecided ones keep the one place that they may get.
    awards(SHARED(", quota: {count: 2}"), SMALL_RESULTS, EQUAL_LEADERS, NULL,
           "D,L1,individual,X1,1,undecided,direct_share;tie_at_cut\n"
           "D,L2,individual,X1,1,undecided,direct_share;tie_at_cut\n"
           "D,W1,individual,X1,1,awarded,\nD,W2,individual,X1,4,not awarded,quota\n");
    // Included: all equal ones.
    awards(SHARED(", quota: {count: 2}, tie_at_cut: include"), SMALL_RESULTS, EQUAL_LEADERS, NULL,
           "D,L1,individual,X1,1,awarded,tie_at_cut\nD,L2,individual,X1,1,awarded,tie_at_cut\n"
           "D,W1,individual,X1,1,awarded,tie_at_cut\nD,W2,individual,X1,4,not awarded,quota\n");
    awards(SHARED(", quota: {count: 2}"), SMALL_RESULTS, EQUAL_LEADERS,
           DECISIONS "D,L1,awarded,p\nD,L2,not awarded,p\n",
           "D,L1,individual,X1,1,awarded,council\n"
           "D,L2,individual,X1,1,not awarded,direct_share;tie_at_cut\n"
           "D,W1,individual,X1,1,awarded,\nD,W2,individual,X1,4,not awarded,quota\n");
}

static void test_leaders_after_a_tie(void **state)
{
    (void)state;
    // Two leaders equal for one leader's place are excluded: no later leader gets it.
    awards(SHARED(", quota: {count: 2}, tie_at_cut: exclude"), SMALL_RESULTS,
           EQUAL_LEADERS PERSON("L3", "D", "leader", "7", "", ""), NULL,
           "D,L1,individual,X1,1,not awarded,direct_share;tie_at_cut\n"
           "D,L2,individual,X1,1,not awarded,direct_share;tie_at_cut\n"
           "D,W1,individual,X1,1,awarded,\nD,W2,individual,X1,4,awarded,\n"
           "D,L3,individual,X1,5,not awarded,direct_share\n");
    // Three equal ones for two places are excluded, nobody after them is taken. The leader's place
    // was not used, so it is not the share that a later leader fails at.
    awards(SHARED(", quota: {count: 2}, tie_at_cut: exclude"), SMALL_RESULTS,
           NOMINATIONS PERSON("L1", "D", "leader", "9", "", "")
               PERSON("W1", "D", "worker", "9", "", "") PERSON("W2", "D", "worker", "9", "", "")
                   PERSON("L2", "D", "leader", "8", "", ""),
           NULL,
           "D,L1,individual,X1,1,not awarded,tie_at_cut\n"
           "D,W1,individual,X1,1,not awarded,tie_at_cut\n"
           "D,W2,individual,X1,1,not awarded,tie_at_cut\n"
           "D,L2,individual,X1,4,not awarded,quota\n");
}

// 5 nominations at 50 % are 2.5 places, 3 at 50 % are 1.5, 5 at 48 % are 2.4, 3 at 33.33 % are 0.9999.
static void test_roundings_of_quotas(void **state)
{
    static const struct {
        const char *quota;
        size_t places;
    } five[] = {{"percent: 50", 2},
                {"percent: 50, round: half_up", 3},
                {"percent: 50, round: ceil", 3},
                {"percent: 48, round: half_up", 2},
                {"percent: 48, round: ceil", 3},
                {"percent: 20, round: ceil", 1},
                {"percent: 100", 5}};
    static const char nominations[] = NOMINATIONS PERSON("N1", "D", "worker", "9", "", "")
        PERSON("N2", "D", "worker", "8", "", "") PERSON("N3", "D", "worker", "7", "", "")
            PERSON("N4", "D", "worker", "6", "", "") PERSON("N5", "D", "worker", "5", "", "");
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(five); i++) {
        struct text rules = {0}, expected = {0};
        text_addf(&rules, "awards:\n  - {code: D, to: individual, quota: {%s}}\n", five[i].quota);
        for (size_t n = 1; n <= 5; n++)
            text_addf(&expected, "D,N%zu,individual,X1,%zu,%s\n", n, n,
                      n <= five[i].places ? "awarded," : "not awarded,quota");
        awards(rules.data, SMALL_RESULTS, nominations, NULL, expected.data);
        text_free(&rules);
        text_free(&expected);
    }
    awards("awards:\n  - {code: D, to: individual, quota: {percent: 33.33}}\n", SMALL_RESULTS,
           NOMINATIONS PERSON("N1", "D", "worker", "9", "", "")
               PERSON("N2", "D", "worker", "8", "", "") PERSON("N3", "D", "worker", "7", "", ""),
           NULL,
           "D,N1,individual,X1,1,not awarded,quota\nD,N2,individual,X1,2,not awarded,quota\n"
           "D,N3,individual,X1,3,not awarded,quota\n");
}

// 80 % of all members: of 11 that is 8.8, so 9 votes; of 10 it is exactly 8. No vote is no share.
static void test_votes_of_all_members(void **state)
{
    (void)state;
    awards("awards:\n  - {code: F, to: individual, votes_min: 80}\n", SMALL_RESULTS,
           NOMINATIONS "N1,X1,F,individual,n,worker,regular,9,11,,,\n"
                       "N2,X1,F,individual,n,worker,regular,8,11,,,\n"
                       "N3,X1,F,individual,n,worker,regular,8,10,,,\n"
                       "N4,X1,F,individual,n,worker,regular,0,0,,,\n",
           NULL,
           "F,N1,individual,X1,1,awarded,\nF,N3,individual,X1,2,awarded,\n"
           "F,N2,individual,X1,3,not awarded,votes_min\n"
           "F,N4,individual,X1,4,not awarded,votes_min\n");
}

// Regular and thematic awards are for the same achievement, a spot award is for another one, wherever
// it stands; households and collectives are ranked like individuals and have no category.
static void test_forms_and_kinds(void **state)
{
    (void)state;
    awards("awards:\n  - {code: T, to: individual, form: thematic, quota: {count: 1}}\n"
           "  - {code: S, to: individual, form: spot}\n"
           "  - {code: R, to: individual, quota: {count: 1}}\n"
           "  - {code: G, to: collective, quota: {percent: 50, round: half_up}}\n"
           "  - {code: H, to: household, form: thematic, score_min: 50}\n",
           SMALL_RESULTS,
           NOMINATIONS "N1,X1,T,individual,n,worker,thematic,9,10,,,\n"
                       "N1,X1,S,individual,n,worker,spot,,,,,\n"
                       "N2,X1,S,individual,n,leader,spot,,,,,\n"
                       "N1,X1,R,individual,n,worker,regular,9,10,,,\n"
                       "N2,X1,R,individual,n,leader,regular,8,10,,,\n"
                       "G1,X1,G,collective,n,,regular,9,10,,,\n"
                       "G2,X2,G,collective,n,,regular,10,10,,,\n"
                       "G3,X2,G,collective,n,,regular,9,10,70,,\n"
                       "H1,X1,H,household,n,,thematic,,,50,,\n"
                       "H2,X1,H,household,n,,thematic,,,49.99,,\n",
           NULL,
           "T,N1,individual,X1,1,awarded,\n"
           "S,N1,individual,X1,1,awarded,\nS,N2,individual,X1,1,awarded,\n"
           "R,N1,individual,X1,1,not awarded,higher:T\nR,N2,individual,X1,2,awarded,\n"
           // three collectives, 1.5 places rounded up to 2; of 9/10 twice the one with a score
           "G,G2,collective,X2,1,awarded,\nG,G3,collective,X2,2,awarded,\n"
           "G,G1,collective,X1,3,not awarded,quota\n"
           "H,H1,household,X1,1,awarded,\nH,H2,household,X1,2,not awarded,score_min\n");
}

// What published lines tell of the council's part.
static void test_left_to_council(void **state)
{
    static const struct {
        enum tie_at_cut cut;
        enum award_decision decision;
        const char *reasons;
        bool left;
    } cases[] = {
        {CUT_COUNCIL, UNDECIDED, "tie_at_cut", true},
        {CUT_COUNCIL, UNDECIDED, "direct_share;tie_at_cut", true},
        {CUT_COUNCIL, AWARDED, "council", true},
        {CUT_COUNCIL, NOT_AWARDED, "tie_at_cut", true},
        {CUT_COUNCIL, NOT_AWARDED, "direct_share;tie_at_cut", true},
        {CUT_COUNCIL, AWARDED, "", false},
        {CUT_COUNCIL, NOT_AWARDED, "quota", false},
        {CUT_COUNCIL, NOT_AWARDED, "undecided:H", false},
        {CUT_COUNCIL, NOT_AWARDED, "direct_share", false},
        {CUT_EXCLUDE, NOT_AWARDED, "tie_at_cut", false},
        {CUT_INCLUDE, AWARDED, "tie_at_cut", false},
    };
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        const struct award award = {.tie_at_cut = cases[i].cut};
        assert_int_equal(award_left_to_council(&award, cases[i].decision, cases[i].reasons),
                         cases[i].left);
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(award_decision_of(award_decision_names[i]), i);
}

// The same standings and nominations in any order give the same list.
static void test_order_of_input(void **state)
{
    (void)state;
    struct unit_tree *tree = tree_make(strchr(SMALL_UNITS, '\n') + 1);
    struct campaign *campaign = campaign_make(
        SMALL_CAMPAIGN("[X1, X2, X3]", SMALL_PERCENT("A", "10"),
                       "awards:\n  - {code: W, to: unit, quota: {count: 1}}\n"));
    int8_t met[1] = {1};
    uint8_t note[1] = {NOTE_NONE};
    struct standing standings[3] = {{0}};
    for (uint32_t i = 0; i < 3; i++)
        standings[i] = (struct standing){.unit = tree_unit(tree, "X3") - i,
                                         .rank = 3 - i,
                                         .class_index = NO_INDEX,
                                         .met = met,
                                         .note = note};
    const struct nominations nominations = {0};
    const struct decisions decisions = {0};
    struct candidates candidates;
    award_compute(campaign, tree, standings, 3, &nominations, &decisions, &candidates);
    assert_int_equal(candidates.count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(candidates.list[i].rank, i + 1);
        assert_int_equal(candidates.list[i].decision, i == 0 ? AWARDED : NOT_AWARDED);
    }
    candidates_clear(&candidates);
    award_compute(campaign, tree, NULL, 0, &nominations, &decisions, &candidates);
    assert_int_equal(candidates.count, 0);
    candidates_clear(&candidates);
    campaign_destroy(campaign);
    unit_tree_destroy(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ties_at_the_cut),
        cmocka_unit_test(test_quota_of_units),
        cmocka_unit_test(test_conditions_on_units),
        cmocka_unit_test(test_one_award_for_one_achievement),
        cmocka_unit_test(test_decisions),
        cmocka_unit_test(test_nominees),
        cmocka_unit_test(test_quota_of_another_award),
        cmocka_unit_test(test_direct_share),
        cmocka_unit_test(test_direct_share_ties),
        cmocka_unit_test(test_leaders_after_a_tie),
        cmocka_unit_test(test_roundings_of_quotas),
        cmocka_unit_test(test_votes_of_all_members),
        cmocka_unit_test(test_forms_and_kinds),
        cmocka_unit_test(test_left_to_council),
        cmocka_unit_test(test_order_of_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
