// Logs go to stderr, one write a line, so that lines of several processes on one pipe stay whole.
#include "common/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_BYTES_MAX 2048

static const char *const level_names[] = {"error", "warn", "info", "debug"};
static const char *program_name = "thidua";
static enum log_level threshold = LOG_INFO;

void log_open(const char *program, enum log_level level)
{
    program_name = program;
    threshold = level;
}

int log_level_parse(const char *text)
{
    for (int i = 0; i < 4; i++)
        if (strcmp(text, level_names[i]) == 0)
            return i;
    return -1;
}

// Time, level, program and event; snprintf's length.
static int write_head(char *line, size_t size, enum log_level level, const char *event)
{
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    return snprintf(line, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ %s %s[%d] %s",
                    utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                    utc.tm_sec, now.tv_nsec / 1000000, level_names[level], program_name,
                    (int)getpid(), event);
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
    if (level > threshold)
        return;
    char line[LINE_BYTES_MAX];
    size_t length = (size_t)write_head(line, sizeof line - 2, level, event);
    if (format[0] != '\0' && length < sizeof line - 2) {
        va_list args;
        line[length++] = ' ';
        va_start(args, format);
        int added = vsnprintf(line + length, sizeof line - length - 1, format, args);
        va_end(args);
        length += added > 0 ? (size_t)added : 0;
    }
    if (length > sizeof line - 2)
        length = sizeof line - 2; // cut
    // Texts of others may be among the fields: a line stays one line.
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7F)
            line[i] = ' ';
    line[length++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, length);
    (void)written; // nowhere to complain
}
