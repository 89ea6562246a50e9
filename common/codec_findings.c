// Findings on their way over the wire.
#include "common/codec.h"

#include "core/mem.h"

struct wire_findings wire_findings_of(const struct findings *findings, struct arena *arena)
{
    size_t count = findings->count < WIRE_FINDINGS_MAX ? findings->count : WIRE_FINDINGS_MAX;
    struct wire_finding *list = arena_alloc(arena, count, sizeof *list);
    for (size_t i = 0; i < count; i++) {
        const struct finding *finding = &findings->list[i];
        list[i] = (struct wire_finding){
            .code = (uint32_t)finding->code,
            .row = finding->row,
            .file = finding->file,
            .column = finding->column,
            .value = finding->value,
        };
        for (size_t arg = 0; arg < FINDING_ARGS; arg++)
            list[i].args[arg] = finding->args[arg];
    }
    size_t all = findings->errors + findings->warnings;
    return (struct wire_findings){
        .count = count, .list = list, .left_out = (uint32_t)(all - count)};
}

void wire_findings_to(const struct wire_findings *wire, struct findings *ret)
{
    for (size_t i = 0; i < wire->count; i++) {
        const struct wire_finding *finding = &wire->list[i];
        struct finding_place place = {finding->file, finding->row, finding->column};
        finding_add(ret, (enum finding_code)finding->code, place, finding->value, finding->args[0],
                    finding->args[1], finding->args[2], finding->args[3], NULL);
    }
}
