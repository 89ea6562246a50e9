// A finding names one thing wrong with an input: where, what value, a stable code, and the words
// to say it. All findings of an input are collected and shown at once. core/ never prints: the
// sentence is made by finding_text from an English template that the caller has translated.
#ifndef THIDUA_CORE_FINDING_H
#define THIDUA_CORE_FINDING_H

#include <stdbool.h>
#include <stddef.h>

// The codes live in one table in finding.c: number (on the wire, never changes meaning), word (for
// programs and --csv/--json), severity, and the English template (msgid) with %1$s … %4$s.
// X-macro so that the enum, the table and the translations cannot drift apart: finding_codes.h holds
//     X(FINDING_UNKNOWN_UNIT, 101, "unknown_unit", ERROR, "there is no unit %1$s")
enum finding_severity { FINDING_ERROR, FINDING_WARNING };
enum finding_code {
    FINDING_NONE = 0,
#define X(name, number, word, severity, template) name = number,
#include "core/finding_codes.h"
#undef X
};

#define FINDING_ARGS 4
#define FINDINGS_MAX 10000 // beyond it findings are counted, not kept

// Where: any of file, row (1 = header line for CSV, line for YAML; 0 = none), column may be absent.
struct finding_place {
    const char *file; // borrowed by finding_add, copied
    unsigned row;
    const char *column; // column name or YAML path
};

struct finding {
    enum finding_code code;
    char *file;
    unsigned row;
    char *column;
    char *value;              // the offending text, cut at 64 characters; "" when none
    char *args[FINDING_ARGS]; // "" when unused
};

struct findings {
    struct finding *list;
    size_t count, capacity;
    size_t errors, warnings; // include those not kept
};

void findings_free(struct findings *findings); // frees the contents, not the struct
void findings_drop(struct findings *findings, enum finding_code code); // all of that code
// Adds one; args are `const char *`, at most FINDING_ARGS, ended by NULL. All texts are copied.
__attribute__((sentinel)) void finding_add(struct findings *findings, enum finding_code code,
                                           struct finding_place place, const char *value, ...);
void findings_sort(struct findings *findings); // by file, row, column name, code: a stable order

const char *finding_word(
    enum finding_code code); // "unknown_unit"; "unknown" for a number not in the table
const char *finding_template(enum finding_code code); // msgid; "" for a number not in the table
enum finding_severity finding_severity(enum finding_code code);
// Writes `template` (a translation of finding_template) with the arguments filled in; cuts at size.
void finding_text(const struct finding *finding, const char *template, char *buffer, size_t size);

#endif
