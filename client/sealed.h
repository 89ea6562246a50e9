// The directory of an exported run (docs/sealed.md): what is in it, how it is written and read back.
#ifndef THIDUA_CLIENT_SEALED_H
#define THIDUA_CLIENT_SEALED_H

#include "common/recompute.h"
#include "common/run_input.h"
#include "common/seal.h"

// Beside the files of the seal, in the order of MANIFEST.
#define SEALED_README "README.txt"
#define SEALED_SEAL "seal.txt"
#define SEALED_SIGNATURE "seal.sig"
#define SEALED_MANIFEST "MANIFEST"

// "key HEX\nsignature HEX\n"; sealed_signature_read: -1 when it is not exactly that.
void sealed_signature_write(const char *key, const char *signature, struct text *out);
int sealed_signature_read(const char *text, size_t length, uint8_t key[static SIGN_PUBLIC_BYTES],
                          uint8_t signature[static SEAL_SIGNATURE_BYTES]);
// A line of MANIFEST, as b2sum -l 256 reads it.
void sealed_manifest_line(const uint8_t digest[HASH_BYTES], const char *name, struct text *out);

// Files of a directory in memory.
struct sealed_file {
    char *name;
    struct text text; // never NULL data
};
struct sealed_files {
    struct sealed_file *list; // by name
    size_t count, capacity;
};
// All of a directory; 0, or -1 with err.
int sealed_files_read(const char *directory, struct sealed_files *ret, struct err *err);
void sealed_remove(const char *directory); // with its files
void sealed_files_free(struct sealed_files *files);
const struct text *sealed_file(const struct sealed_files *files, const char *name); // NULL: none

// What a run is computed from, parsed. `input` borrows the rest and may be altered before it is used.
struct sealed_input {
    struct run_input *documents;
    struct recompute_entry *entries;
    size_t entry_count, entry_capacity;
    struct recompute_input input;
};
// 0, or -1 with findings that say what cannot be read. sealed_input_free it in either case.
int sealed_input_read(const struct sealed_files *files, const struct seal *seal,
                      struct sealed_input *ret, struct findings *findings);
void sealed_input_free(struct sealed_input *input);

struct client;
// Exports run `number` into `directory`, which must not exist or be empty; an enum exit_code.
int sealed_export(struct client *client, uint64_t number, const char *directory);
// Holds a directory against its seal and against what comes out of it; findings say what differs.
// `signer`: the key that must have signed; NULL: any. *ret_key (64 digits and NUL) is the one that has,
// "" when no seal can be read.
void sealed_check(const struct sealed_files *files, const uint8_t *signer,
                  char ret_key[static HASH_HEX_SIZE], struct findings *findings);
// Lines of an output file that are not those computed.
void sealed_compare(const char *name, const struct text *found, const struct text *computed,
                    struct findings *findings);

#endif
