// A small world for tests of scores, ranks and awards: district D, communes X1 to X6 which compete and
// report for themselves, two quarters of 2022 and the year 2021 as baseline.
#ifndef THIDUA_TESTS_SMALL_H
#define THIDUA_TESTS_SMALL_H

#define SMALL_UNITS                                            \
    "code,name,level,parent,valid_from,valid_to,merged_into\n" \
    "D,Huyện,district,,,,\n"                                 \
    "X1,Xã 1,commune,D,,,\n"                                  \
    "X2,Xã 2,commune,D,,,\n"                                  \
    "X3,Xã 3,commune,D,,,\n"                                  \
    "X4,Xã 4,commune,D,,,\n"                                  \
    "X5,Xã 5,commune,D,,,\n"                                  \
    "X6,Xã 6,commune,D,,,\n"
// `competing`: "[X1, X2]"; `indicators`: lines made with SMALL_INDICATOR; `rest`: further keys.
#define SMALL_CAMPAIGN(competing, indicators, rest)                                               \
    "campaign: t\nname: t\nowner: D\noffice_level: commune\ncompetitors: {units: " competing      \
    "}\nreporting: quarter\nfrom: 2022-Q1\nto: 2022-Q2\nbaseline: 2021\nindicators:\n" indicators \
        rest
#define SMALL_INDICATOR(code, more) \
    "  - {code: " code ", decimals: 0, reported_by: commune, " more "}\n"
// An amount with target 100: its value is its completion in %.
#define SMALL_PERCENT(code, points) \
    SMALL_INDICATOR(code, "kind: amount, time: stock, target: 100, points: " points)
#define SMALL_ASSESSED(code, points) \
    "  - {code: " code ", kind: assessed, decimals: 2, points: " points "}\n"
#define SMALL_RESULTS "period,unit,indicator,value,denominator,state,note\n"
#define SMALL_ADJUSTMENTS "unit,code,times,reason\n"
#define SMALL_TARGETS "unit,indicator,target\n"

#endif
