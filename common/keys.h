// Identity files: a CURVE key pair and, for those who sign, an Ed25519 pair. Mode 0600, refused when wider.
#ifndef THIDUA_COMMON_KEYS_H
#define THIDUA_COMMON_KEYS_H

#include "common/bus.h"
#include "core/err.h"

#define SIGN_PUBLIC_BYTES 32
#define SIGN_SECRET_BYTES 64
struct identity {
    struct bus_keys curve;
    uint8_t sign_public[SIGN_PUBLIC_BYTES], sign_secret[SIGN_SECRET_BYTES];
};
int identity_create(const char *file, struct identity *ret, struct err *err); // never overwrites
int identity_load(const char *file, struct identity *ret, struct err *err);
void identity_wipe(struct identity *identity);
void key_to_z85(const uint8_t key[BUS_KEY_BYTES], char text[static BUS_Z85_SIZE]);
int key_from_z85(const char *text, uint8_t key[BUS_KEY_BYTES]); // -1: not 40 characters of Z85

// One-time codes: 25 letters and digits in groups of five (125 random bits, none that are mistaken
// for each other), the seed of a CURVE pair.
#define CODE_TEXT_SIZE 30
void invite_code_make(char text[static CODE_TEXT_SIZE]);
int invite_code_keys(const char *text, struct bus_keys *ret); // -1: not a code

#define HASH_BYTES 32
void hash_bytes(const void *data, size_t length, uint8_t out[static HASH_BYTES]);

#endif
