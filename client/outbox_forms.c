// What the outbox remembers of forms: their offices, and what is known of their rows on record.
#include "client/outbox_private.h"

#include <stdio.h>
#include <string.h>

// ---- offices

int outbox_office_set(struct outbox *outbox, const char *campaign, const char *unit,
                      const char *period, const char *office, struct err *err)
{
    sqlite3_stmt *statement = outbox_prepared(
        outbox, "INSERT INTO office VALUES (?1, ?2, ?3, ?4)"
                " ON CONFLICT DO UPDATE SET office = excluded.office");
    outbox_bind_text(statement, 1, campaign);
    outbox_bind_text(statement, 2, unit);
    outbox_bind_text(statement, 3, period);
    outbox_bind_text(statement, 4, office);
    return outbox_finish(outbox, statement, err);
}

void outbox_office_get(struct outbox *outbox, const char *campaign, const char *unit,
                       const char *period, char office[static WIRE_CODE_BYTES_MAX + 1])
{
    sqlite3_stmt *statement = outbox_prepared(
        outbox, "SELECT office FROM office WHERE campaign = ?1 AND unit = ?2"
                " AND period = ?3");
    office[0] = '\0';
    outbox_bind_text(statement, 1, campaign);
    outbox_bind_text(statement, 2, unit);
    outbox_bind_text(statement, 3, period);
    if (sqlite3_step(statement) == SQLITE_ROW)
        snprintf(office, WIRE_CODE_BYTES_MAX + 1, "%s",
                 (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
}

// ---- what is known of forms

static sqlite3_stmt *of_form(struct outbox *outbox, const char *sql, const char *campaign,
                             const char *unit, const char *period)
{
    sqlite3_stmt *statement = outbox_prepared(outbox, sql);
    outbox_bind_text(statement, 1, campaign);
    outbox_bind_text(statement, 2, unit);
    outbox_bind_text(statement, 3, period);
    return statement;
}

#define OF_FORM " WHERE campaign = ?1 AND unit = ?2 AND period = ?3"

bool outbox_known_get(struct outbox *outbox, const char *campaign, const char *unit,
                      const char *period, uint32_t *ret_rows, uint32_t *ret_sent)
{
    sqlite3_stmt *statement = of_form(
        outbox,
        "SELECT rows, (SELECT count(*) FROM own JOIN submission USING (id)"
        " WHERE own.campaign = ?1 AND unit = ?2 AND period = ?3 AND state = 'sent')"
        " FROM known" OF_FORM,
        campaign, unit, period);
    bool there = sqlite3_step(statement) == SQLITE_ROW;
    if (there) {
        *ret_rows = (uint32_t)sqlite3_column_int64(statement, 0);
        *ret_sent = (uint32_t)sqlite3_column_int64(statement, 1);
    }
    sqlite3_finalize(statement);
    return there;
}

int outbox_known_set(struct outbox *outbox, const char *campaign, const char *unit,
                     const char *period, uint32_t rows, struct err *err)
{
    sqlite3_stmt *statement = of_form(outbox,
                                      "INSERT INTO known VALUES (?1, ?2, ?3, ?4)"
                                      " ON CONFLICT DO UPDATE SET rows = excluded.rows",
                                      campaign, unit, period);
    sqlite3_bind_int64(statement, 4, rows);
    if (outbox_finish(outbox, statement, err) != 0)
        return -1;
    statement = of_form(outbox,
                        "DELETE FROM own" OF_FORM
                        " AND id NOT IN (SELECT id FROM submission WHERE state = 'waiting')",
                        campaign, unit, period);
    return outbox_finish(outbox, statement, err);
}

int outbox_own_add(struct outbox *outbox, const char *campaign, const char *unit,
                   const char *period, const uint8_t id[static ID_BYTES], struct err *err)
{
    sqlite3_stmt *statement = of_form(outbox,
                                      "INSERT INTO known VALUES (?1, ?2, ?3, 0)"
                                      " ON CONFLICT DO NOTHING",
                                      campaign, unit, period);
    if (outbox_finish(outbox, statement, err) != 0)
        return -1;
    statement = of_form(outbox,
                        "INSERT INTO own (campaign, unit, period, id) VALUES (?1, ?2, ?3, ?4)"
                        " ON CONFLICT DO NOTHING",
                        campaign, unit, period);
    outbox_bind_bytes(statement, 4, id, ID_BYTES);
    return outbox_finish(outbox, statement, err);
}

void outbox_own_get(struct outbox *outbox, const char *campaign, const char *unit,
                    const char *period, struct outbox_own *ret)
{
    sqlite3_stmt *statement = of_form(
        outbox, "SELECT id FROM own" OF_FORM " ORDER BY at DESC LIMIT ?4", campaign, unit, period);
    sqlite3_bind_int64(statement, 4, WIRE_OWN_MAX);
    ret->count = 0;
    while (sqlite3_step(statement) == SQLITE_ROW && ret->count < WIRE_OWN_MAX) {
        if (sqlite3_column_bytes(statement, 0) == ID_BYTES)
            memcpy(ret->list[ret->count++], sqlite3_column_blob(statement, 0), ID_BYTES);
    }
    sqlite3_finalize(statement);
}
