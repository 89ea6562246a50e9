// Reading the directory of an export; see sealed.h.
#include "client/sealed.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ---- small files

void sealed_signature_write(const char *key, const char *signature, struct text *out)
{
    text_addf(out, "key %s\nsignature %s\n", key, signature);
}

int sealed_signature_read(const char *text, size_t length, uint8_t key[static SIGN_PUBLIC_BYTES],
                          uint8_t signature[static SEAL_SIGNATURE_BYTES])
{
    char key_hex[2 * SIGN_PUBLIC_BYTES + 1] = "", hex[2 * SEAL_SIGNATURE_BYTES + 1] = "";
    struct text again = {0};
    if (sscanf(text, "key %64[0-9a-f] signature %128[0-9a-f]", key_hex, hex) != 2 ||
        sodium_hex2bin(key, SIGN_PUBLIC_BYTES, key_hex, strlen(key_hex), NULL, NULL, NULL) != 0 ||
        sodium_hex2bin(signature, SEAL_SIGNATURE_BYTES, hex, strlen(hex), NULL, NULL, NULL) != 0)
        return -1;
    sealed_signature_write(key_hex, hex, &again);
    bool same = again.length == length && memcmp(again.data, text, length) == 0 &&
                strlen(key_hex) + 1 == sizeof key_hex && strlen(hex) + 1 == sizeof hex;
    text_free(&again);
    return same ? 0 : -1;
}

void sealed_manifest_line(const uint8_t digest[HASH_BYTES], const char *name, struct text *out)
{
    char hex[HASH_HEX_SIZE];
    text_addf(out, "%s  %s\n", sodium_bin2hex(hex, sizeof hex, digest, HASH_BYTES), name);
}

// ---- the directory

static int read_whole(const char *directory, const char *name, struct text *ret, struct err *err)
{
    char buffer[65536];
    size_t length;
    struct text path = {0};
    text_addf(&path, "%s/%s", directory, name);
    FILE *file = fopen(path.data, "rbe");
    text_adds(ret, "");
    while (file != NULL && (length = fread(buffer, 1, sizeof buffer, file)) > 0)
        text_add(ret, buffer, length);
    int status = file != NULL && !ferror(file)
                     ? 0
                     : err_set(err, ERR_REJECT, "file", "%s: %s", path.data, strerror(errno));
    if (file != NULL)
        fclose(file);
    text_free(&path);
    return status;
}

static int is_name(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

int sealed_files_read(const char *directory, struct sealed_files *ret, struct err *err)
{
    struct dirent **names;
    int count = scandir(directory, &names, is_name, by_bytes), status = 0;
    *ret = (struct sealed_files){0};
    if (count < 0)
        return err_set(err, ERR_REJECT, errno == ENOENT ? "not_found" : "file", "%s: %s", directory,
                       strerror(errno));
    for (int i = 0; i < count; i++) {
        struct sealed_file *file = MEM_PUSH(ret->list, ret->count, ret->capacity);
        file->name = mem_text(names[i]->d_name, strlen(names[i]->d_name));
        if (status == 0)
            status = read_whole(directory, file->name, &file->text, err);
        free(names[i]);
    }
    free(names);
    return status;
}

void sealed_files_free(struct sealed_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free(files->list[i].name);
        text_free(&files->list[i].text);
    }
    free(files->list);
    *files = (struct sealed_files){0};
}

const struct text *sealed_file(const struct sealed_files *files, const char *name)
{
    for (size_t i = 0; i < files->count; i++)
        if (strcmp(files->list[i].name, name) == 0)
            return &files->list[i].text;
    return NULL;
}

void sealed_remove(const char *directory)
{
    struct sealed_files files;
    struct err ignored;
    sealed_files_read(directory, &files, &ignored);
    for (size_t i = 0; i < files.count; i++) {
        struct text path = {0};
        text_addf(&path, "%s/%s", directory, files.list[i].name);
        unlink(path.data);
        text_free(&path);
    }
    sealed_files_free(&files);
    rmdir(directory);
}
