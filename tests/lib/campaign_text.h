// A small campaign file that tests add to: lines 1 to 7, and its only indicator in lines 8 and 9.
#ifndef THIDUA_TESTS_CAMPAIGN_TEXT_H
#define THIDUA_TESTS_CAMPAIGN_TEXT_H

#define HEAD                                                                        \
    "campaign: c\nowner: H\noffice_level: commune\ncompetitors: {level: commune}\n" \
    "reporting: quarter\nfrom: 2022-Q1\nto: 2022-Q4\n"
#define INDICATOR(more)                                                                          \
    "indicators:\n  - {code: A, kind: amount, time: flow, reported_by: village, points: 10" more \
    "}\n"
#define BASE HEAD INDICATOR("")

#endif
