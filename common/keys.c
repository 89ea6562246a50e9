// Identity files are text, so that they can be told apart and copied by people:
//     thidua identity 1
//     curve_public Z85 … curve_secret Z85 … sign_public hex … sign_secret hex
// A file that others can read is no secret any more and is refused.
#include "common/keys.h"

#include "common/files.h"
#include "core/text.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES_MAX 1024
#define HEADER "thidua identity 1\n"

static const char z85_digits[] =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

void key_to_z85(const uint8_t key[BUS_KEY_BYTES], char text[static BUS_Z85_SIZE])
{
    for (size_t group = 0; group < BUS_KEY_BYTES / 4; group++) {
        uint32_t value = 0;
        for (size_t i = 0; i < 4; i++)
            value = value << 8 | key[group * 4 + i];
        for (size_t i = 5; i-- > 0; value /= 85)
            text[group * 5 + i] = z85_digits[value % 85];
    }
    text[BUS_Z85_SIZE - 1] = '\0';
}

int key_from_z85(const char *text, uint8_t key[BUS_KEY_BYTES])
{
    uint8_t bytes[BUS_KEY_BYTES];
    if (strlen(text) != BUS_Z85_SIZE - 1)
        return -1;
    for (size_t group = 0; group < BUS_KEY_BYTES / 4; group++) {
        uint64_t value = 0;
        for (size_t i = 0; i < 5; i++) {
            const char *digit = strchr(z85_digits, text[group * 5 + i]);
            if (digit == NULL)
                return -1;
            value = value * 85 + (uint64_t)(digit - z85_digits);
        }
        if (value > UINT32_MAX)
            return -1;
        for (size_t i = 0; i < 4; i++)
            bytes[group * 4 + i] = (uint8_t)(value >> (24 - 8 * i));
    }
    memcpy(key, bytes, sizeof bytes);
    return 0;
}

// ---- one-time codes

#define CODE_LETTERS 25
#define CODE_GROUP 5
static const char code_letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void invite_code_make(char text[static CODE_TEXT_SIZE])
{
    for (size_t i = 0; i < CODE_LETTERS; i++) {
        if (i > 0 && i % CODE_GROUP == 0)
            *text++ = '-';
        *text++ = code_letters[randombytes_uniform(sizeof code_letters - 1)];
    }
    *text = '\0';
}

// Small letters, O for 0, I and L for 1, and groups written together are taken, too.
int invite_code_keys(const char *text, struct bus_keys *ret)
{
    char letters[CODE_LETTERS + 1];
    uint8_t seed[crypto_box_SEEDBYTES];
    size_t count = 0;
    for (; *text != '\0'; text++) {
        char letter = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;
        letter = letter == 'O' ? '0' : letter == 'I' || letter == 'L' ? '1' : letter;
        if (letter == '-' || letter == ' ')
            continue;
        if (count == CODE_LETTERS || strchr(code_letters, letter) == NULL)
            return -1;
        letters[count++] = letter;
    }
    if (count != CODE_LETTERS)
        return -1;
    crypto_generichash(seed, sizeof seed, (const uint8_t *)letters, count,
                       (const uint8_t *)"thidua invite 1", crypto_generichash_KEYBYTES_MIN);
    crypto_box_seed_keypair(ret->public_key, ret->secret_key, seed);
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(letters, sizeof letters);
    return 0;
}

void hash_bytes(const void *data, size_t length, uint8_t out[static HASH_BYTES])
{
    crypto_generichash(out, HASH_BYTES, data, length, NULL, 0);
}

void identity_wipe(struct identity *identity)
{
    sodium_memzero(identity, sizeof *identity);
}

// ---- writing

static void identity_format(const struct identity *identity, char text[static FILE_BYTES_MAX])
{
    char curve_public[BUS_Z85_SIZE], curve_secret[BUS_Z85_SIZE];
    char sign_public[2 * SIGN_PUBLIC_BYTES + 1], sign_secret[2 * SIGN_SECRET_BYTES + 1];
    key_to_z85(identity->curve.public_key, curve_public);
    key_to_z85(identity->curve.secret_key, curve_secret);
    sodium_bin2hex(sign_public, sizeof sign_public, identity->sign_public, SIGN_PUBLIC_BYTES);
    sodium_bin2hex(sign_secret, sizeof sign_secret, identity->sign_secret, SIGN_SECRET_BYTES);
    snprintf(text, FILE_BYTES_MAX,
             HEADER "curve_public %s\ncurve_secret %s\nsign_public %s\nsign_secret %s\n",
             curve_public, curve_secret, sign_public, sign_secret);
    sodium_memzero(curve_secret, sizeof curve_secret);
    sodium_memzero(sign_secret, sizeof sign_secret);
}

int identity_create(const char *file, struct identity *ret, struct err *err)
{
    struct identity made;
    char text[FILE_BYTES_MAX];
    if (sodium_init() < 0)
        return err_set(err, ERR_DIE, "random", "the system gives no random numbers");
    crypto_box_keypair(made.curve.public_key, made.curve.secret_key);
    crypto_sign_keypair(made.sign_public, made.sign_secret);
    identity_format(&made, text);
    int status = file_create(file, text, strlen(text), err);
    if (status == 0)
        *ret = made;
    sodium_memzero(text, sizeof text);
    identity_wipe(&made);
    return status;
}

// ---- reading

// Reads a whole small file that nobody else can read.
static int read_secret_file(const char *file, char text[static FILE_BYTES_MAX], struct err *err)
{
    struct stat about;
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return err_set(err, ERR_REJECT, errno == ENOENT ? "not_found" : "key_file", "%s: %s", file,
                       strerror(errno));
    const char *wrong = NULL;
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode))
        wrong = "is not a file";
    else if ((about.st_mode & 077) != 0)
        wrong = "can be read by others; its mode must be 0600";
    else if (about.st_uid != geteuid() && about.st_uid != 0)
        wrong = "belongs to another user";
    ssize_t length = wrong == NULL ? read(fd, text, FILE_BYTES_MAX - 1) : 0;
    close(fd);
    if (wrong != NULL)
        return err_set(err, ERR_REJECT, "key_file", "%s: %s", file, wrong);
    if (length < 0)
        return err_set(err, ERR_REJECT, "key_file", "%s: %s", file, strerror(errno));
    text[length] = '\0';
    return 0;
}

// The word after `name` at the beginning of a line, NUL-terminated in `value`.
static int line_value(const char *text, const char *name, char *value, size_t size)
{
    size_t name_length = strlen(name);
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, name_length) != 0 || line[name_length] != ' ')
            continue;
        const char *word = line + name_length + 1;
        size_t length = strcspn(word, "\r\n");
        if (length >= size)
            return -1;
        memcpy(value, word, length);
        value[length] = '\0';
        return 0;
    }
    return -1;
}

static int z85_line(const char *text, const char *name, uint8_t key[BUS_KEY_BYTES])
{
    char value[BUS_Z85_SIZE];
    if (line_value(text, name, value, sizeof value) != 0)
        return -1;
    int status = key_from_z85(value, key);
    sodium_memzero(value, sizeof value);
    return status;
}

static int hex_line(const char *text, const char *name, uint8_t *key, size_t key_length)
{
    char value[2 * SIGN_SECRET_BYTES + 1];
    size_t length = 0;
    if (line_value(text, name, value, sizeof value) != 0 || strlen(value) != 2 * key_length)
        return -1;
    int status = sodium_hex2bin(key, key_length, value, 2 * key_length, NULL, &length, NULL);
    sodium_memzero(value, sizeof value);
    return status == 0 && length == key_length ? 0 : -1;
}

static int identity_parse(const char *text, struct identity *ret)
{
    if (strncmp(text, HEADER, strlen(HEADER)) != 0 ||
        z85_line(text, "curve_public", ret->curve.public_key) != 0 ||
        z85_line(text, "curve_secret", ret->curve.secret_key) != 0 ||
        hex_line(text, "sign_public", ret->sign_public, SIGN_PUBLIC_BYTES) != 0 ||
        hex_line(text, "sign_secret", ret->sign_secret, SIGN_SECRET_BYTES) != 0)
        return -1;
    // The halves belong together: a mixed-up file would only fail far away from here.
    struct identity derived;
    bool same = crypto_scalarmult_base(derived.curve.public_key, ret->curve.secret_key) == 0 &&
                crypto_sign_seed_keypair(derived.sign_public, derived.sign_secret,
                                         ret->sign_secret) == 0 &&
                memcmp(derived.curve.public_key, ret->curve.public_key, BUS_KEY_BYTES) == 0 &&
                memcmp(derived.sign_public, ret->sign_public, SIGN_PUBLIC_BYTES) == 0 &&
                sodium_memcmp(derived.sign_secret, ret->sign_secret, SIGN_SECRET_BYTES) == 0;
    identity_wipe(&derived);
    return same ? 0 : -1;
}

int identity_load(const char *file, struct identity *ret, struct err *err)
{
    char text[FILE_BYTES_MAX];
    struct identity read;
    if (sodium_init() < 0)
        return err_set(err, ERR_DIE, "random", "the system gives no random numbers");
    if (read_secret_file(file, text, err) != 0)
        return -1;
    int status = identity_parse(text, &read);
    sodium_memzero(text, sizeof text);
    if (status == 0)
        *ret = read;
    else
        err_set(err, ERR_REJECT, "key_file", "%s: is not a whole identity file of thidua", file);
    identity_wipe(&read);
    return status;
}
