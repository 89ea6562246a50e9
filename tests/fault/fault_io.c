// A library to preload under a program whose disk shall fail. Switches are files in $THIDUA_FAULT_DIR,
// looked at whenever it matters, so that a test throws them while the program runs:
//
//   sync_eio     holds a part of a path: fsync and fdatasync of such files fail with EIO
//   write_enospc holds a part of a path: writes to such files fail with ENOSPC
//   shadow       holds a directory: what a file of pg_wal holds when it was synced is copied there, and
//                nothing else ever is: the directory is what a power cut would have left of it
//   die_at       holds a number: the process dies (SIGKILL) at its so-many-th write or sync to a file
//                whose path holds the text in `die_in`
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

// Reads a switch into text; false: it is off.
static int switched(const char *name, char text[static PATH_MAX])
{
    static __thread char file[PATH_MAX];
    const char *directory = getenv("THIDUA_FAULT_DIR");
    if (directory == NULL)
        return 0;
    snprintf(file, sizeof file, "%s/%s", directory, name);
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t length = read(fd, text, PATH_MAX - 1);
    close(fd);
    if (length <= 0)
        return 0;
    text[length] = '\0';
    return 1;
}

static int path_of(int fd, char path[static PATH_MAX])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0 || path[0] != '/')
        return 0;
    path[length] = '\0';
    return 1;
}

// Is the fault `name` on for this file?
static int hits(const char *name, int fd)
{
    char wanted[PATH_MAX], path[PATH_MAX];
    return switched(name, wanted) && path_of(fd, path) && strstr(path, wanted) != NULL;
}

static void maybe_die(int fd)
{
    static long seen;
    char at[PATH_MAX];
    if (hits("die_in", fd) && switched("die_at", at) && ++seen == strtol(at, NULL, 10))
        raise(SIGKILL);
}

static void keep_shadow(int fd)
{
    char directory[PATH_MAX], path[PATH_MAX], target[2 * PATH_MAX];
    struct stat now;
    if (!switched("shadow", directory) || !path_of(fd, path) || strstr(path, "/pg_wal/") == NULL ||
        strstr(path, "xlogtemp") != NULL || fstat(fd, &now) != 0)
        return;
    snprintf(target, sizeof target, "%s/%s", directory, strrchr(path, '/') + 1);
    int in = open(path, O_RDONLY | O_CLOEXEC);
    int out = open(target, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    for (off_t left = now.st_size; in >= 0 && out >= 0 && left > 0;) {
        ssize_t copied = sendfile(out, in, NULL, (size_t)left);
        if (copied <= 0)
            abort(); // a shadow that is not whole proves nothing
        left -= copied;
    }
    close(in);
    close(out);
}

typedef int sync_fn(int fd);

static int sync_through(const char *name, int fd)
{
    sync_fn *real;
    *(void **)&real = dlsym(RTLD_NEXT, name);
    maybe_die(fd);
    if (hits("sync_eio", fd)) {
        errno = EIO;
        return -1;
    }
    int result = real(fd);
    if (result == 0)
        keep_shadow(fd);
    return result;
}

int fsync(int fd)
{
    return sync_through("fsync", fd);
}

int fdatasync(int fd)
{
    return sync_through("fdatasync", fd);
}

static int refused(int fd)
{
    maybe_die(fd);
    if (!hits("write_enospc", fd))
        return 0;
    errno = ENOSPC;
    return 1;
}

ssize_t write(int fd, const void *data, size_t length)
{
    ssize_t (*real)(int, const void *, size_t);
    *(void **)&real = dlsym(RTLD_NEXT, "write");
    return refused(fd) ? -1 : real(fd, data, length);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset)
{
    ssize_t (*real)(int, const void *, size_t, off_t);
    *(void **)&real = dlsym(RTLD_NEXT, "pwrite");
    return refused(fd) ? -1 : real(fd, data, length, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset)
{
    ssize_t (*real)(int, const void *, size_t, off64_t);
    *(void **)&real = dlsym(RTLD_NEXT, "pwrite64");
    return refused(fd) ? -1 : real(fd, data, length, offset);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    ssize_t (*real)(int, const struct iovec *, int, off_t);
    *(void **)&real = dlsym(RTLD_NEXT, "pwritev");
    return refused(fd) ? -1 : real(fd, parts, count, offset);
}
