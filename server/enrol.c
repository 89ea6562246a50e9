// Enrolment from the command line.
#include "server/enrol.h"

#include "common/db.h"
#include "common/keys.h"
#include "core/unit.h"
#include "server/access.h"
#include <string.h>

static int add_key(PGconn *conn, const char *role, const char *unit,
                   const uint8_t key[BUS_KEY_BYTES], const char *name, struct err *err)
{
    const struct db_param params[] = {db_bytea(key, BUS_KEY_BYTES), db_text(role), db_text(unit),
                                      db_text(name)};
    PGresult *added = db_run(conn, "SELECT access_add($1, $2, $3, $4, 0, NULL)", params, 4, 0, err);
    if (added == NULL)
        return -1;
    bool is_new = PQgetvalue(added, 0, 0)[0] == 't';
    PQclear(added);
    if (is_new)
        return 0;
    PGresult *same = db_run(conn,
                            "SELECT count(*) FROM access_key WHERE public_key = $1 AND role = $2"
                            " AND unit = $3 AND revoked_at IS NULL",
                            params, 3, 0, err);
    if (same == NULL)
        return -1;
    bool known = strcmp(PQgetvalue(same, 0, 0), "1") == 0;
    PQclear(same);
    return known ? 0
                 : err_set(err, ERR_REJECT, "conflict",
                           "this key is on record with another role or unit, or revoked");
}

int enrol(const char *conninfo, const char *role, const char *unit, const char *public_key,
          const char *name, struct err *err)
{
    uint8_t key[BUS_KEY_BYTES];
    if (strcmp(unit, "-") == 0)
        unit = "";
    if (!role_given(role_parse(role)))
        return err_set(err, ERR_REJECT, "usage", "there is no role %.64s", role);
    if (unit[0] != '\0' && !code_valid(unit, strlen(unit)))
        return err_set(err, ERR_REJECT, "usage", "%.64s is not the code of a unit", unit);
    if (key_from_z85(public_key, key) != 0)
        return err_set(err, ERR_REJECT, "usage", "%.64s is not a public key (40 characters)",
                       public_key);
    PGconn *conn = db_connect(conninfo, "thidua-server allow", 10000, err);
    int status = conn != NULL ? add_key(conn, role, unit, key, name, err) : -1;
    PQfinish(conn);
    return status;
}
