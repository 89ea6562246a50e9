// One page of a table while it is built: rows of texts up to the limits of an answer.
#ifndef THIDUA_SERVER_QUERY_PAGE_H
#define THIDUA_SERVER_QUERY_PAGE_H

#include "common/codec.h"
#include "core/mem.h"

#define PAGE_BYTES_MAX (512 * 1024)

struct page {
    struct arena *arena; // borrowed: owns the cells
    const char **cells;
    size_t columns, count, capacity;
    size_t bytes;       // as encoded, about
    const char *cursor; // NULL: this is the last page
};
void page_start(struct page *page, struct arena *arena, size_t columns);
void page_clear(struct page *page);
size_t page_rows_max(size_t columns);
// Adds a row (copied; NULL is an empty cell; cut at the limit of a text). False: the page is full,
// nothing was added; the first row always fits.
bool page_row(struct page *page, const char *const *cells);

#endif
