// The wire in plain structs (proto/thidua.proto): the only door to generated protobuf code.
//
// decode: bounded bytes in, a struct message out that lives in one bounded arena; everything the
// schema cannot say is checked here (limits, lengths of parallel arrays, UTF-8, NUL, enum numbers,
// sizes of ids), so that whoever holds a struct message may rely on it.
// encode: plain struct in, bytes out.
#ifndef THIDUA_COMMON_CODEC_H
#define THIDUA_COMMON_CODEC_H

#include "core/csv.h"
#include "core/err.h"
#include "core/finding.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_VERSION 1
#define WIRE_BYTES_MAX (1024 * 1024)
#define WIRE_ARENA_BYTES_MAX (8 * 1024 * 1024)
#define WIRE_CELLS_MAX 4096
#define WIRE_CODE_BYTES_MAX 64
#define WIRE_NAME_BYTES_MAX 500
#define WIRE_NOTE_BYTES_MAX 1000
#define WIRE_LOAD_PART_BYTES_MAX (512 * 1024)
#define WIRE_LOAD_BYTES_MAX (32 * 1024 * 1024)
#define WIRE_FINDINGS_MAX 500 // in one answer; the rest is counted
#define WIRE_FORMS_MAX 4096
#define WIRE_INDICATORS_MAX 4096 // of the table of codes of one Submit
#define WIRE_LOCATE_MAX 4096
#define WIRE_OWN_MAX 256 // ids of earlier submissions in one Submit
#define WIRE_COLUMNS_MAX 64
#define WIRE_TABLE_CELLS_MAX 32768      // in one page
#define WIRE_TEXT_BYTES_MAX (64 * 1024) // a cell of a table, the text of an answer
#define WIRE_CURSOR_BYTES_MAX 1024
#define WIRE_LEASES_MAX 1024
#define ID_BYTES 16
#define KEY_BYTES 32
#define DIGEST_BYTES 32
#define SIGNATURE_BYTES 64
#define PROOF_MAX 24

enum message_type { // the numbers of the oneof in the .proto
    MESSAGE_NONE = 0,
    MESSAGE_PING = 10,
    MESSAGE_PONG = 11,
    MESSAGE_SUBMIT = 12,
    MESSAGE_SUBMIT_ANSWER = 13,
    MESSAGE_LOCATE = 14,
    MESSAGE_LOCATED = 15,
    MESSAGE_LOAD = 16,
    MESSAGE_QUERY = 17,
    MESSAGE_TABLE = 18,
    MESSAGE_COMMAND = 19,
    MESSAGE_ANSWER = 20,
    MESSAGE_READY = 30,
    MESSAGE_JOB = 31,
    MESSAGE_JOB_DONE = 32,
    MESSAGE_HEARTBEAT = 33,
    MESSAGE_LEASE_LOST = 34,
};
enum wire_code {
    WIRE_COMMITTED = 1,
    WIRE_DUPLICATE,
    WIRE_CONFLICT,
    WIRE_INVALID,
    WIRE_FORBIDDEN,
    WIRE_PERIOD_CLOSED,
    WIRE_TOO_LARGE,
    WIRE_BUSY,
    WIRE_UNAVAILABLE,
    WIRE_OK,
    WIRE_NOT_FOUND,
    WIRE_UNSUPPORTED,
    WIRE_STALE_BASE,
};
const char *wire_code_name(enum wire_code code); // "COMMITTED"; "?" for others
bool wire_code_final(enum wire_code code);       // all but BUSY and UNAVAILABLE

enum document_kind {
    DOCUMENT_UNITS = 1,
    DOCUMENT_CAMPAIGN,
    DOCUMENT_TARGETS,
    DOCUMENT_ADJUSTMENTS,
    DOCUMENT_NOMINATIONS,
    DOCUMENT_DECISIONS
};
enum query_what {
    QUERY_ROLLUP = 1,
    QUERY_SCORES,
    QUERY_RANKING,
    QUERY_AWARDS,
    QUERY_EXPLAIN,
    QUERY_TRACE,
    QUERY_MISSING,
    QUERY_FORM,
    QUERY_RUNS,
    QUERY_RUN,
    QUERY_JOBS,
    QUERY_KEYS,
    QUERY_SUBMISSION,
    QUERY_CAMPAIGNS,
    QUERY_UNCOUNTED,
    QUERY_EXCEPTIONS,
    QUERY_REPORTING,
    QUERY_COUNCIL = 20,
    QUERY_DECISIONS,
    QUERY_COMPARE = 30,
    QUERY_AUDIT = 40,
    QUERY_AUDIT_CHAIN,
    QUERY_SEAL = 45,
    QUERY_RUN_DOCUMENTS,
    QUERY_RUN_SUBMISSIONS,
    QUERY_RUN_ENTRIES,
    QUERY_REPORTS = 50,
    QUERY_REPORT,
    QUERY_HISTORY,
    QUERY_LAST = QUERY_HISTORY
};
enum command_action {
    ACTION_RUN_START = 1,
    ACTION_JOB_RETRY,
    ACTION_KEY_ADD,
    ACTION_KEY_REVOKE,
    ACTION_UNLOCK,
    ACTION_SIGN = 6,
    ACTION_VERIFY,
    ACTION_RETURN,
    ACTION_KEY_INVITE = 40,
    ACTION_KEY_ENROL,
    ACTION_KEY_ROTATE
};

struct bytes {
    const uint8_t *data;
    size_t length;
};

struct wire_form {
    const char *unit, *period;
    size_t count;              // cells
    const uint32_t *indicator; // index into submit.indicators, checked
    const uint32_t *state;     // enum cell_state, checked
    const int64_t *value_e4;
    const int64_t *denominator_e4;
    const bool *has_denominator; // int-sized in protobuf: converted
    const uint32_t *row;         // NULL when not sent
    const char *const *note;     // NULL when not sent
    uint32_t base;               // 1 + rows of the form that the sender knows; 0: not said
};
struct wire_submit {
    uint8_t id[ID_BYTES];
    const char *campaign, *office;
    bool dry_run;
    size_t indicator_count;
    const char *const *indicators;
    size_t form_count;
    const struct wire_form *forms;
    size_t own_count;
    const uint8_t (*own)[ID_BYTES]; // the sender's earlier submissions, known beyond the bases
    size_t cell_count;              // of all forms; decode fills it
    struct bytes body; // the Submit as received (decode fills it): what the digest covers
};
struct wire_receipt {
    uint8_t id[ID_BYTES];
    const char *campaign, *office;
    uint32_t created, changed, unchanged, withdrawn;
    bool late;
    int64_t accepted, accepted_us;
    uint8_t digest[DIGEST_BYTES];
};
struct wire_signed_receipt {
    struct bytes receipt; // serialized Receipt: what is hashed
    uint32_t index, count;
    size_t proof_count;
    uint8_t proof[PROOF_MAX][DIGEST_BYTES];
    uint8_t public_key[KEY_BYTES];
    uint8_t signature[SIGNATURE_BYTES];
};
struct wire_finding {
    uint32_t code, row;
    const char *file, *column, *value;
    const char *args[FINDING_ARGS];
};
struct wire_findings {
    size_t count;
    const struct wire_finding *list;
    uint32_t left_out;
};

struct wire_submit_answer {
    enum wire_code code;
    uint8_t id[ID_BYTES];
    bool has_receipt, has_preview;
    struct wire_signed_receipt receipt;
    struct bytes
        receipt_raw; // encode: a serialized SignedReceipt used instead of `receipt` when data is not NULL
    struct wire_receipt preview;
    struct wire_findings findings;
    uint32_t retry_ms;
    size_t row_count;     // forms of the submission, or 0
    const uint32_t *rows; // STALE_BASE: by form, 1 + its rows on record; 0: no cell is stale
};
struct wire_locate {
    const char *campaign;
    size_t count;
    const char *const *units, *const *periods;
    bool rows; // asked for, too
};
struct wire_located {
    size_t count;
    const char *const *offices;
    const uint32_t *rows; // by pair: 1 + rows on record, 0: not told; NULL: of none
};
struct wire_load {
    uint8_t id[ID_BYTES];
    enum document_kind kind;
    const char *campaign, *file;
    uint32_t part;
    bool last, check_only, replace;
    struct bytes data;
};
struct wire_query {
    enum query_what what;
    const char *campaign, *period, *unit, *indicator, *scope, *award;
    uint64_t number, other;
    struct bytes id, cursor;
};
struct wire_table {
    size_t column_count, cell_count; // cell_count is a multiple of column_count, checked
    const char *const *columns, *const *cells;
    struct bytes cursor;
    uint64_t run;
    const char *period;
};
struct wire_command {
    enum command_action action;
    const char *campaign, *period, *role, *unit, *name, *until, *reason;
    uint64_t number;
    struct bytes key, sign_key, digest, signature; // each absent or of its size
    uint32_t days;
};
struct wire_answer {
    enum wire_code code;
    uint64_t number;
    uint32_t added, changed, unchanged;
    struct wire_findings findings;
    uint32_t retry_ms;
    const char *text;
};
struct wire_pong {
    const char *version, *server, *role, *unit;
    int64_t now_us;
    struct bytes receipt_key;
};
struct wire_ready {
    uint32_t credit;
    const char *version, *name;
};
struct wire_job {
    uint64_t job, lease;
    uint32_t lease_ms;
};
struct wire_job_done {
    uint64_t job, lease;
    bool ok, final;
    const char *error;
};
struct wire_leases {
    size_t count;
    const uint64_t *jobs, *leases;
}; // HEARTBEAT, LEASE_LOST

struct message {
    enum message_type type;
    uint64_t request;
    union {
        struct wire_pong pong;
        struct wire_submit submit;
        struct wire_submit_answer submit_answer;
        struct wire_locate locate;
        struct wire_located located;
        struct wire_load load;
        struct wire_query query;
        struct wire_table table;
        struct wire_command command;
        struct wire_answer answer;
        struct wire_ready ready;
        struct wire_job job;
        struct wire_job_done job_done;
        struct wire_leases leases;
    };
    void *memory; // decode: what it lives in; message_clear frees it
};

// Decodes one payload frame. Returns 0 and fills *ret (message_clear it), or -1 with err->code one of
// "too_large", "malformed", "unsupported", "limit" and a text that names the field; then *ret holds
// only the type and the request as far as they could be read (for a refusal), and no memory.
// Nothing of a decoded message points into `data` but submit.body.
int message_decode(const uint8_t *data, size_t length, struct message *ret, struct err *err);
// The type alone (MESSAGE_NONE when it cannot be told) and the request, at the price of a look.
enum message_type message_peek(const uint8_t *data, size_t length, uint64_t *ret_request);
void message_clear(struct message *message);
size_t message_bytes(const struct message *message); // of memory that a decoded message holds
// Appends the encoded Envelope to *out. Never fails for a message within the limits; -1 over 1 MiB.
int message_encode(const struct message *message, struct text *out, struct err *err);

// Pieces that are stored or hashed by themselves.
void receipt_encode(const struct wire_receipt *receipt, struct text *out);
int receipt_decode(const uint8_t *data, size_t length, struct wire_receipt *ret, void **ret_memory);
// The memory of both decodes is freed by codec_free.
int signed_receipt_decode(const uint8_t *data, size_t length, struct wire_signed_receipt *ret,
                          void **ret_memory);
void codec_free(void *memory);
void signed_receipt_encode(const struct wire_signed_receipt *receipt, struct text *out);

// findings <-> wire (at most WIRE_FINDINGS_MAX go; borrowed texts)
struct wire_findings wire_findings_of(const struct findings *findings, struct arena *arena);
void wire_findings_to(const struct wire_findings *wire, struct findings *ret);

#endif
