// Who may do what: all keys in memory, asked for every message; what each role may do is one table.
#ifndef THIDUA_SERVER_ACCESS_H
#define THIDUA_SERVER_ACCESS_H

#include "common/bus.h"
#include "common/db.h"
#include "core/unit.h"

struct world;

enum role {
    ROLE_CLERK,
    ROLE_LEADER,
    ROLE_OFFICER,
    ROLE_AUDITOR,
    ROLE_ADMIN,
    ROLE_WORKER,
    ROLE_INVITED,
    ROLES
};
int role_parse(const char *word); // -1: no role
bool role_given(int role);        // one that a key can be given: not -1, not that of a code
const char *role_word(enum role role);

enum action {
    MAY_READ = 1 << 0, // figures and forms
    MAY_SUBMIT = 1 << 1,
    MAY_VERIFY = 1 << 2,    // hand in verified points
    MAY_UNLOCK = 1 << 3,    // submit for a locked period, open it for an office
    MAY_SET_RULES = 1 << 4, // units and campaigns
    MAY_SET_LISTS = 1 << 5, // targets, adjustments, nominations, decisions
    MAY_RUN = 1 << 6,
    MAY_RETRY = 1 << 7,    // put jobs back
    MAY_SEE_WORK = 1 << 8, // runs and jobs
    MAY_SEE_KEYS = 1 << 9,
    MAY_SET_KEYS = 1 << 10,
    MAY_WORK = 1 << 11, // be a worker
    MAY_SEE_AUDIT = 1 << 12,
    MAY_INVITE = 1 << 13, // give codes for keys
    MAY_ENROL = 1 << 14,  // use such a code
    MAY_ROTATE = 1 << 15, // replace one's own key
    MAY_SIGN = 1 << 16,   // sign off its office's reports
};

struct access_entry { // one key on record
    uint8_t key[BUS_KEY_BYTES];
    enum role role;
    char unit[CODE_BYTES_MAX + 1]; // "" for the root
    int64_t expires_us;            // INT64_MAX: never
    bool revoked;
    bool signs;                      // there is a
    uint8_t sign_key[BUS_KEY_BYTES]; // Ed25519
};
struct access;

extern const char access_sql[];                     // all keys on record
struct access *access_create(const PGresult *keys); // binary format; owned
void access_destroy(struct access *access);
// NULL: a key that is not on record. The pointer lives as long as `access`.
const struct access_entry *access_find(const struct access *access,
                                       const uint8_t key[BUS_KEY_BYTES]);
bool access_valid(const struct access_entry *entry, int64_t now_us); // neither revoked nor expired

bool access_may(const struct access_entry *entry, unsigned actions); // all of them
bool access_sees_all(const struct access_entry *entry);              // no limit by units
// Is the unit within the key's reach? Clerks and leaders: their office and what lies below it;
// officers: their subtree; auditors and admins: everything.
bool access_reaches(const struct access_entry *entry, const struct world *world, uint32_t unit,
                    int32_t today);
// May the key hand in for this office? A clerk for his own only.
bool access_submits_for(const struct access_entry *entry, const struct world *world,
                        uint32_t office, int32_t today);
// May the key sign off what this office (of any time) has handed in: is it its leader's, or of the one that
// continues it?
bool access_signs_for(const struct access_entry *entry, const struct world *world, uint32_t office,
                      int32_t today);
// May it verify and return that: does the office lie below the unit of an officer?
bool access_verifies(const struct access_entry *entry, const struct world *world, uint32_t office,
                     int32_t today);

#endif
