// Chains of the audit and their heads. The canonical form of a row is told in sql/008_audit.sql.
#include "common/audit_chain.h"

#include "core/mem.h"
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "thidua audit head 1\n"
#define SIGNED "signature "

// ---- rows

static void hash_row(const char *before, const struct audit_row *row,
                     char ret[static AUDIT_HASH_SIZE])
{
    const char *const lines[] = {row->day,   row->chain,  row->number, row->at_us,
                                 row->actor, row->writer, row->event,  row->detail};
    uint8_t hash[AUDIT_HASH_BYTES] = {0};
    crypto_hash_sha256_state state;
    if (before[0] != '\0')
        sodium_hex2bin(hash, sizeof hash, before, strlen(before), NULL, NULL, NULL);
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, hash, sizeof hash);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (i > 0)
            crypto_hash_sha256_update(&state, (const uint8_t *)"\n", 1);
        crypto_hash_sha256_update(&state, (const uint8_t *)lines[i], strlen(lines[i]));
    }
    crypto_hash_sha256_final(&state, hash);
    sodium_bin2hex(ret, AUDIT_HASH_SIZE, hash, sizeof hash);
}

static const struct audit_link *head_link(const struct audit_check *check,
                                          const struct audit_link *at, size_t *ret_index)
{
    for (size_t i = 0; check->head != NULL && i < check->head->count; i++) {
        const struct audit_link *link = &check->head->links[i];
        if (link->chain == at->chain && link->number == at->number &&
            strcmp(link->day, at->day) == 0) {
            *ret_index = i;
            return link;
        }
    }
    return NULL;
}

void audit_check_start(struct audit_check *check, const struct audit_head *head)
{
    *check = (struct audit_check){.head = head};
    if (head != NULL)
        check->met = mem_alloc(head->count + 1, sizeof *check->met);
}

// The first row of a chain or of a later day has the number 1, any other the next one.
static bool follows(const struct audit_link *last, const struct audit_link *now, bool same_chain)
{
    int days = same_chain ? strcmp(now->day, last->day) : 1;
    return days == 0 ? now->number == last->number + 1 : days > 0 && now->number == 1;
}

enum audit_fault audit_check_row(struct audit_check *check, const struct audit_row *row)
{
    struct audit_link now = {.chain = (unsigned)strtoul(row->chain, NULL, 10),
                             .number = strtoll(row->number, NULL, 10)};
    size_t place = 0;
    snprintf(now.day, sizeof now.day, "%s", row->day);
    bool same_chain = check->started && now.chain == check->last.chain;
    if (!follows(&check->last, &now, same_chain))
        return AUDIT_MISSING;
    hash_row(same_chain ? check->last.hash : "", row, now.hash);
    if (strcmp(now.hash, row->hash) != 0)
        return AUDIT_CHANGED;
    const struct audit_link *kept = head_link(check, &now, &place);
    if (kept != NULL && strcmp(kept->hash, now.hash) != 0)
        return AUDIT_REWRITTEN;
    if (kept != NULL)
        check->met[place] = true;
    check->started = true;
    check->last = now;
    check->rows++;
    return AUDIT_GOOD;
}

enum audit_fault audit_check_end(struct audit_check *check, struct audit_link *ret_gone)
{
    enum audit_fault fault = AUDIT_GOOD;
    for (size_t i = 0; fault == AUDIT_GOOD && check->head != NULL && i < check->head->count; i++) {
        if (check->met[i])
            continue;
        *ret_gone = check->head->links[i];
        fault = AUDIT_CUT;
    }
    free(check->met);
    check->met = NULL;
    return fault;
}

// ---- heads

void audit_head_clear(struct audit_head *head)
{
    free(head->links);
    *head = (struct audit_head){0};
}

void audit_head_add(struct audit_head *head, const struct audit_link *link)
{
    *MEM_PUSH(head->links, head->count, head->capacity) = *link;
}

void audit_head_format(const struct audit_head *head, int64_t at_us,
                       const struct identity *identity, struct text *out)
{
    size_t from = out->length;
    uint8_t signature[crypto_sign_BYTES];
    char hex[2 * crypto_sign_BYTES + 1];
    text_adds(out, HEADER);
    text_addf(out, "at_us %" PRId64 "\n", at_us);
    for (size_t i = 0; i < head->count; i++) {
        const struct audit_link *link = &head->links[i];
        text_addf(out, "chain %u %s %" PRId64 " %s\n", link->chain, link->day, link->number,
                  link->hash);
    }
    sodium_bin2hex(hex, sizeof hex, identity->sign_public, SIGN_PUBLIC_BYTES);
    text_addf(out, "key %s\n", hex);
    crypto_sign_detached(signature, NULL, (const uint8_t *)out->data + from, out->length - from,
                         identity->sign_secret);
    sodium_bin2hex(hex, sizeof hex, signature, sizeof signature);
    text_addf(out, SIGNED "%s\n", hex);
}

static int signed_by(const char *text, size_t length, const char *hex,
                     const uint8_t trusted[SIGN_PUBLIC_BYTES])
{
    uint8_t signature[crypto_sign_BYTES];
    size_t got = 0;
    if (sodium_hex2bin(signature, sizeof signature, hex, strcspn(hex, "\r\n"), NULL, &got, NULL) !=
            0 ||
        got != sizeof signature)
        return -1;
    return crypto_sign_verify_detached(signature, (const uint8_t *)text, length, trusted);
}

// The next word, without the blank or line break after it; false: none, or too long.
static bool next_word(const char **at, char *ret, size_t size)
{
    size_t length = strcspn(*at, " \n");
    if (length == 0 || length >= size)
        return false;
    memcpy(ret, *at, length);
    ret[length] = '\0';
    *at += length + ((*at)[length] == ' ');
    return true;
}

static bool link_parse(const char *line, struct audit_link *ret)
{
    char chain[16], number[24], *chain_end, *number_end;
    if (!next_word(&line, chain, sizeof chain) || !next_word(&line, ret->day, sizeof ret->day) ||
        !next_word(&line, number, sizeof number) || !next_word(&line, ret->hash, sizeof ret->hash))
        return false;
    ret->chain = (unsigned)strtoul(chain, &chain_end, 10);
    ret->number = strtoll(number, &number_end, 10);
    return *chain_end == '\0' && *number_end == '\0';
}

int audit_head_parse(const char *text, const uint8_t trusted[SIGN_PUBLIC_BYTES],
                     struct audit_head *ret, struct err *err)
{
    const char *last = strstr(text, "\n" SIGNED);
    *ret = (struct audit_head){0};
    if (strncmp(text, HEADER, strlen(HEADER)) != 0 || last == NULL)
        return err_set(err, ERR_REJECT, "audit_head", "this is not a head of the audit");
    if (signed_by(text, (size_t)(last + 1 - text), last + 1 + strlen(SIGNED), trusted) != 0)
        return err_set(err, ERR_REJECT, "audit_head",
                       "the head is not signed by this server's key");
    for (const char *line = text; line <= last; line = strchr(line, '\n') + 1) {
        struct audit_link link = {0};
        if (strncmp(line, "chain ", 6) != 0)
            continue;
        if (!link_parse(line + 6, &link) || ret->count == AUDIT_CHAINS_MAX) {
            audit_head_clear(ret);
            return err_set(err, ERR_REJECT, "audit_head", "a line of the head is not understood");
        }
        audit_head_add(ret, &link);
    }
    return 0;
}
