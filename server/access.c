// Keys and roles.
#include "server/access.h"

#include "core/mem.h"
#include "server/world.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum reach { REACH_OFFICE, REACH_SUBTREE, REACH_ALL, REACH_NOTHING };
static const struct {
    const char *word;
    unsigned may;
    enum reach reach;
} roles[ROLES] = {
    [ROLE_CLERK] = {"clerk", MAY_READ | MAY_SUBMIT | MAY_ROTATE, REACH_OFFICE},
    [ROLE_LEADER] = {"leader", MAY_READ | MAY_SIGN | MAY_ROTATE, REACH_OFFICE},
    [ROLE_OFFICER] = {"officer",
                      MAY_READ | MAY_SUBMIT | MAY_VERIFY | MAY_UNLOCK | MAY_SET_LISTS | MAY_RUN |
                          MAY_SEE_WORK | MAY_INVITE | MAY_ROTATE,
                      REACH_SUBTREE},
    [ROLE_AUDITOR] = {"auditor",
                      MAY_READ | MAY_SEE_WORK | MAY_SEE_KEYS | MAY_SEE_AUDIT | MAY_ROTATE,
                      REACH_ALL},
    [ROLE_ADMIN] = {"admin",
                    MAY_READ | MAY_SUBMIT | MAY_VERIFY | MAY_UNLOCK | MAY_SET_RULES |
                        MAY_SET_LISTS | MAY_RUN | MAY_RETRY | MAY_SEE_WORK | MAY_SEE_KEYS |
                        MAY_SET_KEYS | MAY_SEE_AUDIT | MAY_INVITE | MAY_ROTATE,
                    REACH_ALL},
    [ROLE_WORKER] = {"worker", MAY_WORK, REACH_NOTHING},
    [ROLE_INVITED] = {"invited", MAY_ENROL, REACH_NOTHING},
};

struct access {
    struct access_entry *entries;
    size_t count;
    uint32_t *table; // open addressing: place in entries + 1, 0 = free
    size_t mask;
    uint64_t seed; // so that nobody can choose keys that collide
};

// A key's unit is looked up anew in every world, so it is kept as its code.
const char access_sql[] =
    "SELECT public_key, role, unit,"
    " coalesce((extract(epoch FROM expires_at) * 1000000)::bigint, 9223372036854775807),"
    " revoked_at IS NOT NULL, sign_key FROM access_key"
    " UNION ALL SELECT public_key, 'invited', '', (extract(epoch FROM expires_at) * 1000000)::bigint,"
    " false, NULL::bytea FROM invite WHERE used_at IS NULL AND expires_at > now()";

int role_parse(const char *word)
{
    for (int role = 0; role < ROLES; role++) {
        if (strcmp(roles[role].word, word) == 0)
            return role;
    }
    return -1;
}

bool role_given(int role)
{
    return role >= 0 && role != ROLE_INVITED;
}

const char *role_word(enum role role)
{
    return roles[role].word;
}

// ---- the table of keys

static size_t place_of(const struct access *access, const uint8_t key[BUS_KEY_BYTES])
{
    uint64_t words[BUS_KEY_BYTES / 8], hash = access->seed;
    memcpy(words, key, BUS_KEY_BYTES);
    for (size_t i = 0; i < BUS_KEY_BYTES / 8; i++)
        hash = (hash ^ words[i]) * UINT64_C(0x9E3779B97F4A7C15), hash ^= hash >> 29;
    size_t place = (size_t)hash & access->mask;
    while (access->table[place] != 0 &&
           memcmp(access->entries[access->table[place] - 1].key, key, BUS_KEY_BYTES) != 0)
        place = (place + 1) & access->mask;
    return place;
}

// False: a row that this program does not understand; such a key gets no service.
static bool entry_read(const PGresult *keys, int row, struct access_entry *ret)
{
    int role = role_parse(PQgetvalue(keys, row, 1));
    size_t unit_length = (size_t)PQgetlength(keys, row, 2);
    if (PQgetlength(keys, row, 0) != BUS_KEY_BYTES || role < 0 || unit_length > CODE_BYTES_MAX)
        return false;
    memcpy(ret->key, PQgetvalue(keys, row, 0), BUS_KEY_BYTES);
    memcpy(ret->unit, PQgetvalue(keys, row, 2), unit_length);
    ret->role = (enum role)role;
    ret->expires_us = (int64_t)db_get_int(PQgetvalue(keys, row, 3), 8);
    ret->revoked = PQgetvalue(keys, row, 4)[0] != 0;
    ret->signs = PQgetlength(keys, row, 5) == BUS_KEY_BYTES;
    if (ret->signs)
        memcpy(ret->sign_key, PQgetvalue(keys, row, 5), BUS_KEY_BYTES);
    return true;
}

struct access *access_create(const PGresult *keys)
{
    struct access *access = mem_alloc(1, sizeof *access);
    size_t rows = (size_t)PQntuples(keys), size = 16;
    while (size < 2 * rows)
        size *= 2;
    access->mask = size - 1;
    access->table = mem_alloc(size, sizeof *access->table);
    access->entries = mem_alloc(rows + 1, sizeof *access->entries);
    randombytes_buf(&access->seed, sizeof access->seed);
    for (size_t row = 0; row < rows; row++) {
        struct access_entry *entry = &access->entries[access->count];
        if (!entry_read(keys, (int)row, entry))
            continue;
        access->table[place_of(access, entry->key)] = (uint32_t)++access->count;
    }
    return access;
}

void access_destroy(struct access *access)
{
    if (access == NULL)
        return;
    free(access->entries);
    free(access->table);
    free(access);
}

const struct access_entry *access_find(const struct access *access,
                                       const uint8_t key[BUS_KEY_BYTES])
{
    uint32_t found = access->table[place_of(access, key)];
    return found != 0 ? &access->entries[found - 1] : NULL;
}

bool access_valid(const struct access_entry *entry, int64_t now_us)
{
    return !entry->revoked && now_us < entry->expires_us;
}

// ---- rights

bool access_may(const struct access_entry *entry, unsigned actions)
{
    return (roles[entry->role].may & actions) == actions;
}

bool access_sees_all(const struct access_entry *entry)
{
    return roles[entry->role].reach == REACH_ALL ||
           (roles[entry->role].reach == REACH_SUBTREE && entry->unit[0] == '\0');
}

bool access_reaches(const struct access_entry *entry, const struct world *world, uint32_t unit,
                    int32_t today)
{
    if (roles[entry->role].reach == REACH_NOTHING)
        return false;
    return access_sees_all(entry) || world_covers(world, entry->unit, unit, today);
}

bool access_submits_for(const struct access_entry *entry, const struct world *world,
                        uint32_t office, int32_t today)
{
    if (!access_may(entry, MAY_SUBMIT) || office == NO_UNIT)
        return false;
    if (roles[entry->role].reach == REACH_OFFICE)
        return world_unit_today(world, entry->unit, today) == office;
    return access_reaches(entry, world, office, today);
}

static uint32_t office_today(const struct world *world, uint32_t office, int32_t today)
{
    return office != NO_UNIT ? world_unit_today(world, world_tree(world)->units[office].code, today)
                             : NO_UNIT;
}

bool access_signs_for(const struct access_entry *entry, const struct world *world, uint32_t office,
                      int32_t today)
{
    uint32_t now = office_today(world, office, today);
    return access_may(entry, MAY_SIGN) && now != NO_UNIT &&
           world_unit_today(world, entry->unit, today) == now;
}

bool access_verifies(const struct access_entry *entry, const struct world *world, uint32_t office,
                     int32_t today)
{
    return access_may(entry, MAY_VERIFY) && access_reaches(entry, world, office, today) &&
           (entry->unit[0] == '\0' ||
            world_unit_today(world, entry->unit, today) != office_today(world, office, today));
}
