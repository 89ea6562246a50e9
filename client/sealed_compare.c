// Two CSV files that should be the same: which lines and cells are not.
#include "client/sealed.h"

#include <stdlib.h>
#include <string.h>

#define COLUMN_TEXT_SIZE 64

struct side {
    const struct text *text;
    size_t at; // of the line now
};

static size_t line_length(const struct side *side, size_t at)
{
    return seal_line_end(side->text->data, side->text->length, at) - at;
}

static bool same_line(const struct side *a, size_t a_at, const struct side *b, size_t b_at)
{
    size_t length = line_length(a, a_at);
    return length == line_length(b, b_at) &&
           memcmp(a->text->data + a_at, b->text->data + b_at, length) == 0;
}

static bool ended(const struct side *side)
{
    return side->at >= side->text->length;
}

static void step(struct side *side)
{
    side->at += line_length(side, side->at);
}

// Length of the field that begins here, up to its comma or the end of the line.
static size_t field_length(const char *line, size_t length)
{
    bool quoted = false;
    size_t at = 0;
    while (at < length && ((line[at] != ',' && line[at] != '\n') || quoted))
        quoted ^= line[at++] == '"';
    return at;
}

// The name of the column, from the header.
static void column_name(const struct text *file, size_t column, char ret[static COLUMN_TEXT_SIZE])
{
    size_t length = seal_line_end(file->data, file->length, 0), at = 0;
    while (column > 0 && at < length) {
        at += field_length(file->data + at, length - at) + 1;
        column--;
    }
    size_t name = at < length ? field_length(file->data + at, length - at) : 0;
    if (name >= COLUMN_TEXT_SIZE)
        name = COLUMN_TEXT_SIZE - 1;
    memcpy(ret, file->data + at, name);
    ret[name] = '\0';
}

static void add(struct findings *findings, enum finding_code code, struct finding_place place,
                const char *found, size_t found_length, const char *computed,
                size_t computed_length)
{
    char *is = mem_text(found, found_length), *should = mem_text(computed, computed_length);
    is[strcspn(is, "\n")] = '\0';
    should[strcspn(should, "\n")] = '\0';
    finding_add(findings, code, place, is, is, should, NULL);
    free(should);
    free(is);
}

// Both have a line here, and they differ: field by field.
static void compare_fields(struct finding_place place, const struct side *found,
                           const struct side *computed, struct findings *findings)
{
    const char *a = found->text->data + found->at, *b = computed->text->data + computed->at;
    size_t a_left = line_length(found, found->at), b_left = line_length(computed, computed->at);
    for (size_t column = 0; a_left > 0 || b_left > 0; column++) {
        size_t a_length = field_length(a, a_left), b_length = field_length(b, b_left);
        char name[COLUMN_TEXT_SIZE];
        column_name(computed->text, column, name);
        place.column = name;
        if (a_length != b_length || memcmp(a, b, a_length) != 0 ||
            (a_left > a_length) != (b_left > b_length) ||
            (a_left > a_length && a[a_length] != b[b_length]))
            add(findings, FINDING_SEALED_CELL, place, a, a_length, b, b_length);
        a_length += a_length < a_left;
        b_length += b_length < b_left;
        a += a_length;
        b += b_length;
        a_left -= a_length;
        b_left -= b_length;
    }
}

// A line too many or too few does not make all that follow differ.
static void compare_lines(struct finding_place place, struct side *found, struct side *computed,
                          struct findings *findings)
{
    size_t a = found->at, b = computed->at;
    if (ended(computed) ||
        (!ended(found) && same_line(found, a + line_length(found, a), computed, b))) {
        add(findings, FINDING_SEALED_LINE_EXTRA, place, found->text->data + a,
            line_length(found, a), "", 0);
        step(found);
    } else if (ended(found) || same_line(found, a, computed, b + line_length(computed, b))) {
        add(findings, FINDING_SEALED_LINE_MISSING, place, computed->text->data + b,
            line_length(computed, b), "", 0);
        step(computed);
    } else {
        compare_fields(place, found, computed, findings);
        step(found);
        step(computed);
    }
}

void sealed_compare(const char *name, const struct text *found, const struct text *computed,
                    struct findings *findings)
{
    struct side a = {found, 0}, b = {computed, 0};
    while (!ended(&a) || !ended(&b)) {
        unsigned line = 1;
        if (!ended(&a) && !ended(&b) && same_line(&a, a.at, &b, b.at)) {
            step(&a);
            step(&b);
            continue;
        }
        for (size_t at = 0; at < a.at; at++)
            line += found->data[at] == '\n';
        compare_lines((struct finding_place){.file = name, .row = line}, &a, &b, findings);
    }
}
