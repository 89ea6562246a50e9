// Holds an export against its MANIFEST, its signature and its seal, and computes it anew.
#include "client/sealed.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct check {
    const struct sealed_files *files;
    struct findings *findings;
    struct seal seal;
    bool has_seal;
};

static void found(const struct check *check, enum finding_code code, const char *file,
                  const char *first, const char *second)
{
    finding_add(check->findings, code, (struct finding_place){.file = file}, "", first, second,
                NULL);
}

// ---- which files there are

static const char *const beside[] = {SEALED_README, SEALED_SEAL, SEALED_SIGNATURE};
#define BESIDE (sizeof beside / sizeof beside[0])

static bool known_name(const struct check *check, const char *name)
{
    bool known = strcmp(name, SEALED_MANIFEST) == 0;
    for (size_t i = 0; i < BESIDE; i++)
        known = known || strcmp(name, beside[i]) == 0;
    for (unsigned i = 0; i < SEAL_FILES; i++)
        known = known || (strcmp(name, seal_files[i].name) == 0 &&
                          (!check->has_seal || seal_has(&check->seal, i)));
    return known;
}

static void check_names(const struct check *check)
{
    for (size_t i = 0; i < check->files->count; i++)
        if (!known_name(check, check->files->list[i].name))
            found(check, FINDING_SEALED_EXTRA, check->files->list[i].name, NULL, NULL);
    for (size_t i = 0; i < BESIDE; i++)
        if (sealed_file(check->files, beside[i]) == NULL)
            found(check, FINDING_SEALED_MISSING, beside[i], NULL, NULL);
    if (sealed_file(check->files, SEALED_MANIFEST) == NULL)
        found(check, FINDING_SEALED_MISSING, SEALED_MANIFEST, NULL, NULL);
    for (unsigned i = 0; i < SEAL_FILES && check->has_seal; i++)
        if (seal_has(&check->seal, i) && sealed_file(check->files, seal_files[i].name) == NULL)
            found(check, FINDING_SEALED_MISSING, seal_files[i].name, NULL, NULL);
}

// ---- MANIFEST

static void expect_line(const struct check *check, const char *name, struct text *out)
{
    const struct text *text = sealed_file(check->files, name);
    uint8_t digest[HASH_BYTES];
    if (text == NULL)
        return;
    hash_bytes(text->data, text->length, digest);
    sealed_manifest_line(digest, name, out);
}

// Line by line against what the files are; which of the two is wrong the seal tells for most.
static void check_manifest(const struct check *check)
{
    const struct text *manifest = sealed_file(check->files, SEALED_MANIFEST);
    struct text expected = {0};
    size_t at = 0, line = 1;
    for (size_t i = 0; i < BESIDE; i++)
        expect_line(check, beside[i], &expected);
    for (unsigned i = 0; i < SEAL_FILES; i++)
        expect_line(check, seal_files[i].name, &expected);
    for (size_t from = 0; manifest != NULL && (from < expected.length || at < manifest->length);
         line++) {
        size_t to = seal_line_end(expected.data, expected.length, from);
        size_t end = seal_line_end(manifest->data, manifest->length, at);
        if (to - from != end - at ||
            memcmp(expected.data + from, manifest->data + at, end - at) != 0) {
            char *right = mem_text(expected.data + from, to - from);
            right[strcspn(right, "\n")] = '\0';
            finding_add(check->findings, FINDING_SEALED_MANIFEST,
                        (struct finding_place){.file = SEALED_MANIFEST, .row = (unsigned)line}, "",
                        right, NULL);
            free(right);
        }
        from = to;
        at = end;
    }
    text_free(&expected);
}

// Of the seal and its signature, which do not fit each other, which is the one that was exported?
static bool in_manifest(const struct check *check, const char *name)
{
    const struct text *manifest = sealed_file(check->files, SEALED_MANIFEST);
    struct text line = {0};
    expect_line(check, name, &line);
    bool in = manifest != NULL && line.data != NULL && strstr(manifest->data, line.data) != NULL;
    text_free(&line);
    return in;
}

// ---- seal and signature

static void check_signature(struct check *check, const uint8_t *signer,
                            char ret_key[static HASH_HEX_SIZE])
{
    const struct text *text = sealed_file(check->files, SEALED_SEAL),
                      *signed_by = sealed_file(check->files, SEALED_SIGNATURE);
    uint8_t key[SIGN_PUBLIC_BYTES], signature[SEAL_SIGNATURE_BYTES];
    char wanted[HASH_HEX_SIZE];
    if (text == NULL || signed_by == NULL)
        return;
    if (sealed_signature_read(signed_by->data, signed_by->length, key, signature) != 0) {
        found(check, FINDING_SEALED_SIGNATURE_FORM, SEALED_SIGNATURE, NULL, NULL);
        return;
    }
    sodium_bin2hex(ret_key, HASH_HEX_SIZE, key, sizeof key);
    if (!seal_signed(text->data, text->length, key, signature))
        found(check, FINDING_SEALED_SIGNATURE,
              in_manifest(check, SEALED_SEAL) ? SEALED_SIGNATURE : SEALED_SEAL, ret_key, NULL);
    if (signer != NULL && memcmp(signer, key, sizeof key) != 0)
        found(check, FINDING_SEALED_SIGNER, SEALED_SIGNATURE, ret_key,
              sodium_bin2hex(wanted, sizeof wanted, signer, SIGN_PUBLIC_BYTES));
}

static void read_seal(struct check *check)
{
    const struct text *text = sealed_file(check->files, SEALED_SEAL);
    if (text == NULL)
        return;
    check->has_seal = seal_parse(text->data, text->length, &check->seal) == 0;
    if (!check->has_seal) {
        found(check, FINDING_SEALED_SEAL_FORM, SEALED_SEAL, NULL, NULL);
        return;
    }
    struct seal again = check->seal;
    seal_add_parts(&again);
    for (unsigned i = 0; i < SEAL_PARTS; i++)
        if (memcmp(again.parts[i], check->seal.parts[i], HASH_BYTES) != 0)
            found(check, FINDING_SEALED_PART, SEALED_SEAL, seal_part_names[i], NULL);
}

static void check_digests(const struct check *check)
{
    for (unsigned i = 0; i < SEAL_FILES && check->has_seal; i++) {
        const struct text *text = sealed_file(check->files, seal_files[i].name);
        uint8_t digest[HASH_BYTES];
        char is[HASH_HEX_SIZE], was[HASH_HEX_SIZE];
        if (text == NULL || !seal_has(&check->seal, i))
            continue;
        seal_file_digest(i, text->data, text->length, digest);
        if (memcmp(digest, check->seal.files[i], HASH_BYTES) == 0)
            continue;
        found(check, FINDING_SEALED_CHANGED, seal_files[i].name,
              sodium_bin2hex(is, sizeof is, digest, HASH_BYTES),
              sodium_bin2hex(was, sizeof was, check->seal.files[i], HASH_BYTES));
    }
}

// ---- once more from the input

static void compare_outputs(const struct check *check, const struct recompute *run)
{
    struct text files[RECOMPUTE_FILES] = {0};
    recompute_write(run, files);
    for (size_t i = 0; i < RECOMPUTE_FILES; i++) {
        const struct text *text = sealed_file(check->files, recompute_names[i]);
        if (text != NULL)
            sealed_compare(recompute_names[i], text, &files[i], check->findings);
        text_free(&files[i]);
    }
}

static void compute(const struct check *check)
{
    struct sealed_input input;
    struct recompute *run = NULL;
    struct err err;
    if (sealed_input_read(check->files, &check->seal, &input, check->findings) == 0) {
        run = recompute_create(&input.input, &err);
        if (run != NULL && recompute_rank(run, &err) == 0)
            compare_outputs(check, run);
        else
            found(check, FINDING_NOT_COMPUTED, "", err.text, NULL);
    }
    recompute_destroy(run);
    sealed_input_free(&input);
}

void sealed_check(const struct sealed_files *files, const uint8_t *signer,
                  char ret_key[static HASH_HEX_SIZE], struct findings *findings)
{
    struct check check = {.files = files, .findings = findings};
    ret_key[0] = '\0';
    read_seal(&check);
    check_names(&check);
    check_manifest(&check);
    check_signature(&check, signer, ret_key);
    check_digests(&check);
    if (check.has_seal)
        compute(&check);
}
