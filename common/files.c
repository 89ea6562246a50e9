// Files are written beside their place and then given their name.
#include "common/files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void sync_directory_of(const char *file)
{
    char *copy = strdup(file);
    int fd = copy != NULL ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(copy);
}

static int write_all(int fd, const char *data, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t written = write(fd, data + done, length - done);
        if (written < 0 && errno != EINTR)
            return -1;
        done += written > 0 ? (size_t)written : 0;
    }
    return fsync(fd);
}

// `name_it` gives the finished file its name: link or rename.
static int write_file(const char *file, const void *data, size_t length,
                      int (*name_it)(const char *from, const char *to), struct err *err)
{
    char temporary[PATH_MAX];
    if ((size_t)snprintf(temporary, sizeof temporary, "%s.XXXXXX", file) >= sizeof temporary)
        return err_set(err, ERR_REJECT, "file", "%.200s…: the name is too long", file);
    int fd = mkostemp(temporary, O_CLOEXEC); // mode 0600
    if (fd < 0)
        return err_set(err, ERR_REJECT, "file", "%s: %s", file, strerror(errno));
    int status = write_all(fd, data, length);
    close(fd);
    if (status == 0)
        status = name_it(temporary, file);
    int reason = errno;
    unlink(temporary);
    if (status != 0)
        return err_set(err, ERR_REJECT, reason == EEXIST ? "exists" : "file", "%s: %s", file,
                       strerror(reason));
    sync_directory_of(file);
    return 0;
}

int file_create(const char *file, const void *data, size_t length, struct err *err)
{
    return write_file(file, data, length, link, err);
}

int file_replace(const char *file, const void *data, size_t length, struct err *err)
{
    return write_file(file, data, length, rename, err);
}
