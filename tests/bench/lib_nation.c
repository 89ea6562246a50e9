// A made-up country by formula; see lib_nation.h.
#include "lib_nation.h"

#include "common/keys.h"
#include "core/entry.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define COMMUNES_PER_DISTRICT 15  // 10 600 / 705
#define DISTRICTS_PER_PROVINCE 11 // 705 / 63

const char *const nation_indicators[NATION_INDICATORS] = {
    "FLOW-01",  "FLOW-02",  "FLOW-03",  "FLOW-04",  "FLOW-05",  "FLOW-06",  "FLOW-07",
    "FLOW-08",  "STOCK-09", "STOCK-10", "STOCK-11", "STOCK-12", "RATIO-13", "RATIO-14",
    "RATIO-15", "RATIO-16", "MEAN-17",  "MEAN-18",  "YESNO-19", "YESNO-20"};

enum shape { FLOW, STOCK, RATIO, MEAN, YES_NO };

static enum shape shape_of(unsigned indicator)
{
    return indicator < 8    ? FLOW
           : indicator < 12 ? STOCK
           : indicator < 16 ? RATIO
           : indicator < 18 ? MEAN
                            : YES_NO;
}

// ---- the tree

static void add_unit(struct text *out, const char *code, const char *level, const char *parent)
{
    text_addf(out, "%s,%s %s,%s,%s\n", code, level, code, level, parent);
}

void nation_units(const struct nation *nation, struct text *out)
{
    char code[NATION_CODE_SIZE], parent[NATION_CODE_SIZE];
    text_adds(out, "code,name,level,parent\n");
    add_unit(out, "VN", "country", "");
    for (unsigned c = 0; c < nation->communes; c++) {
        unsigned district = c / COMMUNES_PER_DISTRICT, province = district / DISTRICTS_PER_PROVINCE;
        if (c % (COMMUNES_PER_DISTRICT * DISTRICTS_PER_PROVINCE) == 0) {
            snprintf(code, sizeof code, "P%02u", province + 1);
            add_unit(out, code, "province", "VN");
        }
        if (c % COMMUNES_PER_DISTRICT == 0) {
            snprintf(parent, sizeof parent, "P%02u", province + 1);
            snprintf(code, sizeof code, "D%03u", district + 1);
            add_unit(out, code, "district", parent);
        }
        snprintf(parent, sizeof parent, "D%03u", district + 1);
        nation_commune(c, code);
        add_unit(out, code, "commune", parent);
        for (unsigned v = 0; v < nation->villages; v++) {
            nation_commune(c, parent);
            nation_village(c, v, code);
            add_unit(out, code, "village", parent);
        }
    }
}

void nation_commune(unsigned commune, char ret[static NATION_CODE_SIZE])
{
    snprintf(ret, NATION_CODE_SIZE, "%05u", commune + 1);
}

void nation_village(unsigned commune, unsigned village, char ret[static NATION_CODE_SIZE])
{
    snprintf(ret, NATION_CODE_SIZE, "%05u.%u", commune + 1, village + 1);
}

void nation_month(unsigned month, char ret[static NATION_CODE_SIZE])
{
    snprintf(ret, NATION_CODE_SIZE, "%d-%02u", NATION_YEAR, month % 12 + 1);
}

// ---- the campaign

static const char *const kinds[] = {
    [FLOW] = "kind: amount, time: flow, target: 5000",
    [STOCK] = "kind: amount, time: stock, target: 4000",
    [RATIO] = "kind: ratio, time: stock, target: 70",
    [MEAN] = "kind: mean, time: stock, target: 45",
    [YES_NO] = "kind: yes_no, time: stock, target: 100",
};

// A commune competes with those of its province.
static void add_clusters(const struct nation *nation, struct text *out)
{
    char code[NATION_CODE_SIZE];
    unsigned size = COMMUNES_PER_DISTRICT * DISTRICTS_PER_PROVINCE;
    text_adds(out, "clusters:\n");
    for (unsigned first = 0; first < nation->communes; first += size) {
        text_addf(out, "  - {code: P%02u, units: [", first / size + 1);
        for (unsigned c = first; c < first + size && c < nation->communes; c++) {
            nation_commune(c, code);
            text_addf(out, "%s%s", c > first ? ", " : "", code);
        }
        text_adds(out, "]}\n");
    }
}

void nation_campaign(const struct nation *nation, struct text *out)
{
    char last[NATION_CODE_SIZE];
    nation_month(nation->months - 1, last);
    text_addf(
        out,
        "campaign: " NATION_CAMPAIGN "\nname: Phong trào toàn quốc\nowner: VN\n"
        "office_level: commune\nrefresh: %s\ncompetitors:\n  level: commune\nreporting: month\n"
        "from: %d-01\nto: %s\nindicators:\n",
        nation->continuous ? "continuous" : "nightly", NATION_YEAR, last);
    for (unsigned i = 0; i < NATION_INDICATORS; i++)
        text_addf(out, "  - {code: %s, %s, reported_by: village, points: 5}\n",
                  nation_indicators[i], kinds[shape_of(i)]);
    add_clusters(nation, out);
    text_adds(out, "classes:\n  - {code: A, from: 90}\n  - {code: B, from: 70}\n"
                   "awards:\n  - {code: FLAG, to: unit, quota: {percent: 5}, rank_max: 500}\n");
}

// ---- the forms

// splitmix64: a number that looks like nothing in particular.
static uint64_t scramble(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static void fill_cell(struct nation_form *form, unsigned i, uint64_t random)
{
    int64_t small = (int64_t)(random % 1000000), other = (int64_t)(random >> 32) % 1000;
    form->indicator[i] = i;
    form->state[i] = CELL_VALUE;
    form->has_denominator[i] = false;
    form->denominator_e4[i] = 0;
    switch (shape_of(i)) {
    case FLOW:
    case STOCK:
        form->value_e4[i] = small * 100; // up to 9 999.99
        break;
    case RATIO:
        form->has_denominator[i] = true;
        form->denominator_e4[i] = (1000 + other) * 10000;
        form->value_e4[i] = (500 + small % 501) * 10000;
        break;
    case MEAN:
        form->has_denominator[i] = true;
        form->denominator_e4[i] = (100 + other) * 10000;
        form->value_e4[i] = 300000 + small % 300000; // 30 … 60
        break;
    case YES_NO:
        form->value_e4[i] = small % 8 != 0 ? 10000 : 0;
        break;
    }
}

void nation_form(unsigned commune, unsigned village, unsigned month, struct nation_form *ret)
{
    nation_village(commune, village, ret->unit);
    nation_month(month, ret->period);
    uint64_t seed = ((uint64_t)commune << 24 | (uint64_t)village << 16 | month << 8);
    for (unsigned i = 0; i < NATION_INDICATORS; i++)
        fill_cell(ret, i, scramble(seed | i));
    ret->wire = (struct wire_form){.unit = ret->unit,
                                   .period = ret->period,
                                   .count = NATION_INDICATORS,
                                   .indicator = ret->indicator,
                                   .state = ret->state,
                                   .value_e4 = ret->value_e4,
                                   .denominator_e4 = ret->denominator_e4,
                                   .has_denominator = ret->has_denominator};
}

void nation_keys(const char *kind, unsigned number, uint8_t ret_public[static KEY_BYTES],
                 uint8_t ret_secret[static KEY_BYTES])
{
    char text[64];
    uint8_t seed[HASH_BYTES];
    snprintf(text, sizeof text, "thidua bench %s %u", kind, number);
    hash_bytes(text, strlen(text), seed);
    crypto_box_seed_keypair(ret_public, ret_secret, seed);
}
