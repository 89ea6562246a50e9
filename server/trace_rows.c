// TRACE: reading entries, and their rows.
#include "server/trace.h"

#include <stdlib.h>

const char trace_cells_sql[] =
    "SELECT f.office, f.unit, f.period, f.accepted, extract(epoch FROM s.accepted_at),"
    " encode(s.sender, 'hex'), coalesce(k.name, ''), coalesce(k.role, ''), f.submission, f.state[p.at], f.value[p.at],"
    " f.denominator[p.at],"
    " $5::integer = 0 OR f.state[p.at] = 4 OR f.accepted <= coalesce(r.version, 0)"
    "  FROM form f"
    "  JOIN indicator i ON i.campaign = f.campaign AND i.code = $3"
    "  JOIN submission s ON s.office = f.office AND s.id = f.submission"
    "  LEFT JOIN access_key k ON k.public_key = s.sender"
    "  LEFT JOIN report_counts($2::integer, greatest($5::integer, 1), $6::bigint) r"
    "    ON r.office = f.office AND r.period = f.period"
    " CROSS JOIN LATERAL array_position(f.indicator, i.number) AS p (at)"
    " WHERE f.office = ANY ($1::text[]) AND f.campaign = $2 AND p.at IS NOT NULL"
    "   AND ($4::text IS NULL OR f.unit = $4)"
    " ORDER BY f.unit COLLATE \"C\", f.period, f.accepted";

bool trace_row(struct query *query, const struct trace_row *row)
{
    const char *const cells[] = {
        row->section, row->unit,   row->name,       row->period, row->numerator, row->denominator,
        row->value,   row->counts, row->state,      row->office, row->accepted,  row->accepted_at,
        row->sender,  row->role,   row->submission, row->note};
    return page_row(&query->page, cells);
}

void trace_read_cell(const struct query *query, const PGresult *cells, int row,
                     struct trace_cell *ret)
{
    *ret = (struct trace_cell){
        .unit = unit_find(query->input->input->tree, PQgetvalue(cells, row, CELL_UNIT)),
        .accepted = db_integer_at(cells, row, CELL_ACCEPTED),
        .value_e4 = db_integer_at(cells, row, CELL_VALUE_E4),
        .has_denominator = !PQgetisnull(cells, row, CELL_DENOMINATOR_E4),
        .denominator_e4 = db_integer_at(cells, row, CELL_DENOMINATOR_E4),
        .state = (int)db_integer_at(cells, row, CELL_STATE),
        .counted = PQgetvalue(cells, row, CELL_COUNTED)[0] == 't'};
    period_from_number((int32_t)db_integer_at(cells, row, CELL_PERIOD), &ret->period);
}

const char *trace_left_out(const struct query *query, const struct trace_cell *cell)
{
    if (cell->accepted > query->run.cut)
        return "after_cut";
    if (cell->counted)
        return NULL;
    return query->input->input->campaign->counts == COUNTS_VERIFIED ? "not_verified" : "not_signed";
}

static const char *sender_of(const PGresult *cells, int row, char buffer[static QUERY_CELL_SIZE])
{
    const char *name = PQgetvalue(cells, row, CELL_SENDER_NAME);
    return name[0] != '\0' ? name : key_form(PQgetvalue(cells, row, CELL_SENDER), buffer);
}

// What the entry adds to the numerator: its value; value × weight for a mean.
static void added_text(const struct query *query, const struct trace_cell *cell,
                       char text[static DECIMAL_TEXT_SIZE])
{
    const struct campaign *campaign = query->input->input->campaign;
    uint32_t indicator = campaign_indicator(campaign, query->asked->indicator);
    if (campaign->indicators[indicator].kind == KIND_MEAN)
        decimal_format((i128)cell->value_e4 * cell->denominator_e4, 2 * DECIMAL_SCALE, text);
    else
        decimal_format(cell->value_e4, DECIMAL_SCALE, text);
}

bool trace_cell_row(struct query *query, const char *section, const PGresult *cells, int row,
                    bool counts, const char *note)
{
    struct trace_cell cell;
    char period[PERIOD_TEXT_SIZE], sender[QUERY_CELL_SIZE], at[QUERY_CELL_SIZE];
    char added[DECIMAL_TEXT_SIZE] = "", value[DECIMAL_TEXT_SIZE] = "",
         denominator[DECIMAL_TEXT_SIZE] = "";
    trace_read_cell(query, cells, row, &cell);
    period_format(cell.period, period);
    if (cell.state == CELL_VALUE || cell.state == CELL_VERIFIED) {
        added_text(query, &cell, added);
        decimal_format(cell.value_e4, DECIMAL_SCALE, value);
    }
    if (cell.has_denominator)
        decimal_format(cell.denominator_e4, DECIMAL_SCALE, denominator);
    const struct unit *units = query->input->input->tree->units;
    struct trace_row out = {.section = section,
                            .unit = PQgetvalue(cells, row, CELL_UNIT),
                            .name = cell.unit != NO_UNIT ? units[cell.unit].name : "",
                            .period = period,
                            .numerator = added,
                            .denominator = denominator,
                            .value = value,
                            .counts = counts ? "yes" : "no",
                            .state = cell.state >= CELL_VALUE && cell.state <= CELL_VERIFIED
                                         ? cell_state_words[cell.state]
                                         : "",
                            .office = PQgetvalue(cells, row, CELL_OFFICE),
                            .accepted = PQgetvalue(cells, row, CELL_ACCEPTED),
                            .accepted_at = instant_form(PQgetvalue(cells, row, CELL_AT), at),
                            .sender = sender_of(cells, row, sender),
                            .role = PQgetvalue(cells, row, CELL_ROLE),
                            .submission = PQgetvalue(cells, row, CELL_SUBMISSION),
                            .note = note};
    return trace_row(query, &out);
}
