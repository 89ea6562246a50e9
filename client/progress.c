// One line, drawn over and over, at most some times a second.
#include "client/progress.h"

#include "common/loop.h"
#include <stdio.h>
#include <unistd.h>

#define BAR_WIDTH 30
#define REDRAW_MS 50

static int64_t drawn_ms; // 0: there is no bar on the line

void progress_show(const char *what, size_t done, size_t total)
{
    int64_t now = loop_now_ms();
    if (isatty(STDERR_FILENO) != 1 || (now - drawn_ms < REDRAW_MS && done < total))
        return;
    drawn_ms = now;
    if (total == 0) {
        fprintf(stderr, "\r\033[K%s %zu", what, done);
        return;
    }
    size_t filled = done >= total ? BAR_WIDTH : done * BAR_WIDTH / total;
    fprintf(stderr, "\r\033[K%s [", what);
    for (size_t i = 0; i < BAR_WIDTH; i++)
        fputc(i < filled ? '#' : '-', stderr);
    fprintf(stderr, "] %zu/%zu", done, total);
}

void progress_end(void)
{
    if (drawn_ms != 0)
        fputs("\r\033[K", stderr);
    drawn_ms = 0;
}
