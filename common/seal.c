// The seal as a text, its signature, and the digests of the files; see seal.h.
#include "common/seal.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define US_PER_SECOND INT64_C(1000000)
#define DAY_SECONDS INT64_C(86400)
#define LOCAL_SECONDS (7 * INT64_C(3600)) // Asia/Ho_Chi_Minh
// Three codes, a word, a period and three numbers.
#define LINE_BYTES_MAX (3 * CODE_BYTES_MAX + 16 + PERIOD_TEXT_SIZE + 3 * DECIMAL_TEXT_SIZE)
#define SEAL_HEAD "thidua seal 1\n"

const char *const seal_part_names[SEAL_PARTS] = {"tree", "rules", "input", "output"};

const struct seal_file seal_files[SEAL_FILES] = {
    [SEAL_UNITS] = {"units.csv", SEAL_TREE, 0, 0, 0},
    [SEAL_CAMPAIGN] = {"campaign.yaml", SEAL_RULES, 1, 0, 0},
    [SEAL_TARGETS] = {"targets.csv", SEAL_RULES, 2, 0, 0},
    [SEAL_ADJUSTMENTS] = {"adjustments.csv", SEAL_INPUT, 3, 0, 0},
    [SEAL_NOMINATIONS] = {"nominations.csv", SEAL_INPUT, 4, 0, 0},
    [SEAL_DECISIONS] = {"decisions.csv", SEAL_INPUT, 5, 0, 0},
    [SEAL_SUBMISSIONS] = {"submissions.csv", SEAL_INPUT, -1, 1, 0}, // office
    [SEAL_ENTRIES] = {"entries.csv", SEAL_INPUT, -1, 1, 0},         // office
    [SEAL_ROLLUP] = {"rollup.csv", SEAL_OUTPUT, -1, 2, 1},          // scope, unit
    [SEAL_SCORES] = {"scores.csv", SEAL_OUTPUT, -1, 0, 0},
    [SEAL_RANKING] = {"ranking.csv", SEAL_OUTPUT, -1, 0, 0},
    [SEAL_AWARDS] = {"awards.csv", SEAL_OUTPUT, -1, 0, 0},
};

// ---- the text

bool seal_has(const struct seal *seal, enum seal_file_index file)
{
    return !sodium_is_zero(seal->files[file], HASH_BYTES);
}

void seal_add_parts(struct seal *seal)
{
    for (unsigned part = 0; part < SEAL_PARTS; part++) {
        struct seal_blocks blocks = {0};
        for (unsigned i = 0; i < SEAL_FILES; i++)
            if (seal_files[i].part == part)
                seal_block_digest(&blocks, seal->files[i]);
        seal_blocks_end(&blocks, seal->parts[part]);
    }
}

static void write_digest(struct text *out, const char *name, const uint8_t digest[HASH_BYTES])
{
    char hex[HASH_HEX_SIZE];
    bool none = sodium_is_zero(digest, HASH_BYTES);
    text_addf(out, "%s %s\n", name,
              none ? "-" : sodium_bin2hex(hex, sizeof hex, digest, HASH_BYTES));
}

void seal_write(const struct seal *seal, struct text *out)
{
    char period[PERIOD_TEXT_SIZE], instant[SEAL_INSTANT_SIZE];
    period_format(seal->period, period);
    seal_instant(seal->cut_us, instant);
    text_addf(out,
              SEAL_HEAD "campaign %s\nperiod %s\nrun %" PRId64 "\ncut %" PRId64 "\ncut_at %s\n",
              seal->campaign, period, seal->run, seal->cut, instant);
    for (unsigned i = 0; i < SEAL_PARTS; i++)
        write_digest(out, seal_part_names[i], seal->parts[i]);
    for (unsigned i = 0; i < SEAL_FILES; i++)
        write_digest(out, seal_files[i].name, seal->files[i]);
}

static bool read_digest(const char *text, uint8_t ret[static HASH_BYTES])
{
    size_t length;
    memset(ret, 0, HASH_BYTES);
    return strcmp(text, "-") == 0 ||
           (sodium_hex2bin(ret, HASH_BYTES, text, strlen(text), NULL, &length, NULL) == 0 &&
            length == HASH_BYTES);
}

// "name value" lines into `value`; false when the next line has another name.
static bool next_value(char **at, const char *name, char **ret_value)
{
    char *line = *at, *end = line != NULL ? strchr(line, '\n') : NULL;
    size_t length = strlen(name);
    if (end == NULL || strncmp(line, name, length) != 0 || line[length] != ' ')
        return false;
    *end = '\0';
    *ret_value = line + length + 1;
    *at = end + 1;
    return true;
}

static bool read_head(char **at, struct seal *ret)
{
    char *value;
    if (!next_value(at, "campaign", &value) || !code_valid(value, strlen(value)))
        return false;
    snprintf(ret->campaign, sizeof ret->campaign, "%s", value);
    if (!next_value(at, "period", &value) || !period_parse(value, strlen(value), &ret->period))
        return false;
    if (!next_value(at, "run", &value))
        return false;
    ret->run = strtoll(value, NULL, 10);
    if (!next_value(at, "cut", &value))
        return false;
    ret->cut = strtoll(value, NULL, 10);
    return next_value(at, "cut_at", &value) && seal_instant_parse(value, &ret->cut_us);
}

int seal_parse(const char *text, size_t length, struct seal *ret)
{
    char *copy = mem_text(text, length), *at = copy + strlen(SEAL_HEAD), *value;
    struct seal seal = {0};
    bool good = strncmp(copy, SEAL_HEAD, strlen(SEAL_HEAD)) == 0 && read_head(&at, &seal);
    for (unsigned i = 0; i < SEAL_PARTS && good; i++)
        good = next_value(&at, seal_part_names[i], &value) && read_digest(value, seal.parts[i]);
    for (unsigned i = 0; i < SEAL_FILES && good; i++)
        good = next_value(&at, seal_files[i].name, &value) && read_digest(value, seal.files[i]);
    if (good) { // one text for one seal
        struct text again = {0};
        seal_write(&seal, &again);
        good = again.length == length && memcmp(again.data, text, length) == 0;
        text_free(&again);
    }
    free(copy);
    if (!good)
        return -1;
    *ret = seal;
    return 0;
}

void seal_sign(const struct text *text, const struct identity *identity,
               uint8_t ret[static SEAL_SIGNATURE_BYTES])
{
    crypto_sign_detached(ret, NULL, (const uint8_t *)text->data, text->length,
                         identity->sign_secret);
}

bool seal_signed(const char *text, size_t length, const uint8_t key[SIGN_PUBLIC_BYTES],
                 const uint8_t signature[SEAL_SIGNATURE_BYTES])
{
    return crypto_sign_verify_detached(signature, (const uint8_t *)text, length, key) == 0;
}

// ---- digests

void seal_block_digest(struct seal_blocks *blocks, const uint8_t digest[HASH_BYTES])
{
    text_add(&blocks->digests, (const char *)digest, HASH_BYTES);
}

void seal_block(struct seal_blocks *blocks, const char *lines, size_t length)
{
    uint8_t digest[HASH_BYTES];
    if (length == 0)
        return;
    hash_bytes(lines, length, digest);
    seal_block_digest(blocks, digest);
}

void seal_blocks_end(struct seal_blocks *blocks, uint8_t ret[static HASH_BYTES])
{
    hash_bytes(blocks->digests.data != NULL ? blocks->digests.data : "", blocks->digests.length,
               ret);
    text_free(&blocks->digests);
}

size_t seal_line_end(const char *data, size_t length, size_t at)
{
    bool quoted = false;
    for (; at < length; at++) {
        quoted ^= data[at] == '"';
        if (data[at] == '\n' && !quoted)
            return at + 1;
    }
    return length;
}

struct span {
    const char *data;
    size_t length;
};

// The text of the columns that make a block; they hold codes and words, never quotes.
static struct span key_of(const struct seal_file *file, const char *line, size_t length)
{
    size_t at = 0, columns = 0, start = 0;
    for (; at < length && columns < file->block_first + file->block_columns; at++) {
        if (line[at] != ',')
            continue;
        if (++columns == file->block_first)
            start = at + 1;
    }
    return (struct span){line + start, at - start};
}

static bool same_span(struct span a, struct span b)
{
    return a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
}

void seal_file_digest(enum seal_file_index index, const char *data, size_t length,
                      uint8_t ret[static HASH_BYTES])
{
    const struct seal_file *file = &seal_files[index];
    struct seal_blocks blocks = {0};
    if (file->block_columns == 0) {
        hash_bytes(data, length, ret);
        return;
    }
    size_t start = 0, at = seal_line_end(data, length, 0); // the header is a block of its own
    struct span key = {NULL, 0};
    seal_block(&blocks, data, at);
    start = at;
    while (at < length) {
        size_t end = seal_line_end(data, length, at);
        struct span next = key_of(file, data + at, end - at);
        if (at > start && !same_span(key, next)) {
            seal_block(&blocks, data + start, at - start);
            start = at;
        }
        key = next;
        at = end;
    }
    seal_block(&blocks, data + start, at - start);
    seal_blocks_end(&blocks, ret);
}

// ---- what was handed in

const char *const submissions_header = "office,accepted,accepted_at,submission,digest\n";
const char *const entries_header =
    "office,accepted,period,unit,indicator,value,denominator,state,note\n";

uint32_t *seal_offices(const struct unit_tree *tree, const struct campaign *campaign,
                       size_t *ret_count)
{
    uint32_t *offices = mem_alloc(tree->unit_count + 1, sizeof *offices);
    int level = unit_level_find(tree, campaign->office_level);
    size_t count = 0;
    for (uint32_t unit = 0; unit < tree->unit_count; unit++)
        if (level < 0 || !unit_level_above(tree, (unsigned)level, tree->units[unit].level))
            offices[count++] = unit;
    *ret_count = count;
    return offices;
}

void seal_submission_line(const struct seal_submission *submission, struct text *out)
{
    char instant[SEAL_INSTANT_SIZE], hex[HASH_HEX_SIZE];
    seal_instant(submission->accepted_us, instant);
    sodium_bin2hex(hex, sizeof hex, submission->digest, HASH_BYTES);
    text_addf(out, "%s,%" PRId64 ",%s,%s,%s\n", submission->office, submission->accepted, instant,
              submission->id, hex);
}

void seal_form_start(const char *office, int64_t accepted, const char *period, const char *unit,
                     struct text *out)
{
    out->length = 0;
    text_addf(out, "%s,%" PRId64 ",%s,%s,", office, accepted, period, unit);
}

// Millions of lines pass here: what is bounded is put together before it is added.
static size_t put(char *line, size_t at, const char *field, size_t length)
{
    memcpy(line + at, field, length);
    line[at + length] = ',';
    return at + length + 1;
}

void seal_entry_line(const struct text *start, const struct cell *cell, struct text *out)
{
    char line[LINE_BYTES_MAX], number[DECIMAL_TEXT_SIZE];
    const char *state = cell_state_words[cell->state];
    bool valued = cell->state == CELL_VALUE || cell->state == CELL_VERIFIED;
    size_t at = start->length, length;
    memcpy(line, start->data, at);
    at = put(line, at, cell->indicator, strlen(cell->indicator));
    length = valued ? decimal_format(cell->value_e4, DECIMAL_SCALE, number) : 0;
    at = put(line, at, number, length);
    length = cell->has_denominator ? decimal_format(cell->denominator_e4, DECIMAL_SCALE, number)
                                   : 0;
    at = put(line, at, number, length);
    at = put(line, at, state, strlen(state));
    if (cell->note[0] != '\0') {
        text_add(out, line, at);
        csv_add_field(out, cell->note);
        at = 0;
    }
    line[at++] = '\n';
    text_add(out, line, at);
}

void seal_instant(int64_t us, char ret[static SEAL_INSTANT_SIZE])
{
    char day[DAY_TEXT_SIZE];
    int64_t local = us / US_PER_SECOND - (us % US_PER_SECOND < 0) + LOCAL_SECONDS;
    int64_t days = local / DAY_SECONDS - (local % DAY_SECONDS < 0);
    int second = (int)(local - days * DAY_SECONDS);
    int fraction = (int)((us % US_PER_SECOND + US_PER_SECOND) % US_PER_SECOND);
    day_format((int32_t)days, day);
    snprintf(ret, SEAL_INSTANT_SIZE, "%sT%02d:%02d:%02d.%06d+07:00", day, second / 3600,
             second / 60 % 60, second % 60, fraction);
}

// Anything but digits is found when the instant is written again.
static int digits(const char *text, size_t count)
{
    int value = 0;
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (text[i] - '0');
    return value;
}

bool seal_instant_parse(const char *text, int64_t *ret_us)
{
    char again[SEAL_INSTANT_SIZE];
    int32_t day;
    if (strlen(text) != sizeof "2022-05-31T08:15:02.000000+07:00" - 1 || !day_parse(text, 10, &day))
        return false;
    int64_t local = day * DAY_SECONDS + digits(text + 11, 2) * 3600 + digits(text + 14, 2) * 60 +
                    digits(text + 17, 2);
    int64_t us = (local - LOCAL_SECONDS) * US_PER_SECOND + digits(text + 20, 6);
    seal_instant(us, again);
    if (strcmp(again, text) != 0) // one text for one instant
        return false;
    *ret_us = us;
    return true;
}
