// The table of finding codes and the list of findings. Texts of a finding come from the outside, so
// they are cut, and what is not printable UTF-8 is replaced before anybody shows or stores them.
#include "core/finding.h"

#include "core/mem.h"
#include "core/text.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_CHARACTERS_MAX 64
#define ARG_CHARACTERS_MAX 320     // all keys of a campaign fit
#define REPLACEMENT "\xEF\xBF\xBD" // U+FFFD
#define ELLIPSIS "\xE2\x80\xA6"    // U+2026

struct finding_kind {
    enum finding_code code;
    const char *word;
    enum finding_severity severity;
    const char *template;
};

static const struct finding_kind kinds[] = {
#define X(name, number, word, severity, template) {name, word, FINDING_##severity, template},
#include "core/finding_codes.h"
#undef X
};

static const struct finding_kind *kind_of(enum finding_code code)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].code == code)
            return &kinds[i];
    return NULL;
}

const char *finding_word(enum finding_code code)
{
    const struct finding_kind *kind = kind_of(code);
    return kind != NULL ? kind->word : "unknown";
}

const char *finding_template(enum finding_code code)
{
    const struct finding_kind *kind = kind_of(code);
    return kind != NULL ? kind->template : "";
}

enum finding_severity finding_severity(enum finding_code code)
{
    const struct finding_kind *kind = kind_of(code);
    return kind != NULL ? kind->severity : FINDING_ERROR;
}

// C0 and C1 control characters and DEL: they could steer the terminal that shows them.
static bool is_control(const char *text, size_t sequence)
{
    unsigned char first = (unsigned char)text[0];
    if (sequence == 1)
        return first < 0x20 || first == 0x7F;
    return sequence == 2 && first == 0xC2 && (unsigned char)text[1] < 0xA0;
}

// A printable copy of at most `characters` characters, the last one an ellipsis when it was longer.
static char *printable(const char *string, size_t characters)
{
    if (string == NULL)
        string = "";
    struct text out = {0};
    size_t last = 0; // where the last character begins
    size_t length = strlen(string);
    text_adds(&out, "");
    for (size_t at = 0, count = 0; at < length; count++) {
        if (count == characters) {
            out.length = last;
            text_adds(&out, ELLIPSIS);
            break;
        }
        size_t sequence = utf8_sequence(string + at, length - at);
        last = out.length;
        if (sequence == 0 || is_control(string + at, sequence))
            text_adds(&out, REPLACEMENT);
        else
            text_add(&out, string + at, sequence);
        at += sequence > 0 ? sequence : 1;
    }
    return out.data;
}

static void finding_clear(struct finding *finding)
{
    free(finding->file);
    free(finding->column);
    free(finding->value);
    for (size_t i = 0; i < FINDING_ARGS; i++)
        free(finding->args[i]);
}

void findings_free(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        finding_clear(&findings->list[i]);
    free(findings->list);
    *findings = (struct findings){0};
}

void findings_drop(struct findings *findings, enum finding_code code)
{
    size_t kept = 0;
    for (size_t i = 0; i < findings->count; i++) {
        if (findings->list[i].code == code)
            finding_clear(&findings->list[i]);
        else
            findings->list[kept++] = findings->list[i];
    }
    size_t dropped = findings->count - kept;
    if (finding_severity(code) == FINDING_ERROR)
        findings->errors -= dropped;
    else
        findings->warnings -= dropped;
    findings->count = kept;
}

void finding_add(struct findings *findings, enum finding_code code, struct finding_place place,
                 const char *value, ...)
{
    if (finding_severity(code) == FINDING_ERROR)
        findings->errors++;
    else
        findings->warnings++;
    if (findings->count >= FINDINGS_MAX)
        return;
    struct finding *finding = MEM_PUSH(findings->list, findings->count, findings->capacity);
    finding->code = code;
    finding->file = printable(place.file, ARG_CHARACTERS_MAX);
    finding->row = place.row;
    finding->column = printable(place.column, ARG_CHARACTERS_MAX);
    finding->value = printable(value, VALUE_CHARACTERS_MAX);
    va_list args;
    va_start(args, value);
    const char *arg = va_arg(args, const char *);
    for (size_t i = 0; i < FINDING_ARGS; i++) {
        finding->args[i] = printable(arg, ARG_CHARACTERS_MAX);
        if (arg != NULL)
            arg = va_arg(args, const char *);
    }
    va_end(args);
}

// Beyond the documented keys the texts decide, so that the order never depends on the sort.
static int compare(const void *left, const void *right)
{
    const struct finding *a = left, *b = right;
    int order = strcmp(a->file, b->file);
    if (order == 0)
        order = (a->row > b->row) - (a->row < b->row);
    if (order == 0)
        order = strcmp(a->column, b->column);
    if (order == 0)
        order = (a->code > b->code) - (a->code < b->code);
    if (order == 0)
        order = strcmp(a->value, b->value);
    for (size_t i = 0; order == 0 && i < FINDING_ARGS; i++)
        order = strcmp(a->args[i], b->args[i]);
    return order;
}

void findings_sort(struct findings *findings)
{
    if (findings->count > 1)
        qsort(findings->list, findings->count, sizeof *findings->list, compare);
}

// The argument that `template` names here ("%2$s"), or NULL.
static const char *arg_at(const struct finding *finding, const char *template)
{
    if (template[0] != '%' || template[1] < '1' || template[1] >= '1' + FINDING_ARGS)
        return NULL;
    if (template[2] != '$' || template[3] != 's')
        return NULL;
    const char *arg = finding->args[template[1] - '1'];
    return arg != NULL ? arg : "";
}

void finding_text(const struct finding *finding, const char *template, char *buffer, size_t size)
{
    if (size == 0)
        return;
    struct text out = {0};
    text_adds(&out, "");
    while (*template != '\0') {
        const char *arg = arg_at(finding, template);
        if (arg != NULL) {
            text_adds(&out, arg);
            template += 4;
        } else {
            text_add(&out, template, 1);
            template += template[0] == '%' && template[1] == '%' ? 2 : 1;
        }
    }
    size_t length = out.length < size ? out.length : size - 1;
    while (length < out.length && length > 0 && ((unsigned char)out.data[length] & 0xC0) == 0x80)
        length--;
    memcpy(buffer, out.data, length);
    buffer[length] = '\0';
    text_free(&out);
}
