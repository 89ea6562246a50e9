// The seal of a published run: what its files hold, byte for byte, and the server's signature over
// it. docs/sealed.md is the contract; the worker digests by it, the server signs, the client exports
// and verifies.
#ifndef THIDUA_COMMON_SEAL_H
#define THIDUA_COMMON_SEAL_H

#include "common/keys.h"
#include "core/entry.h"
#include "core/text.h"

#define SEAL_SIGNATURE_BYTES 64

enum seal_part { SEAL_TREE, SEAL_RULES, SEAL_INPUT, SEAL_OUTPUT, SEAL_PARTS };
extern const char *const seal_part_names[SEAL_PARTS];

enum seal_file_index { // in the order of the seal; the numbers are in the store and never change
    SEAL_UNITS,
    SEAL_CAMPAIGN,
    SEAL_TARGETS,
    SEAL_ADJUSTMENTS,
    SEAL_NOMINATIONS,
    SEAL_DECISIONS,
    SEAL_SUBMISSIONS,
    SEAL_ENTRIES,
    SEAL_ROLLUP,
    SEAL_SCORES,
    SEAL_RANKING,
    SEAL_AWARDS,
    SEAL_FILES
};
struct seal_file {
    const char *name;
    enum seal_part part;
    int document; // index in the run's documents; -1: none of them
    unsigned
        block_columns; // 0: digested as a whole; else in blocks of lines that share a value of the
    unsigned block_first; // columns block_first … block_first + block_columns - 1
};
extern const struct seal_file seal_files[SEAL_FILES];

struct seal {
    char campaign[CODE_BYTES_MAX + 1];
    struct period period;
    int64_t run, cut, cut_us;
    uint8_t parts[SEAL_PARTS][HASH_BYTES];
    uint8_t files[SEAL_FILES][HASH_BYTES]; // zero: there is no such file
};
bool seal_has(const struct seal *seal, enum seal_file_index file);
void seal_add_parts(struct seal *seal); // `parts` from `files`
void seal_write(const struct seal *seal, struct text *out);
// 0 when it is exactly what seal_write would write.
int seal_parse(const char *text, size_t length, struct seal *ret);
void seal_sign(const struct text *text, const struct identity *identity,
               uint8_t ret[static SEAL_SIGNATURE_BYTES]);
bool seal_signed(const char *text, size_t length, const uint8_t key[SIGN_PUBLIC_BYTES],
                 const uint8_t signature[SEAL_SIGNATURE_BYTES]);

// ---- digests of files

// A digest over the digests of blocks, fed block by block.
struct seal_blocks {
    struct text digests;
};
void seal_block(struct seal_blocks *blocks, const char *lines, size_t length);
void seal_block_digest(struct seal_blocks *blocks, const uint8_t digest[HASH_BYTES]);
void seal_blocks_end(struct seal_blocks *blocks, uint8_t ret[static HASH_BYTES]); // and empties it
void seal_file_digest(enum seal_file_index file, const char *data, size_t length,
                      uint8_t ret[static HASH_BYTES]);
// End of the CSV line that begins at `at`, behind its line break (a quoted one does not count).
size_t seal_line_end(const char *data, size_t length, size_t at);

// ---- lines of the two files of what was handed in

extern const char *const submissions_header, *const entries_header;
// Offices in the order of the files: units that are not below the office level. Owned.
uint32_t *seal_offices(const struct unit_tree *tree, const struct campaign *campaign,
                       size_t *ret_count);
struct seal_submission {
    const char *office, *id; // id: as UUID text
    int64_t accepted, accepted_us;
    const uint8_t *digest; // HASH_BYTES
};
void seal_submission_line(const struct seal_submission *submission, struct text *out);
// What all lines of a form begin with; *out is overwritten.
void seal_form_start(const char *office, int64_t accepted, const char *period, const char *unit,
                     struct text *out);
void seal_entry_line(const struct text *start, const struct cell *cell, struct text *out);

// 2022-07-01T08:15:02.000123+07:00, from microseconds since the epoch and back (false: not such a text).
#define SEAL_INSTANT_SIZE 64
void seal_instant(int64_t us, char ret[static SEAL_INSTANT_SIZE]);
bool seal_instant_parse(const char *text, int64_t *ret_us);

#define HASH_HEX_SIZE (2 * HASH_BYTES + 1)

#endif
