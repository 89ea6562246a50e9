/* Stands in for libFuzzer where a build has none: feeds every file of the directories (or files)
 * on the command line to the fuzz target once. A crash fails the test; a missing directory is an
 * empty corpus.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_BYTES_MAX = 2 * 1024 * 1024 };

static int replay_file(const char *path)
{
    uint8_t *data = malloc(INPUT_BYTES_MAX);
    FILE *file = fopen(path, "rb");
    if (data == NULL || file == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    size_t size = fread(data, 1, INPUT_BYTES_MAX, file);
    fclose(file);

    /* An allocation of the exact size, so that a sanitizer sees one byte too many. */
    uint8_t *exact = realloc(data, size > 0 ? size : 1);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 1;
}

static int replay_directory(const char *path)
{
    DIR *directory = opendir(path);
    if (directory == NULL)
        return errno == ENOTDIR ? replay_file(path) : 0;

    int count = 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        char name[PATH_MAX];
        if (entry->d_name[0] == '.')
            continue;
        int length = snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        if (length > 0 && (size_t)length < sizeof(name))
            count += replay_file(name);
    }
    closedir(directory);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++)
        count += replay_directory(argv[i]);
    printf("%d inputs\n", count);
    return EXIT_SUCCESS;
}
