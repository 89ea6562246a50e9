// What a loaded file becomes: checked, merged into what is on record, written in its canonical form.
// No database, no messages: texts in, text and findings out.
#ifndef THIDUA_SERVER_DOCUMENT_H
#define THIDUA_SERVER_DOCUMENT_H

#include "common/codec.h"
#include "server/published_awards.h"
#include "server/world.h"

#define DOCUMENT_KINDS 7 // 1 … 6

struct document_input {
    enum document_kind kind;
    const char *file; // name for findings
    const char *text; // NFC, without BOM
    size_t length;
    bool replace;
    const struct world *world;             // the rules on record
    const char *campaign;                  // code; lists only
    const struct published_awards *awards; // decisions only; NULL: no run has been published
    const char *on_record[DOCUMENT_KINDS]; // newest contents by kind, NULL: none. Units: its own; a
                                           // list: its own; a campaign: itself and its lists
};
struct document_output {
    struct text content;               // canonical; empty when there were errors
    bool same;                         // as what is on record: nothing to store
    char campaign[CODE_BYTES_MAX + 1]; // "" for units
    const char **indicators;           // of a campaign, in `arena`
    size_t indicator_count;
    struct unit_tree *tree; // of units
    uint32_t added, changed, unchanged;
    struct findings findings; // errors here refuse the document …
    struct findings concerns; // … these do not: what the new units mean for campaigns on record
    struct arena *arena;
};
// 0, or -1 when findings refuse it.
int document_make(const struct document_input *input, struct document_output *ret);
void document_output_clear(struct document_output *output);
// The code that a campaign file names; false when it cannot be read that far.
bool document_campaign_code(const char *text, size_t length, char ret[static CODE_BYTES_MAX + 1]);

// For document_units.c and document_lists.c
void document_make_units(const struct document_input *input, struct document_output *ret);
void document_make_list(const struct document_input *input, struct document_output *ret);
// Holds the lists on record against a campaign that is about to change.
void document_check_lists(const struct document_input *input, const struct campaign *campaign,
                          struct findings *findings);

// Refuses decisions without a reason (those on record may be without) and names those about what the
// published awards do not leave to the council.
void document_check_decisions(const struct document_input *input, const struct campaign *campaign,
                              const struct csv_table *table, struct findings *findings);

#endif
