// The chains of the audit (sql/008_audit.sql): whether every row follows from the one before it, and
// heads, the last row of each chain at one instant, signed by a server and kept elsewhere.
#ifndef THIDUA_COMMON_AUDIT_CHAIN_H
#define THIDUA_COMMON_AUDIT_CHAIN_H

#include "common/keys.h"
#include "core/csv.h"
#include <stdbool.h>

#define AUDIT_HASH_BYTES 32
#define AUDIT_HASH_SIZE (2 * AUDIT_HASH_BYTES + 1)
#define AUDIT_DAY_SIZE 11
#define AUDIT_CHAINS_MAX 4096

// A row as text, the way the canonical form has it: day YYYY-MM-DD, actor and hash in lower-case hex.
struct audit_row {
    const char *chain, *day, *number, *at_us, *actor, *writer, *event, *detail, *hash;
};
struct audit_link { // where a chain stands
    unsigned chain;
    char day[AUDIT_DAY_SIZE];
    int64_t number;
    char hash[AUDIT_HASH_SIZE];
};

// ---- heads: a text of one line for each chain, signed as a whole

struct audit_head {
    struct audit_link *links;
    size_t count, capacity;
};
void audit_head_clear(struct audit_head *head);
void audit_head_add(struct audit_head *head, const struct audit_link *link);
// Appends the signed text.
void audit_head_format(const struct audit_head *head, int64_t at_us,
                       const struct identity *identity, struct text *out);
// Reads such a text and holds its signature against `trusted`. -1: not a head, or not one of that key.
int audit_head_parse(const char *text, const uint8_t trusted[SIGN_PUBLIC_BYTES],
                     struct audit_head *ret, struct err *err);

// ---- checking: rows are given in the order of chain, day, number

enum audit_fault {
    AUDIT_GOOD,
    AUDIT_CHANGED,   // the row's hash is not that of its text and the row before it
    AUDIT_MISSING,   // rows before this one are gone
    AUDIT_REWRITTEN, // the row is not the one that the head has
    AUDIT_CUT,       // the head's row is not there any more
};
struct audit_check {
    const struct audit_head *head; // borrowed; NULL: none to hold it against
    bool *met;                     // of the head's links, those that were found
    bool started;
    struct audit_link last;
    uint64_t rows;
};
void audit_check_start(struct audit_check *check, const struct audit_head *head);
enum audit_fault audit_check_row(struct audit_check *check, const struct audit_row *row);
// After the last row: AUDIT_CUT with the head's row in *ret_gone, or AUDIT_GOOD. Frees.
enum audit_fault audit_check_end(struct audit_check *check, struct audit_link *ret_gone);

#endif
