// A made-up country for benchmarks: one tree, one campaign and one value for each cell, all by formula,
// so that every program of this directory knows the same forms without a file. National size is 10 600
// communes of 8 villages, 12 months, 20 indicators: 20.4 million cells.
#ifndef THIDUA_BENCH_NATION_H
#define THIDUA_BENCH_NATION_H

#include "common/codec.h"
#include "core/text.h"

#define NATION_CAMPAIGN "nation-2022"
#define NATION_YEAR 2022
#define NATION_INDICATORS 20
#define NATION_CODE_SIZE 16

struct nation {
    unsigned communes, villages, months; // villages of a commune; months reported, 1 … 12
    bool continuous;                     // refresh: of the campaign
};
extern const char *const nation_indicators[NATION_INDICATORS];

void nation_units(const struct nation *nation, struct text *out);    // units.csv
void nation_campaign(const struct nation *nation, struct text *out); // campaign.yaml

// Codes: commune 0 is "00001", its village 0 "00001.1".
void nation_commune(unsigned commune, char ret[static NATION_CODE_SIZE]);
void nation_village(unsigned commune, unsigned village, char ret[static NATION_CODE_SIZE]);
void nation_month(unsigned month, char ret[static NATION_CODE_SIZE]); // month 0: "2022-01"

// The form of a village for a month, all 20 cells; `ret->wire` points into it.
struct nation_form {
    char unit[NATION_CODE_SIZE], period[NATION_CODE_SIZE];
    uint32_t indicator[NATION_INDICATORS], state[NATION_INDICATORS];
    int64_t value_e4[NATION_INDICATORS], denominator_e4[NATION_INDICATORS];
    bool has_denominator[NATION_INDICATORS];
    struct wire_form wire;
};
void nation_form(unsigned commune, unsigned village, unsigned month, struct nation_form *ret);

// The CURVE keys of client `number` (`kind`: "clerk" or "admin"), always the same ones.
void nation_keys(const char *kind, unsigned number, uint8_t ret_public[static KEY_BYTES],
                 uint8_t ret_secret[static KEY_BYTES]);

#endif
